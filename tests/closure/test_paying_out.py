"""Refunds by every route, and what came back: told, chosen again, paid once (C-05)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import LazySettings

from bss.simulated import Temper, plant, set_temper
from closure.services import paying_out, payment, withdrawal
from portal import clock, work_orders
from portal.actors import robot
from portal.errors import Conflict, Invalid
from portal.masked import Phone
from portal.models import Notice, WorkOrder
from settlement.ledger import CASH, PROVIDER, AccountKey
from settlement.models import Payment, Payout
from settlement.queries import balance_of
from settlement.services.payouts import code_of
from settlement.simulated.provider import decide
from tests.closure.conftest import FUJIAN, MORNING, ROBOT, World, a_line
from tests.closure.refunded import CARD, OTHER_CARD, OWED, OWN, bounced, closed, fresh, later, refunded, returned

CLERK = robot("store")


def test_a_refund_to_a_card_arrives(world: World, fujian: Callable[..., None]) -> None:
    fujian(buckets=[OWN])
    case = later(world, closed(world, "card", CARD))
    assert (case.due_at, Payout.objects.get().state) == (None, "PAID")


def test_a_refund_to_another_number_of_the_holder_arrives(world: World, fujian: Callable[..., None]) -> None:
    fujian(buckets=[OWN])
    plant(FUJIAN, a_line(number=Phone("16135009999")))
    later(world, closed(world, "line", "16135009999"))
    assert (Payout.objects.get().route, Payout.objects.get().last4) == ("line", "9999")


def test_cash_waits_until_its_code_is_shown(world: World, fujian: Callable[..., None]) -> None:
    fujian(buckets=[OWN])
    case = later(world, closed(world, "cash", ""))
    payout, drawer = Payout.objects.get(), AccountKey("161", "32", CASH)
    assert (payout.state, balance_of(drawer)) == ("SENT", 0)
    with pytest.raises(Invalid):
        paying_out.hand_over(case, "0" * 8, store="nanjing-1", by=CLERK)
    paying_out.hand_over(case, code_of(payout), store="nanjing-1", by=CLERK)
    later(world, case, 71)
    assert (balance_of(drawer), balance_of(AccountKey("161", "32", PROVIDER))) == (-3650, 0)


def test_cash_that_was_paid_in_waits_in_the_store_when_the_case_is_withdrawn_c_12(
    world: World, fujian: Callable[..., None]
) -> None:
    fujian(bills=[OWED])
    case = world.quoted()
    charge = payment.pay(case, "cash", 1, by=world.by)
    assert (world.work(case).state, Payment.objects.get().state) == ("PAYING", "SENT")
    decide(charge.ref, "paid")
    set_temper(FUJIAN, Temper.OBSTRUCTIVE, only=["settle"], code="2067", words="欠费 12.00 元")
    case = world.work(case)
    set_temper(FUJIAN, Temper.HONEST)
    withdrawal.withdraw(case, by=world.by)
    case = later(world, case)
    payout, drawer = Payout.objects.get(), AccountKey("161", "32", CASH)
    assert (payout.route, payout.state, balance_of(drawer)) == ("cash", "SENT", 5800)
    paying_out.hand_over(case, code_of(payout), store="nanjing-1", by=CLERK)
    later(world, case, 71)
    assert (balance_of(drawer), balance_of(AccountKey("161", "32", PROVIDER))) == (0, 0)


def test_cash_is_handed_out_once(world: World, fujian: Callable[..., None]) -> None:
    fujian(buckets=[OWN])
    case = later(world, closed(world, "cash", ""))
    paying_out.hand_over(case, code_of(Payout.objects.get()), store="nanjing-1", by=CLERK)
    with pytest.raises(Conflict):
        paying_out.hand_over(case, code_of(Payout.objects.get()), store="nanjing-2", by=CLERK)
    later(world, case, 71)


def test_a_refund_that_came_back_is_told_once_and_not_tried_by_itself(
    world: World, fujian: Callable[..., None]
) -> None:
    case = bounced(world, fujian)
    assert case.due_at is None
    later(world, case, 75)
    assert Notice.objects.filter(key="notice.closure.refund_bounced").count() == 1
    assert WorkOrder.objects.get(kind="refund").province == "35"


def test_another_way_pays_it_once(world: World, fujian: Callable[..., None]) -> None:
    case = bounced(world, fujian)
    with clock.frozen(MORNING + timedelta(minutes=80)):
        paying_out.choose_again(case, "card", OTHER_CARD, by=world.by)
        with pytest.raises(Conflict):
            paying_out.choose_again(fresh(case), "card", CARD, by=world.by)
        assert world.work(case).due_at is None
    assert sorted(Payout.objects.values_list("state", flat=True)) == ["PAID", "REFUSED"]
    assert balance_of(AccountKey("161", "32", PROVIDER)) == -3650
    assert WorkOrder.objects.get(kind="refund").state == "CANCELLED"


def test_money_on_its_way_has_no_second_way(world: World, fujian: Callable[..., None]) -> None:
    case = refunded(world, fujian, "unknown")
    with pytest.raises(Conflict):
        paying_out.choose_again(case, "cash", "", by=world.by)


def test_a_returned_payment_that_came_back_goes_another_way(world: World, fujian: Callable[..., None]) -> None:
    case = returned(world, fujian, "refused")
    assert (case.due_at, all(row["same"] for row in case.proof_lines)) == (None, True)
    paying_out.choose_again(case, "card", OTHER_CARD, by=world.by)
    assert world.work(case).due_at is None
    assert balance_of(AccountKey("161", "32", PROVIDER)) == 0


def test_a_refund_the_home_province_refuses_is_an_order_and_not_a_storm(
    world: World, fujian: Callable[..., None]
) -> None:
    fujian(buckets=[OWN])
    case = closed(world, "card", CARD)
    set_temper(FUJIAN, Temper.OBSTRUCTIVE, only=["refund"], code="2067", words="系统维护")
    case = later(world, case)
    assert case.due_at == MORNING + timedelta(minutes=130)
    set_temper(FUJIAN, Temper.HONEST)
    work_orders.answer_order(WorkOrder.objects.get(kind="refund").key, "closed", by=ROBOT)
    later(world, case, 140)
    with clock.frozen(MORNING + timedelta(minutes=141)):
        assert world.work(case).due_at is None
    assert Payout.objects.get().state == "PAID"


def test_a_code_that_was_told_before_the_index_keys_were_rotated_still_fetches_the_cash(
    world: World, fujian: Callable[..., None], settings: LazySettings
) -> None:
    fujian(buckets=[OWN])
    case = later(world, closed(world, "cash", ""))
    told = code_of(Payout.objects.get())
    settings.INDEX_KEYS = {**settings.INDEX_KEYS, "next": bytes(range(32))}
    settings.INDEX_ACTIVE = "next"
    assert told != code_of(Payout.objects.get())
    paying_out.hand_over(case, told, store="nanjing-1", by=CLERK)
    assert Payout.objects.get().state == "PAID"
