"""Limits are replayed from the history and agree with what the rows say."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from closure import states
from closure.queries import current_quote, limits_of
from closure.rules.limits import LimitTerms, months_before, replayed
from tests.closure.conftest import MORNING, World

TERMS = LimitTerms(lapse_days=30, quote_hours=24, closing_hours=24)


def test_the_replayed_limits_of_a_quoted_case_are_the_rows_limits(world: World, fujian: Callable[..., None]) -> None:
    fujian()
    case = world.work(world.file())
    quote = current_quote(case)
    assert quote is not None
    assert [limit.at for limit in limits_of(case)] == [quote.valid_until, case.lapse_at]


def test_a_closing_has_twenty_four_hours_and_shows_the_sum() -> None:
    history = [(states.FILED, MORNING), (states.CLOSING, MORNING + timedelta(hours=1))]
    (limit,) = replayed(history, TERMS)
    assert limit.arithmetic == ("2026-11-24 11:12 + 24 h = 2026-11-25 11:12 (C-13)",)


def test_a_terminal_case_has_no_limit() -> None:
    assert replayed([(states.FILED, MORNING), (states.CLOSED, MORNING)], TERMS) == []


def test_the_time_before_a_filing_that_was_not_taken_counts_too() -> None:
    turned_away = MORNING - timedelta(days=4)
    first, _ = replayed([(states.FILED, MORNING)], TERMS, counted_from=turned_away)
    assert first.arithmetic == ("2026-11-20 10:12 + 7 d = 2026-11-27 10:12 (C-13)",)


def test_a_year_before_a_leap_day_is_the_last_of_february() -> None:
    leap = MORNING.replace(year=2028, month=2, day=29)
    assert months_before(leap, 12) == leap.replace(year=2027, day=28)
    assert months_before(MORNING.replace(month=1), 12) == MORNING.replace(year=2025, month=1)
