"""What a refund that is late would have to be compensated with (S-05): always computed, at 0 ‰ a day ⚙."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from portal.rules.money import round_fen


@dataclass(frozen=True)
class Lateness:
    """Whole days after the promised one, the rate in ‰ a day of the sum, and what that makes in whole fen."""

    promised_on: date
    days: int
    permille: int
    fen: int


def lateness(fen: int, *, promised_on: date, until_on: date, permille: int) -> Lateness:
    """How late a refund of `fen` was or is on `until_on`; on the promised day itself it is in time.

    Simple, not compound, and rounded once, half a fen up: 3650 fen at 3 ‰ for 2 days are 21.9, so 22.
    """
    days = max(0, (until_on - promised_on).days)
    return Lateness(promised_on, days, permille, round_fen(Fraction(fen * permille * days, 1000)))
