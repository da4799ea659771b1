"""Months of a bill run as the simulated provinces know them: issued on the 1st, due at the end of the next month."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta


def first_of(today: date, back: int) -> date:
    """The first day of the month `back` months before today's (0 = this month)."""
    months = today.year * 12 + today.month - 1 - back
    return date(months // 12, months % 12 + 1, 1)


def last_of(today: date, back: int) -> date:
    """The last day of that month."""
    first = first_of(today, back)
    return first.replace(day=monthrange(first.year, first.month)[1])


def label(today: date, back: int) -> str:
    """`2026-10`, as bills are named."""
    return first_of(today, back).strftime("%Y-%m")


def issued_on(today: date, back: int) -> date:
    """A month's bill is issued on the first of the next."""
    return first_of(today, back - 1)


def due_on(today: date, back: int) -> date:
    """A month's bill is due on the last day of the month after it."""
    return last_of(today, back - 1)


def month_end_ahead(today: date, months: int) -> date:
    """The last day of the month `months` after today's, where contracts end."""
    return last_of(today, -months)


def years_before(today: date, years: int) -> date:
    """The first of the same month, `years` earlier; a day that always exists."""
    return first_of(today, years * 12)


def days_before(today: date, days: int) -> date:
    """Plain calendar days back."""
    return today - timedelta(days=days)
