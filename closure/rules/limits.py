"""The limits of a case, replayed from what happened and when; each shows its arithmetic (CONVENTIONS 11, C-13)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from closure import states
from portal.deadlines import Deadline, days_after, hours_after


@dataclass(frozen=True)
class LimitTerms:
    """The dated figures that limits are reckoned with: days and hours."""

    lapse_days: int
    quote_hours: int
    closing_hours: int


def lapse(filed_at: datetime, days: int) -> Deadline:
    """The day a filed case lapses that was never settled (C-19)."""
    return days_after(filed_at, days, "C-19")


def quote_end(made_at: datetime, hours: int) -> Deadline:
    """Until when a quote holds (C-05)."""
    return hours_after(made_at, hours, "C-05")


def closing_end(begun_at: datetime, hours: int) -> Deadline:
    """By when the home province has closed the line: never more than 24 h after settlement (C-13)."""
    return hours_after(begun_at, hours, "C-13")


def replayed(history: Sequence[tuple[str, datetime]], terms: LimitTerms) -> list[Deadline]:
    """Every limit now running, soonest first, from the history (state entered, instant), oldest first."""
    if not history:
        return []
    entered = dict(history)
    state, at = history[-1]
    running = []
    if state == states.QUOTED:
        running.append(quote_end(at, terms.quote_hours))
    if state == states.CLOSING:
        running.append(closing_end(at, terms.closing_hours))
    if state in states.BEFORE_MONEY and states.FILED in entered:
        running.append(lapse(entered[states.FILED], terms.lapse_days))
    return sorted(running, key=lambda limit: limit.at)
