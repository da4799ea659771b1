"""Deadlines as pure functions that show their arithmetic (CONVENTIONS 11).

The lines use signs and digits only, so that they read the same in every language.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from portal.calendar import STATE_COUNCIL, Calendar
from portal.clock import SHANGHAI


@dataclass(frozen=True)
class Deadline:
    """The instant something is due, whether it may still shift with the holiday calendar, and how it was reckoned."""

    at: datetime
    provisional: bool
    arithmetic: tuple[str, ...]


def _written(at: datetime) -> str:
    return f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


def _end_of(day: date) -> datetime:
    return datetime.combine(day, time(23, 59, 59), SHANGHAI)


def hours_after(start: datetime, n: int, why: str) -> Deadline:
    """``n`` hours of the clock after an aware instant; ``why`` is the rule id."""
    at = start.astimezone(SHANGHAI) + timedelta(hours=n)
    return Deadline(at, False, (f"{_written(start)} + {n} h = {_written(at)} ({why})",))


def days_after(start: date | datetime, n: int, why: str) -> Deadline:
    """``n`` calendar days: from an instant to the same time of day, from a date to the end of the last day."""
    if isinstance(start, datetime):
        at = start.astimezone(SHANGHAI) + timedelta(days=n)
        return Deadline(at, False, (f"{_written(start)} + {n} d = {_written(at)} ({why})",))
    last = start + timedelta(days=n)
    return Deadline(_end_of(last), False, (f"{start} + {n} d = {last} ({why})",))


def working_days_after(start_on: date, n: int, calendar: Calendar = STATE_COUNCIL, why: str = "G-05") -> Deadline:
    """The end of the ``n``-th working day after a date; the starting day itself does not count."""
    if n < 1:
        raise ValueError("at least one working day")
    lines, day, counted, provisional = [], start_on, 0, False
    while counted < n:
        day += timedelta(days=1)
        announced = calendar.announced(day)
        provisional = provisional or not announced
        mark = "" if announced else " ?"
        if calendar.is_working(day):
            counted += 1
            lines.append(f"{day} = {counted}{mark}")
        else:
            lines.append(f"{day} –{mark}")
    lines.append(f"{start_on} + {n} wd = {day} ({why})")
    return Deadline(_end_of(day), provisional, tuple(lines))
