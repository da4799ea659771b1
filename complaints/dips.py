"""The month-end dip: a pure rule of oversight (C-21)."""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

MONTH_END_DAYS = 5
DIP_SHARE = Fraction(3, 5)
FEWEST = 20


@dataclass(frozen=True)
class Dip:
    """Closures a day in the last five days of the months, and on the other days."""

    at_end: Fraction
    otherwise: Fraction


def month_end_dip(closed: Mapping[date, int], *, begun: date, until: date) -> Dip | None:
    """A dip at the month's end: fewer than three fifths a day of what other days have (C-21).

    `closed` counts lines by day, from `begun` to `until`, both whole days. Fewer than twenty closures, or no month's
    end among the days, prove nothing: None.
    """
    days = [begun + timedelta(days=n) for n in range((until - begun).days + 1)]
    end = [day for day in days if _days_left(day) < MONTH_END_DAYS]
    rest = [day for day in days if _days_left(day) >= MONTH_END_DAYS]
    if not end or not rest or sum(closed.values()) < FEWEST:
        return None
    at_end = Fraction(sum(closed.get(day, 0) for day in end), len(end))
    otherwise = Fraction(sum(closed.get(day, 0) for day in rest), len(rest))
    return Dip(at_end, otherwise) if at_end < otherwise * DIP_SHARE else None


def _days_left(day: date) -> int:
    return calendar.monthrange(day.year, day.month)[1] - day.day
