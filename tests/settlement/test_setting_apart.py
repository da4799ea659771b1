"""A case whose refund came back is held against home's book like every other, and agrees (C-05, S-03)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import transaction

from closure.models import Case
from closure.services import paying_out
from portal import clock
from portal.actors import robot
from settlement.ledger import BILLS, BOUNCED_REFUND, PROVIDER, REFUND_OWED, AccountKey
from settlement.models import Reconciliation
from settlement.queries import balance_of, trial_balance
from settlement.services import collection, ledger, payouts, reconciling, refunds, setting_apart
from settlement.simulated.provider import decide_payout
from tests.closure.conftest import FUJIAN, MORNING, World, fujian, money_may_differ, world
from tests.closure.refunded import OTHER_CARD, refunded, returned
from tests.settlement.conftest import CASE, JIANGSU

__all__ = ["fujian", "money_may_differ", "world"]
BY = robot("reconciler")
Ended = Callable[[World, Callable[..., None], str], Case]


def reconciled(days: int) -> Reconciliation:
    """A run so many days later, when every case of that morning is at rest."""
    at = MORNING + timedelta(days=days, hours=2)
    with clock.frozen(at):
        return reconciling.run(reconciling.start(FUJIAN, at.date(), by=BY).ref, by=BY)


@pytest.mark.parametrize("ended", [refunded, returned])
def test_a_refund_that_came_back_agrees_before_and_after_it_is_paid_again(
    world: World, fujian: Callable[..., None], ended: Ended
) -> None:
    case = ended(world, fujian, "refused")
    assert balance_of(AccountKey("161", "35", BOUNCED_REFUND)) < 0
    assert [(run.state, run.found) for run in (reconciled(0), reconciled(10))] == [("AGREED", 0)] * 2
    with clock.frozen(MORNING + timedelta(days=10)):
        paying_out.choose_again(case, "card", OTHER_CARD, by=world.by)
        world.work(case)
    assert balance_of(AccountKey("161", "35", BOUNCED_REFUND)) == 0
    assert [(run.state, run.found) for run in (reconciled(11), reconciled(20))] == [("AGREED", 0)] * 2


def test_a_payment_returned_the_way_it_came_agrees(world: World, fujian: Callable[..., None]) -> None:
    returned(world, fujian, "paid")
    assert balance_of(AccountKey("161", "32", PROVIDER)) == 0
    assert [(run.state, run.found) for run in (reconciled(0), reconciled(10))] == [("AGREED", 0)] * 2


def test_a_return_that_came_back_and_is_in_no_account_is_found(
    world: World, fujian: Callable[..., None], money_may_differ: None
) -> None:
    """Its worker died before the posting, and no sweep came."""
    case = returned(world, fujian, "unknown")
    decide_payout(case.payout_ref, "refused")
    assert payouts.run(case.payout_ref, by=BY).state == "REFUSED"
    run = reconciled(10)
    found = {(one.account, one.apart_fen) for one in run.differences.all()}
    assert (run.state, found) == ("DIFFERS", {("agent", 5800), ("receivable", -5800)})
    with clock.frozen(MORNING + timedelta(days=11)):
        world.work(case)
    assert (reconciled(20).state, trial_balance()) == ("AGREED", 0)


def test_what_finance_reversed_takes_nothing_else_along(database: object) -> None:
    """The refund's own posting was undone: what was collected in the same case stays what it was (D-10)."""
    split = {"bills": 5000, "applied": 800}
    with transaction.atomic(durable=True):
        collection.collect(FUJIAN, JIANGSU, case_ref=CASE, payment_ref="p1", fen=5800, split=split, by=BY)
        owed = refunds.owe_refund(FUJIAN, JIANGSU, case_ref=CASE, fen=800, by=BY)
        payout = payouts.intend(CASE, 800, "card", operator="161", province="32", home_province="35", nudge="", by=BY)
    decide_payout(payout.ref, "refused")
    bounced = payouts.run(payout.ref, by=BY)
    with transaction.atomic(durable=True):
        ledger.reverse(owed, key="reversal:test", by=BY)
        setting_apart.follow(FUJIAN, bounced, by=BY)
    held = {kind: balance_of(AccountKey("161", "35", kind)) for kind in (BILLS, REFUND_OWED, BOUNCED_REFUND)}
    assert (bounced.state, held) == ("REFUSED", {BILLS: -5000, REFUND_OWED: 0, BOUNCED_REFUND: 0})
