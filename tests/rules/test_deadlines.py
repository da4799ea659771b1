"""Deadlines show their arithmetic; working days follow the State Council (G-05)."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from portal.calendar import STATE_COUNCIL, statutory_days
from portal.clock import SHANGHAI
from portal.deadlines import days_after, hours_after, working_days_after


def test_hours_are_counted_by_the_clock_and_shown() -> None:
    due = hours_after(datetime(2026, 11, 24, 10, 12, tzinfo=SHANGHAI), 24, "C-13")
    assert due.arithmetic == ("2026-11-24 10:12 + 24 h = 2026-11-25 10:12 (C-13)",)
    assert not due.provisional


def test_an_instant_of_another_zone_is_shown_in_shanghai() -> None:
    due = hours_after(datetime(2026, 11, 24, 17, 0, tzinfo=UTC), 1, "C-13")
    assert due.at.isoformat() == "2026-11-25T02:00:00+08:00"


def test_days_from_a_date_last_to_the_end_of_the_last_day() -> None:
    assert days_after(date(2028, 2, 28), 1, "C-03").at.isoformat() == "2028-02-29T23:59:59+08:00"


def test_days_from_an_instant_keep_the_time_of_day() -> None:
    start = datetime(2026, 12, 31, 9, 30, tzinfo=SHANGHAI)
    assert days_after(start, 90, "C-11").at.isoformat() == "2027-03-31T09:30:00+08:00"


def test_the_golden_week_and_its_make_up_saturday_are_counted() -> None:
    due = working_days_after(date(2026, 9, 30), 2, why="T-03")
    assert due.at.date() == date(2026, 10, 9)
    assert not due.provisional
    assert "2026-10-01 –" in due.arithmetic
    assert "2026-10-09 = 2" in due.arithmetic


def test_a_working_saturday_counts() -> None:
    assert STATE_COUNCIL.is_working(date(2026, 10, 10))
    assert date(2026, 10, 10).weekday() == 5


def test_a_deadline_that_runs_into_a_year_not_announced_is_provisional() -> None:
    due = working_days_after(date(2026, 12, 30), 2)
    assert due.provisional
    assert due.at.date() == date(2027, 1, 4)
    assert "2027-01-01 – ?" in due.arithmetic


def test_without_an_announcement_the_days_off_by_law_are_known() -> None:
    assert len(statutory_days(2027)) == 13
    assert not STATE_COUNCIL.is_working(date(2027, 2, 8))
    assert STATE_COUNCIL.is_working(date(2027, 2, 9))


def test_the_starting_day_never_counts() -> None:
    assert working_days_after(date(2026, 11, 24), 1).at.date() == date(2026, 11, 25)
    with pytest.raises(ValueError, match="at least one"):
        working_days_after(date(2026, 11, 24), 0)
