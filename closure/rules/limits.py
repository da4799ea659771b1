"""The limits of a case, replayed from what happened and when; each shows its arithmetic (CONVENTIONS 11, C-13)."""

from __future__ import annotations

import calendar
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
    formalities_days: int = 7


def lapse(filed_at: datetime, days: int) -> Deadline:
    """The day a filed case lapses that was never settled (C-19)."""
    return days_after(filed_at, days, "C-19")


def reminder(filed_at: datetime, day: int) -> Deadline:
    """When a filed case is reminded of (C-19)."""
    return days_after(filed_at, day, "C-19")


def quote_end(made_at: datetime, hours: int) -> Deadline:
    """Until when a quote holds (C-05)."""
    return hours_after(made_at, hours, "C-05")


def closing_end(begun_at: datetime, hours: int) -> Deadline:
    """By when the home province has closed the line: never more than 24 h after settlement (C-13)."""
    return hours_after(begun_at, hours, "C-13")


def months_before(at: datetime, months: int) -> datetime:
    """The same day and hour so many months earlier; the last day of a shorter month."""
    place = at.year * 12 + at.month - 1 - months
    year, month = divmod(place, 12)
    day = min(at.day, calendar.monthrange(year, month + 1)[1])
    return at.replace(year=year, month=month + 1, day=day)


def formalities_end(counted_from: datetime, days: int) -> Deadline:
    """By when everything before the money is done: seven days seen between provinces, from the filing or from the day
    the operator first turned the person away (C-13).
    """
    return days_after(counted_from, days, "C-13")


def tie_end(opened_at: datetime, hours: int) -> Deadline:
    """By when the home province has prepared to untie what hangs on the number (C-07)."""
    return hours_after(opened_at, hours, "C-07")


def resend_end(returned_at: datetime, days: int) -> Deadline:
    """Until when an order that came back can be sent again in time (C-17)."""
    return days_after(returned_at, days, "C-17")


def replayed(
    history: Sequence[tuple[str, datetime]], terms: LimitTerms, *, counted_from: datetime | None = None
) -> list[Deadline]:
    """Every limit now running, soonest first, from the history (state entered, instant), oldest first.

    `counted_from` is the day the operator first turned the person away: that time counts too (C-13).
    """
    if not history:
        return []
    entered = dict(history)
    state, at = history[-1]
    running = []
    if state == states.QUOTED:
        running.append(quote_end(at, terms.quote_hours))
    if state == states.CLOSING:
        running.append(closing_end(at, terms.closing_hours))
    if state in (states.FILED, states.VERIFYING) and states.FILED in entered:
        running.append(formalities_end(counted_from or entered[states.FILED], terms.formalities_days))
    if state in states.BEFORE_MONEY and states.FILED in entered:
        running.append(lapse(entered[states.FILED], terms.lapse_days))
    return sorted(running, key=lambda limit: limit.at)
