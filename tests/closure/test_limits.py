"""Limits are replayed from the history and agree with what the rows say."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from closure import states
from closure.queries import current_quote, limits_of
from closure.rules.limits import LimitTerms, replayed
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
