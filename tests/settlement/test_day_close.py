"""A store closes its day: takings to the bank, over and short by name, once (S-02)."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import transaction

from portal.errors import Conflict
from settlement.ledger import BANK, CASH, CASH_DIFFERENCE, PREPAYMENT, PROVIDER, AccountKey
from settlement.models import Transfer
from settlement.queries import balance_of, trial_balance
from settlement.services.collection import collect, return_payment
from settlement.services.day_close import close_day
from settlement.services.refunds import owe_refund, pay_refund
from tests.settlement.books import FUJIAN, JIANGSU, ROBOT
from tests.settlement.conftest import CASE

DAY = date(2026, 11, 24)
SPLIT = {"bills": 5000}


def held(kind: str) -> int:
    """What Jiangsu has on one of its accounts."""
    return balance_of(AccountKey("161", "32", kind))


@pytest.fixture
def taken(database: object) -> None:
    """In Jiangsu's store 50.00 were paid in cash for a number of Fujian, and 12.00 fetched."""
    with transaction.atomic(durable=True):
        collect(FUJIAN, JIANGSU, case_ref=CASE, payment_ref="p", fen=5000, split=SPLIT, method="cash", by=ROBOT)
        owe_refund(FUJIAN, JIANGSU, case_ref="d" * 26, fen=1200, by=ROBOT)
        pay_refund(FUJIAN, JIANGSU, case_ref="d" * 26, fen=1200, route="cash", by=ROBOT)


def closed(counted: int, expected: int = 3800) -> Transfer | None:
    with transaction.atomic(durable=True):
        return close_day(JIANGSU, "nanjing-1", DAY, expected_fen=expected, counted_fen=counted, by=ROBOT)


def test_cash_lies_in_the_store_and_not_with_the_provider(taken: None) -> None:
    assert (held(CASH), held(PROVIDER)) == (3800, 0)


@pytest.mark.parametrize(("counted", "apart"), [(3800, 0), (3750, 50), (3801, -1)])
def test_the_drawer_is_empty_after_it_and_what_is_apart_has_a_name(taken: None, counted: int, apart: int) -> None:
    closed(counted)
    assert (held(CASH), held(BANK), held(CASH_DIFFERENCE)) == (0, counted, apart)
    assert trial_balance() == 0


def test_a_day_is_closed_once_and_not_with_other_figures(taken: None) -> None:
    assert closed(3800) == closed(3800)
    with pytest.raises(Conflict):
        closed(3700)
    assert held(BANK) == 3800


def test_a_store_that_handed_out_more_than_it_took_is_filled_up(database: object) -> None:
    closed(-1200, expected=-1200)
    assert (held(CASH), held(BANK)) == (1200, -1200)


def test_a_day_without_cash_posts_nothing_and_a_count_below_nothing_is_refused(database: object) -> None:
    assert closed(0, expected=0) is None
    with pytest.raises(ValueError, match="no less than nothing"):
        closed(-1, expected=100)
    assert Transfer.objects.count() == 0


def test_cash_that_goes_back_by_card_moves_on_to_the_provider(taken: None) -> None:
    for _ in range(2):
        with transaction.atomic(durable=True):
            return_payment(FUJIAN, case_ref=CASE, fen=5000, route="card", by=ROBOT)
    assert (held(CASH), held(PROVIDER)) == (3800, -5000)
    assert balance_of(AccountKey("161", "35", PREPAYMENT)) == 1200
    assert trial_balance() == 0


@pytest.mark.parametrize(("route", "drawer", "provider"), [("cash", -1200, 0), ("original", 3800, -5000)])
def test_cash_leaves_the_drawer_only_where_it_is_handed_out_again(
    taken: None, route: str, drawer: int, provider: int
) -> None:
    with transaction.atomic(durable=True):
        return_payment(FUJIAN, case_ref=CASE, fen=5000, route=route, by=ROBOT)
    assert (held(CASH), held(PROVIDER)) == (drawer, provider)
