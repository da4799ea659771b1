"""What the gateway needs of an adapter, and which adapter speaks to which province."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Protocol, cast

from django.conf import settings
from django.utils.module_loading import import_string

from bss.provinces import Bss


class Unreachable(Exception):
    """No connection was made, or nothing was sent: surely nothing happened."""


class NoReply(Exception):
    """Something was sent and no whole reply came: whether it took effect is unknown."""


class Unreadable(Exception):
    """A reply came that is no answer: `code` says why (bss.answers), `raw` is what is kept of it. It proves nothing."""

    def __init__(self, code: str, raw: bytes) -> None:
        super().__init__(code)
        self.code, self.raw = code, raw


@dataclass(frozen=True)
class Said:
    """A reply in other words than the envelope of `bss.questions`: what it means, and what came, word for word."""

    envelope: bytes
    verbatim: bytes


@dataclass(frozen=True)
class Order:
    """What travels with a command: the id the province deduplicates by, and the two instants it must judge."""

    command_id: str
    verb: str
    payload: Mapping[str, Any]
    case_ref: str
    not_after: datetime
    effective_at: datetime | None


class Adapter(Protocol):
    """One way of talking to provinces. Called in a worker thread, so it touches no Django database.

    Each verb returns the reply's bytes as they came, or what they mean beside them, within about `timeout_s`; or it
    raises Unreachable, NoReply or Unreadable. The reply names in `re` what it answers: the `exchange_id` of a question,
    the command id of an order or an enquiry. `verb` tells an enquiry what the command was, where that is known.
    """

    def ask(
        self, bss: Bss, question: str, about: Mapping[str, Any], *, exchange_id: str, timeout_s: float
    ) -> bytes | Said: ...

    def order(self, bss: Bss, order: Order, *, timeout_s: float) -> bytes | Said: ...

    def enquire(self, bss: Bss, command_id: str, *, verb: str = "", timeout_s: float) -> bytes | Said: ...


def adapter_of(bss: Bss) -> Adapter:
    """The adapter named for this province in settings.BSS_ADAPTERS, or for its operator, or the default one."""
    named = settings.BSS_ADAPTERS
    return _made(named.get(bss.code) or named.get(bss.operator) or named["default"])


@cache
def _made(dotted: str) -> Adapter:
    return cast(Adapter, import_string(dotted)())
