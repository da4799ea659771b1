"""What comes back from a province: an answer to a question, or the outcome of an order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from bss.provinces import Bss


class Ending(StrEnum):
    """How an exchange ended (CONVENTIONS 7); UNREACHABLE means that surely nothing happened."""

    DONE = "done"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    UNREACHABLE = "unreachable"


# Codes of our own, put in place of a province's when the gateway itself ended the exchange.
BUSY = "busy"
BREAKER_OPEN = "breaker_open"
NO_CONNECTION = "no_connection"
NO_REPLY = "no_reply"
MALFORMED = "malformed"
TOO_LARGE = "too_large"
SWAPPED = "swapped"  # the answer to another exchange
UNDER_WAY = "under_way"  # the province took the order and has not ended it
# Codes of the exchange protocol itself, spoken by every adapter.
LATE = "late"
REPLACED = "replaced"
MALFORMED_ORDER = "malformed_order"


@dataclass(frozen=True)
class Answer:
    """One province's answer to one question. `facts` passed the question's shape; `words` are the province's own."""

    question: str
    ending: Ending
    facts: Mapping[str, Any]
    code: str
    words: str
    at: datetime
    ms: int
    evidence_ref: str
    bss: Bss


@dataclass(frozen=True)
class Outcome:
    """How an order (or an enquiry after one) ended.

    `found` is False only when the province answered that it knows no such command id; `clock` is the province's own
    clock, None when it did not answer. `late`: the province refused because its clock was past `not_after`.
    """

    verb: str
    ending: Ending
    found: bool
    clock: datetime | None
    facts: Mapping[str, Any]
    code: str
    words: str
    at: datetime
    ms: int
    evidence_ref: str
    bss: Bss

    @property
    def late(self) -> bool:
        """Refused by the province's clock alone: the command surely has not been and will not be done."""
        return self.ending is Ending.REFUSED and self.code == LATE
