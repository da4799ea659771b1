"""Refunds over ⚙ wait for a second person of finance, and small ones do not (D-10, C-05)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.test import Client

from bss.simulated import BillSpec, BucketSpec, Temper, set_temper
from closure.models import Case, Restoring
from closure.queries import bounced_payout
from closure.services import advance, paying_out, payment, restoring, returning, withdrawal
from closure.words.told import refund_note
from portal import clock, work_orders
from portal.actors import ANONYMOUS, robot
from portal.errors import Conflict, Refused
from portal.models import Notice, ParameterValue, WorkOrder
from settlement.ledger import BOUNCED_REFUND, PROVIDER, AccountKey
from settlement.models import Approval, Payout, SimulatedPayout
from settlement.queries import balance_of
from settlement.services.approvals import decide
from settlement.services.payouts import code_of as cash_code
from settlement.simulated.provider import decide as decide_payment
from settlement.tasks import sweep
from tests.closure.conftest import FUJIAN, ID, MORNING, ROBOT, World, code_of
from tests.closure.refunded import CARD, OTHER_CARD, closed, fresh, later
from tests.closure.test_restoring import paid, suspended
from tests.settlement.books import person

__all__ = ["suspended"]

LIMIT = 500_000
OVER = LIMIT + 1
SUN = person("sun")
HOUR = timedelta(hours=1)


def a_refund(world: World, fujian: Callable[..., None], fen: int = OVER, route: str = "card") -> Case:
    """A closed case whose own money is to be refunded, as far as the robots go alone."""
    fujian(buckets=[BucketSpec("b1", "own", fen)])
    return later(world, closed(world, route, CARD if route == "card" else ""))


def decided(*, approve: bool, hours: float = 2) -> Approval:
    """Finance decides, so many hours into the case."""
    with clock.frozen(MORNING + hours * HOUR):
        return decide(Approval.objects.get(state="ASKED").ref, approve=approve, because="卡号像是别人的", by=SUN)


def found_again(case: Case) -> Client:
    """A browser that opened the closed case by its number, the ID and a code to the contact."""
    browser = Client()
    browser.post("/closure/find", {"case_no": case.case_no, "id_number": ID.plain})
    browser.post("/closure/find/code", {"code": code_of(browser.session["find"][0])})
    return browser


def note(case: Case) -> str:
    """What the case page says of the refund."""
    found = refund_note(fresh(case), "zh")
    assert found is not None
    return str(found["text"])


@pytest.mark.parametrize("fen", [LIMIT - 1, LIMIT])
def test_up_to_the_limit_nobody_is_asked(world: World, fujian: Callable[..., None], fen: int) -> None:
    case = a_refund(world, fujian, fen)
    assert (case.due_at, Payout.objects.get().state, Approval.objects.count()) == (None, "PAID", 0)


def test_over_the_limit_nothing_is_sent_and_the_page_says_who_checks_and_until_when(
    world: World, fujian: Callable[..., None]
) -> None:
    case = a_refund(world, fujian)
    assert (Payout.objects.get().state, SimulatedPayout.objects.count()) == ("AWAITING", 0)
    assert "甲网财务要换个人再核一次，11月25日 11:22 前核完。晚了省监管追办" in note(case)
    order = WorkOrder.objects.get(kind="refund_check")
    assert (order.owner, order.province, order.due_at) == (
        "finance:161",
        "35",
        MORNING + timedelta(hours=25, minutes=10),
    )
    assert Notice.objects.filter(key="notice.closure.refund_check").count() == 1


def test_the_limit_is_the_home_provinces_own(world: World, fujian: Callable[..., None]) -> None:
    name, on = "settlement.refund_four_eyes", MORNING.date()
    ParameterValue.objects.create(name=name, operator="161", province="32", from_on=on, value=10**6)
    ParameterValue.objects.create(name=name, operator="161", province="35", from_on=on, value=3649)
    a_refund(world, fujian, 3650)
    assert Payout.objects.get().state == "AWAITING"


def test_the_subscriber_is_who_asks(world: World, fujian: Callable[..., None]) -> None:
    case = a_refund(world, fujian)
    assert Approval.objects.get().asked_by == f"line:{case.account_ref}" == world.by.ref


def test_approved_it_is_paid_at_once_and_the_books_follow(world: World, fujian: Callable[..., None]) -> None:
    case = a_refund(world, fujian)
    decided(approve=True)
    with clock.frozen(MORNING + 2 * HOUR):
        assert world.work(case).due_at is None
    assert Payout.objects.get().state == "PAID"
    assert balance_of(AccountKey("161", "32", PROVIDER)) == -OVER
    assert WorkOrder.objects.get(kind="refund_check").state == "DONE"


def test_a_message_that_was_lost_after_the_approval_is_made_good_by_the_sweeps(
    world: World, fujian: Callable[..., None]
) -> None:
    case = a_refund(world, fujian)
    decided(approve=True)
    with clock.frozen(MORNING + 2 * HOUR + timedelta(minutes=11)):
        sweep()
        assert Payout.objects.get().state == "PAID"
        advance.sweep(limit=5, by=ROBOT)
    assert (fresh(case).due_at, balance_of(AccountKey("161", "32", PROVIDER))) == (None, -OVER)


def test_denied_it_goes_where_a_refund_goes_that_came_back_and_says_why(
    world: World, fujian: Callable[..., None]
) -> None:
    case = a_refund(world, fujian)
    decided(approve=False)
    with clock.frozen(MORNING + 2 * HOUR):
        assert world.work(case).due_at is None
    assert balance_of(AccountKey("161", "35", BOUNCED_REFUND)) == -OVER
    assert "甲网财务复核没通过：卡号像是别人的。" in note(case)
    orders = WorkOrder.objects.filter(case_ref=case.ref, kind__contains="refund").values_list("kind", "state")
    assert dict(orders) == {"refund_check": "DONE", "refund": "OPEN"}
    assert Notice.objects.filter(key="notice.closure.refund_denied").count() == 1


def test_a_message_that_was_lost_after_the_denial_is_made_good_by_the_sweep(
    world: World, fujian: Callable[..., None]
) -> None:
    case = a_refund(world, fujian)
    decided(approve=False)
    assert (bounced_payout(case) is not None, WorkOrder.objects.filter(kind="refund").count()) == (True, 0)
    with clock.frozen(MORNING + 2 * HOUR + timedelta(minutes=11)):
        for _ in range(2):
            advance.sweep(limit=5, by=ROBOT)
    assert (WorkOrder.objects.get(kind="refund").state, fresh(case).due_at) == ("OPEN", None)
    assert balance_of(AccountKey("161", "35", BOUNCED_REFUND)) == -OVER


def test_another_way_for_what_was_denied_is_checked_again(world: World, fujian: Callable[..., None]) -> None:
    case = a_refund(world, fujian)
    decided(approve=False)
    with clock.frozen(MORNING + 3 * HOUR):
        case = world.work(case)
        paying_out.choose_again(case, "card", OTHER_CARD, by=world.by)
        world.work(case)
    assert SimulatedPayout.objects.count() == 0
    decided(approve=True, hours=4)
    with clock.frozen(MORNING + 4 * HOUR):
        assert world.work(case).due_at is None
    assert balance_of(AccountKey("161", "32", PROVIDER)) == -OVER


def test_late_it_is_the_regulators_to_chase_and_may_still_be_approved(
    world: World, fujian: Callable[..., None]
) -> None:
    case = a_refund(world, fujian)
    with clock.frozen(MORNING + 30 * HOUR):
        work_orders.sweep(by=robot("sweep"))
        order = WorkOrder.objects.get(kind="refund_check")
        assert (order.state, order.owner) == ("ESCALATED", "regulator:35")
        assert "已经晚了，省监管在追办" in note(case)
        assert (world.work(case).due_at, Payout.objects.get().state) == (MORNING + 31 * HOUR, "AWAITING")
    decided(approve=True, hours=31)
    with clock.frozen(MORNING + 31 * HOUR):
        assert world.work(case).due_at is None
    assert (Payout.objects.get().state, WorkOrder.objects.get(kind="refund_check").state) == ("PAID", "DONE")


def test_the_code_for_cash_is_told_once_it_lies_ready(world: World, fujian: Callable[..., None]) -> None:
    case = a_refund(world, fujian, route="cash")
    code = cash_code(Payout.objects.get())
    assert not Notice.objects.filter(key="notice.closure.refund_cash").exists()
    assert code not in note(case)
    with pytest.raises(Conflict):
        paying_out.hand_over(case, code, store="nanjing-1", by=ROBOT)
    decided(approve=True)
    for minutes in (120, 190):
        later(world, case, minutes)
    assert [code in one.text for one in Notice.objects.filter(key="notice.closure.refund_cash")] == [True]
    paying_out.hand_over(case, code, store="nanjing-1", by=ROBOT)


def test_there_is_no_second_way_while_it_is_checked(world: World, fujian: Callable[..., None]) -> None:
    case = a_refund(world, fujian)
    assert bounced_payout(case) is None
    with pytest.raises(Conflict):
        paying_out.choose_again(case, "card", OTHER_CARD, by=world.by)


def test_the_person_who_asked_in_a_store_does_not_approve(world: World, fujian: Callable[..., None]) -> None:
    case = a_refund(world, fujian)
    with clock.frozen(MORNING + 2 * HOUR):
        decided(approve=False)
        case = world.work(case)
        paying_out.choose_again(case, "card", OTHER_CARD, by=SUN)
    with pytest.raises(Refused) as caught:
        decided(approve=True, hours=3)
    assert (caught.value.key, Payout.objects.filter(state="AWAITING").count()) == ("error.approval.own", 1)


def test_the_case_page_and_the_page_that_asks_again_say_why(world: World, fujian: Callable[..., None]) -> None:
    case = a_refund(world, fujian)
    with clock.frozen(MORNING + 2 * HOUR):
        browser = found_again(case)
        assert "退款在复核" in browser.get(f"/closure/{case.ref}").content.decode()
        decided(approve=False)
        world.work(case)
        for page in ("", "/refund"):
            assert "卡号像是别人的" in browser.get(f"/closure/{case.ref}{page}").content.decode()


def test_a_returned_payment_over_the_limit_is_checked_too(world: World, fujian: Callable[..., None]) -> None:
    fujian(bills=[BillSpec("2026-10", OVER, 0, date(2026, 11, 1), date(2026, 11, 30))])
    case = world.quoted()
    decide_payment(payment.pay(case, "card", 1, by=world.by).ref, "paid")
    set_temper(FUJIAN, Temper.OBSTRUCTIVE, only=["settle"], code="2067", words="欠费 12.00 元")
    case = world.work(case)
    set_temper(FUJIAN, Temper.HONEST)
    withdrawal.withdraw(case, by=world.by)
    world.work(case)
    assert (Payout.objects.get().state, Approval.objects.get().asked_by) == ("AWAITING", world.by.ref)
    decided(approve=True)
    with clock.frozen(MORNING + 2 * HOUR):
        world.work(case)
    assert balance_of(AccountKey("161", "32", PROVIDER)) == 0


def test_money_paid_in_by_number_is_checked_before_it_goes_back(suspended: None) -> None:
    ParameterValue.objects.create(name="settlement.refund_four_eyes", from_on=MORNING.date(), value=9_999)
    set_temper(FUJIAN, Temper.OBSTRUCTIVE, only=["pay_in"])
    row = paid(10_000)
    restoring.advance(row.ref, by=ROBOT)
    assert (returning.standing(fresh_row(row))[0], Approval.objects.get().asked_by) == ("CHECKING", "anonymous")
    assert "财务要换个人再核一次" in Client().get(f"/closure/restore/{row.ref}").content.decode()
    decided(approve=True)
    restoring.advance(row.ref, by=ROBOT)
    assert returning.standing(fresh_row(row))[0] == "RETURNED"


def fresh_row(row: Restoring) -> Restoring:
    """The row as it now is."""
    return Restoring.objects.get(pk=row.pk)


def test_money_paid_in_by_number_keeps_its_day_when_finance_turned_it_down(suspended: None) -> None:
    ParameterValue.objects.create(name="settlement.refund_four_eyes", from_on=MORNING.date(), value=9_999)
    set_temper(FUJIAN, Temper.OBSTRUCTIVE, only=["pay_in"])
    row = paid(10_000)
    restoring.advance(row.ref, by=ROBOT)
    promised_on = Payout.objects.get().promised_on
    decided(approve=False)
    restoring.advance(row.ref, by=ROBOT)
    with clock.frozen(MORNING + timedelta(days=3)):
        assert returning.choose_again(fresh_row(row), OTHER_CARD, by=ANONYMOUS).promised_on == promised_on
