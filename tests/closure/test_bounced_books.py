"""What came back, and what nobody knows of, in the books: posted once, and gone once the money is out (C-05, S-02)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from closure.models import Case, Restoring
from closure.services import advance, paying_out, restoring, returning
from portal import clock
from portal.actors import ANONYMOUS
from portal.models import WorkOrder
from settlement.ledger import BILLS, BOUNCED_REFUND, PREPAYMENT, PROVIDER, REFUND_OWED, SUSPENSE
from settlement.models import Entry, Transfer
from settlement.services import payouts
from settlement.simulated.provider import decide_payout
from tests.closure.conftest import MORNING, ROBOT, World
from tests.closure.refunded import OTHER_CARD, bounced, fresh, later, refunded, returned
from tests.closure.test_restoring import come_back, suspended
from tests.overseen import entered

__all__ = ["come_back", "suspended"]
DAY = timedelta(days=1)


def held(case: Case | Restoring) -> dict[str, int]:
    """What the accounts at home and at the provider hold for a case, by kind; those at zero left out."""
    kinds = (PREPAYMENT, BILLS, REFUND_OWED, BOUNCED_REFUND, SUSPENSE, PROVIDER)
    sums = dict.fromkeys(kinds, 0)
    rows = Entry.objects.filter(transfer__case_ref=case.ref, account__kind__in=kinds)
    for kind, fen in rows.values_list("account__kind", "fen"):
        sums[kind] += fen
    return {kind: fen for kind, fen in sums.items() if fen}


def purposes(case: Case | Restoring) -> list[str]:
    """What was posted for a case, in order."""
    return list(Transfer.objects.filter(case_ref=case.ref).order_by("pk").values_list("purpose", flat=True))


def test_a_refund_that_came_back_waits_in_an_account_of_its_own(world: World, fujian: Callable[..., None]) -> None:
    case = bounced(world, fujian)
    assert held(case) == {PREPAYMENT: 3650, BOUNCED_REFUND: -3650}
    assert purposes(later(world, case, 75)) == ["owe_refund", "bounce"]


def test_another_way_takes_it_out_of_there_before_it_is_sent(world: World, fujian: Callable[..., None]) -> None:
    case = bounced(world, fujian)
    paying_out.choose_again(case, "card", OTHER_CARD, by=world.by)
    assert held(case) == {PREPAYMENT: 3650, REFUND_OWED: -3650}
    later(world, case, 80)
    assert held(case) == {PREPAYMENT: 3650, PROVIDER: -3650}
    assert purposes(case) == ["owe_refund", "bounce", "send_again", "pay_refund"]


def test_a_refund_may_come_back_twice(world: World, fujian: Callable[..., None]) -> None:
    case = bounced(world, fujian)
    again = paying_out.choose_again(case, "card", OTHER_CARD, by=world.by)
    decide_payout(again.ref, "refused")
    later(world, case, 80)
    assert held(case) == {PREPAYMENT: 3650, BOUNCED_REFUND: -3650}
    assert purposes(case).count("bounce") == 2


def test_a_returned_payment_that_came_back_is_no_bill_any_more(world: World, fujian: Callable[..., None]) -> None:
    case = returned(world, fujian, "refused")
    assert held(case) == {PROVIDER: 5800, BOUNCED_REFUND: -5800}
    paying_out.choose_again(case, "card", OTHER_CARD, by=world.by)
    assert held(case) == {PROVIDER: 5800, BILLS: -5800}
    world.work(case)
    assert held(case) == {}


def test_a_returned_payment_that_arrives_never_touches_what_is_owed(world: World, fujian: Callable[..., None]) -> None:
    case = returned(world, fujian, "paid")
    assert (held(case), purposes(case)) == ({}, ["collect", "reverse"])


def test_money_paid_in_by_number_that_came_back_waits_there_too(come_back: Restoring) -> None:
    assert held(come_back) == {PROVIDER: 10_000, BOUNCED_REFUND: -10_000}
    returning.choose_again(come_back, OTHER_CARD, by=ANONYMOUS)
    restoring.advance(come_back.ref, by=ROBOT)
    assert held(come_back) == {}


def test_a_worker_that_died_before_the_posting_is_made_good(world: World, fujian: Callable[..., None]) -> None:
    case = refunded(world, fujian, "unknown")
    decide_payout(case.payout_ref, "refused")
    assert payouts.run(case.payout_ref, by=ROBOT).state == "REFUSED"
    assert BOUNCED_REFUND not in held(case)
    with clock.frozen(MORNING + DAY):
        advance.sweep(limit=5, by=ROBOT)
    assert held(case)[BOUNCED_REFUND] == -3650


def test_whoever_chose_before_the_robot_looked_leaves_nothing_waiting(
    world: World, fujian: Callable[..., None]
) -> None:
    case = refunded(world, fujian, "unknown")
    decide_payout(case.payout_ref, "refused")
    old = payouts.run(case.payout_ref, by=ROBOT)
    paying_out.choose_again(fresh(case), "card", OTHER_CARD, by=world.by)
    paying_out.follow(paying_out.provinces_of(case)[0], old, by=ROBOT)
    paying_out.outlook(case, old, by=ROBOT)
    assert held(case) == {PREPAYMENT: 3650, REFUND_OWED: -3650}
    assert WorkOrder.objects.filter(kind="refund").count() == 0


@pytest.mark.parametrize(("ending", "kind"), [("paid", PROVIDER), ("refused", BOUNCED_REFUND)])
def test_a_refund_of_which_nobody_knows_past_its_limit_is_in_suspense_until_it_is_known(
    world: World, fujian: Callable[..., None], ending: str, kind: str
) -> None:
    case = refunded(world, fujian, "unknown")
    with clock.frozen(MORNING + 2 * DAY):
        world.work(case)
    assert held(case) == {PREPAYMENT: 3650, SUSPENSE: -3650}
    decide_payout(case.payout_ref, ending)
    with clock.frozen(MORNING + 3 * DAY):
        world.work(case)
    assert held(case) == {PREPAYMENT: 3650, kind: -3650}


def test_what_was_in_suspense_leaves_it_though_the_person_chose_before_the_robot_looked(
    world: World, fujian: Callable[..., None]
) -> None:
    """The provider's word came by the sweep, its message to the case was lost."""
    case = refunded(world, fujian, "unknown")
    with clock.frozen(MORNING + 2 * DAY):
        world.work(case)
        assert held(case) == {PREPAYMENT: 3650, SUSPENSE: -3650}
        decide_payout(case.payout_ref, "refused")
        assert payouts.run(case.payout_ref, by=ROBOT).state == "REFUSED"
        paying_out.choose_again(fresh(case), "card", OTHER_CARD, by=world.by)
        assert held(case) == {PREPAYMENT: 3650, REFUND_OWED: -3650}
        world.work(case)
    assert held(case) == {PREPAYMENT: 3650, PROVIDER: -3650}


def test_within_its_limit_an_unknown_refund_is_owed(world: World, fujian: Callable[..., None]) -> None:
    case = refunded(world, fujian, "unknown")
    assert held(case) == {PREPAYMENT: 3650, REFUND_OWED: -3650}


@pytest.mark.parametrize(("lang", "words"), [("zh", "退回待重退"), ("en", "Refund that came back")])
def test_finance_sees_the_account_by_its_name(world: World, fujian: Callable[..., None], lang: str, words: str) -> None:
    bounced(world, fujian)
    client: Client = entered("finance")
    client.get(f"/language/switch?to={lang}&next=/accessibility")
    assert words in client.get("/settlement/accounts?company=161_35").content.decode()
