"""The money step: three endings, the same sum everywhere, and nothing paid twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from bss.simulated import BillSpec, BucketSpec, Temper, book_rows, line_row, plant, set_temper
from closure import states
from closure.models import Case
from closure.services import payment, refund, unbinding, verification, withdrawal
from portal import clock
from portal.errors import Conflict, Invalid
from settlement.ledger import BILLS, PROVIDER, AccountKey
from settlement.models import Payment, Payout
from settlement.queries import balance_of, trial_balance
from settlement.services import payments
from settlement.simulated.provider import decide
from tests.closure.conftest import FUJIAN, MORNING, NUMBER, ROBOT, World, a_line

both_ways = pytest.mark.usefixtures("way")
OWED = BillSpec("2026-10", 5800, 0, date(2026, 11, 1), date(2026, 11, 14))
OWN = BucketSpec("b1", "own", 3650)
CARD = "6222020000000000000"


@pytest.fixture
def owing(world: World, fujian: Callable[..., None]) -> Case:
    """A case with one unpaid bill, ready to be paid."""
    fujian(bills=[OWED])
    return world.quoted()


def fresh(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


@both_ways
def test_a_paid_case_closes_and_the_books_agree(world: World, owing: Case) -> None:
    decide(payment.pay(owing, "card", 1, by=world.by).ref, "paid")
    case = world.work(owing)
    assert case.state == states.CLOSED
    assert balance_of(AccountKey("161", "32", PROVIDER)) == case.collected_fen == 5974
    assert trial_balance() == 0
    assert sum(fen for _, _, fen in book_rows(FUJIAN, case.ref)) == 0


def test_the_home_province_has_the_bill_paid(world: World, owing: Case) -> None:
    decide(payment.pay(owing, "card", 1, by=world.by).ref, "paid")
    world.work(owing)
    assert line_row(FUJIAN, NUMBER.plain)["state"] == "closed"


def test_a_refused_payment_leads_back_to_the_quote(world: World, owing: Case) -> None:
    decide(payment.pay(owing, "card", 1, by=world.by).ref, "refused")
    case = world.work(owing)
    assert (case.state, case.collected_fen) == (states.QUOTED, 0)
    assert trial_balance() == 0


def test_an_unknown_payment_is_asked_about_and_never_repeated(world: World, owing: Case) -> None:
    ref = payment.pay(owing, "card", 1, by=world.by).ref
    decide(ref, "unknown")
    assert world.work(owing).state == states.PAYING
    decide(ref, "paid")
    with clock.frozen(MORNING + timedelta(minutes=10)):
        assert world.work(owing).state == states.CLOSED
    assert Payment.objects.count() == 1


def test_a_payment_that_is_heard_of_is_collected_at_once(world: World, owing: Case) -> None:
    ref = payment.pay(owing, "card", 1, by=world.by).ref
    asked = world.work(owing)
    assert asked.due_at is not None
    assert asked.due_at > clock.now()
    callback = decide(ref, "paid")
    assert callback is not None
    payments.hear(callback, by=ROBOT)
    assert world.work(owing).state == states.CLOSED


def test_a_payment_nobody_made_runs_out_and_the_quote_stands(world: World, owing: Case) -> None:
    payment.pay(owing, "card", 1, by=world.by)
    assert world.work(owing).state == states.PAYING
    with clock.frozen(MORNING + timedelta(minutes=31)):
        assert world.work(owing).state == states.QUOTED


def test_a_second_payment_of_the_same_case_is_a_conflict(world: World, owing: Case) -> None:
    payment.pay(owing, "card", 1, by=world.by)
    with pytest.raises(Conflict):
        payment.pay(fresh(owing), "card", 1, by=world.by)
    assert Payment.objects.count() == 1


def test_a_quote_the_person_did_not_see_is_not_paid(world: World, owing: Case) -> None:
    with pytest.raises(Conflict):
        payment.pay(owing, "card", 2, by=world.by)


def test_a_refund_needs_its_route_before_the_closing(world: World, fujian: Callable[..., None]) -> None:
    fujian(buckets=[OWN])
    case = world.quoted()
    with pytest.raises(Conflict):
        payment.settle_without_payment(case, 1, by=world.by)


@both_ways
def test_ones_own_money_is_refunded_and_the_ledger_balances(world: World, fujian: Callable[..., None]) -> None:
    fujian(buckets=[OWN, BucketSpec("b2", "gifted", 2000)])
    case = world.quoted()
    refund.choose_route(case, "card", CARD, by=world.by)
    payment.settle_without_payment(fresh(case), 1, by=world.by)
    case = world.work(case)
    assert (case.state, case.due_at) == (states.CLOSED, None)
    payout = Payout.objects.get()
    assert (payout.fen, payout.last4, payout.state) == (3650, CARD[-4:], "PAID")
    assert trial_balance() == 0


def test_the_number_being_closed_gets_no_refund(world: World, fujian: Callable[..., None]) -> None:
    fujian(buckets=[OWN])
    with pytest.raises(Invalid) as refusal:
        refund.choose_route(world.quoted(), "line", NUMBER.plain, by=world.by)
    assert refusal.value.rule_id == "C-05"


@pytest.mark.parametrize("text", ["", "1234", "6222020000000000001", "６２２２０２", "6222 0200 abcd 0000 000"])
def test_a_card_number_with_a_slip_is_refused(world: World, fujian: Callable[..., None], text: str) -> None:
    fujian(buckets=[OWN])
    with pytest.raises(Invalid, match="card"):
        refund.choose_route(world.quoted(), "card", text, by=world.by)


def test_a_refund_number_of_another_holder_is_refused(world: World, fujian: Callable[..., None]) -> None:
    fujian(buckets=[OWN])
    other = a_line(number=type(NUMBER)("16135009999"))
    plant(FUJIAN, type(other)(**{**other.__dict__, "holder_name": "王伟"}))
    with pytest.raises(Invalid, match="holder"):
        refund.choose_route(world.quoted(), "line", "16135009999", by=world.by)


def test_the_checklist_is_acknowledged_before_the_money(world: World, fujian: Callable[..., None]) -> None:
    """What hangs on the number is shown and acknowledged first (C-10)."""
    fujian(bills=[OWED])
    case = world.work(world.file())
    with pytest.raises(Conflict):
        payment.pay(case, "card", 1, by=world.by)
    unbinding.acknowledge(case, by=world.by)
    assert payment.pay(fresh(case), "card", 1, by=world.by).fen == 5974


def refused_at_home(world: World, case: Case) -> Case:
    """The home province refuses the money lawfully, then thinks better of it, and all is checked again."""
    set_temper(FUJIAN, Temper.OBSTRUCTIVE, only=["settle"], code="2067", words="欠费 12.00 元")
    held = world.work(case)
    assert held.state == states.HELD
    set_temper(FUJIAN, Temper.HONEST)
    verification.again(held, by=world.by)
    return world.work(held)


@both_ways
def test_what_a_refused_closing_left_paid_closes_the_case_without_a_second_payment(world: World, owing: Case) -> None:
    decide(payment.pay(owing, "card", 1, by=world.by).ref, "paid")
    case = refused_at_home(world, owing)
    payment.settle_without_payment(case, 2, by=world.by)
    case = world.work(case)
    assert (case.state, case.collected_fen, trial_balance()) == (states.CLOSED, 5974, 0)
    assert balance_of(AccountKey("161", "35", BILLS)) == -5800


@pytest.fixture
def offsetting(world: World, fujian: Callable[..., None]) -> Case:
    """A case whose bill is met from prepayment, the rest to be refunded in cash; settled."""
    fujian(bills=[OWED], buckets=[BucketSpec("b1", "own", 9000)])
    case = world.quoted()
    refund.choose_route(case, "cash", "", by=world.by)
    payment.settle_without_payment(fresh(case), 1, by=world.by)
    return fresh(case)


@both_ways
def test_an_offset_the_home_province_refused_is_not_in_the_books(world: World, offsetting: Case) -> None:
    case = refused_at_home(world, offsetting)
    assert balance_of(AccountKey("161", "35", BILLS)) == 0
    payment.settle_without_payment(case, 2, by=world.by)
    assert balance_of(AccountKey("161", "35", BILLS)) == -5800


@both_ways
def test_a_withdrawal_after_a_refused_closing_takes_the_offset_back(world: World, offsetting: Case) -> None:
    set_temper(FUJIAN, Temper.OBSTRUCTIVE, only=["close_line"], code="2067", words="欠费 12.00 元")
    case = world.work(offsetting)
    set_temper(FUJIAN, Temper.HONEST)
    withdrawal.withdraw(case, by=world.by)
    world.work(case)
    assert balance_of(AccountKey("161", "35", BILLS)) == 0
