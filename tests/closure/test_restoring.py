"""Paying into a line by its number: restored when the arrears are covered, returned when the province refuses."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import transaction
from django.test import Client

from bss.simulated import BillSpec, Temper, line_row, set_temper
from closure.models import Restoring
from closure.services import restoring, returning
from portal.actors import ANONYMOUS, Actor
from portal.errors import Invalid, TooMany
from portal.masked import Phone
from portal.models import WorkOrder
from settlement.ledger import PROVIDER, AccountKey
from settlement.models import Payout
from settlement.queries import balance_of, trial_balance
from settlement.simulated.provider import decide, decide_payout
from tests.closure.conftest import FUJIAN, MORNING, NUMBER, ROBOT, World

OWED = BillSpec("2026-09", 5800, 0, date(2026, 10, 1), date(2026, 10, 14))


def paid(fen: int) -> Restoring:
    """A payment of `fen` into the line, made at the provider and worked by the robot."""
    row = restoring.ask(NUMBER, fen, "32", by=ANONYMOUS)
    decide(row.payment_ref, "paid")
    restoring.advance(row.ref, by=ROBOT)
    return Restoring.objects.get(ref=row.ref)


@pytest.fixture
def suspended(world: World, fujian: Callable[..., None]) -> None:
    """A line suspended both ways for one unpaid bill."""
    fujian(bills=[OWED], state="two_way", sms=False)


@pytest.mark.usefixtures("suspended")
def test_paid_arrears_bring_the_service_back() -> None:
    assert paid(10_000).state == "RESTORED"
    line = line_row(FUJIAN, NUMBER.plain)
    assert (line["state"], line["sms"]) == ("normal", True)
    assert trial_balance() == 0


@pytest.mark.usefixtures("suspended")
def test_too_little_money_leaves_the_line_suspended_and_the_money_booked() -> None:
    assert paid(1_000).state == "RESTORED"
    assert line_row(FUJIAN, NUMBER.plain)["state"] == "two_way"
    assert trial_balance() == 0


@pytest.mark.usefixtures("suspended")
def test_a_refused_payment_in_goes_back_the_way_it_came() -> None:
    set_temper(FUJIAN, Temper.OBSTRUCTIVE, only=["pay_in"])
    row = paid(10_000)
    restoring.advance(row.ref, by=ROBOT)
    assert Restoring.objects.get(ref=row.ref).state == "RETURNED"
    assert Payout.objects.get(case_ref=row.ref).fen == 10_000
    assert trial_balance() == 0


@pytest.mark.usefixtures("suspended")
def test_the_page_says_what_its_sum_is() -> None:
    asked = restoring.ask(NUMBER, 10_000, "32", by=ANONYMOUS)
    page = f"/closure/restore/{asked.ref}"
    assert "要付" in Client().get(page).content.decode()
    decide(asked.payment_ref, "paid")
    restoring.advance(asked.ref, by=ROBOT)
    assert "已付" in Client().get(page).content.decode()


@pytest.mark.usefixtures("suspended")
def test_the_page_says_returned_only_once_the_money_has_arrived() -> None:
    set_temper(FUJIAN, Temper.OBSTRUCTIVE, only=["pay_in"])
    row = paid(10_000)
    with transaction.atomic():
        returning._new_payout(row, "original", "", by=ROBOT)
    decide_payout(row.payout_ref, "pending")
    restoring.advance(row.ref, by=ROBOT)
    underway = Client().get(f"/closure/restore/{row.ref}").content.decode()
    assert "正在退回" in underway and "11月25日前到账" in underway and "hx-get" in underway
    decide_payout(row.payout_ref, "paid")
    restoring.advance(row.ref, by=ROBOT)
    arrived = Client().get(f"/closure/restore/{row.ref}").content.decode()
    assert "已退回" in arrived and "hx-get" not in arrived


def test_a_number_of_no_operator_is_refused(world: World) -> None:
    with pytest.raises(Invalid) as refusal:
        restoring.ask(Phone("13800138000"), 1_000, "32", by=ANONYMOUS)
    assert refusal.value.field == "number"


@pytest.fixture
def come_back(suspended: None) -> Restoring:
    """A payment the province would not take, whose return came back."""
    set_temper(FUJIAN, Temper.OBSTRUCTIVE, only=["pay_in"])
    row = paid(10_000)
    set_temper(FUJIAN, Temper.HONEST)
    with transaction.atomic():
        returning._new_payout(row, "original", "", by=ROBOT)
    decide_payout(row.payout_ref, "refused")
    restoring.advance(row.ref, by=ROBOT)
    return Restoring.objects.get(ref=row.ref)


def test_a_return_that_came_back_waits_for_another_card(come_back: Restoring) -> None:
    assert (come_back.due_at, returning.standing(come_back)[0]) == (None, "BOUNCED")
    assert WorkOrder.objects.get(kind="refund").case_ref == come_back.ref
    returning.choose_again(come_back, "6222020000000000000", by=ANONYMOUS)
    restoring.advance(come_back.ref, by=ROBOT)
    assert sorted(Payout.objects.values_list("state", flat=True)) == ["PAID", "REFUSED"]
    assert trial_balance() == 0


def test_whoever_chooses_while_a_robot_looks_is_looked_at_again(
    come_back: Restoring, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message that the new payout ended is lost: the sweep finds it all the same."""
    look = returning.give_back

    def chosen_meanwhile(row: Restoring, *, by: Actor) -> bool:
        seen = look(row, by=by)
        returning.choose_again(Restoring.objects.get(pk=row.pk), "6222020000000000000", by=ANONYMOUS)
        return seen

    with monkeypatch.context() as patched:
        patched.setattr(returning, "give_back", chosen_meanwhile)
        restoring.advance(come_back.ref, by=ROBOT)
    restoring.sweep(limit=5, by=ROBOT)
    assert sorted(Payout.objects.values_list("state", flat=True)) == ["PAID", "REFUSED"]
    assert balance_of(AccountKey("161", "32", PROVIDER)) == 0


def test_a_poison_row_does_not_stop_the_others(suspended: None) -> None:
    first = restoring.ask(NUMBER, 1_000, "32", by=ANONYMOUS)
    second = restoring.ask(NUMBER, 2_000, "32", by=ANONYMOUS)
    Restoring.objects.filter(pk=first.pk).update(payment_ref="gone")
    assert restoring.sweep(limit=5, by=ROBOT) == 2
    assert Restoring.objects.get(pk=first.pk).due_at == MORNING + timedelta(seconds=60)
    assert Restoring.objects.get(pk=second.pk).due_at == MORNING + timedelta(seconds=5)


@pytest.mark.parametrize("address", ["", "203.0.113.7"])
def test_payments_by_number_are_counted(world: World, address: str) -> None:
    for place in range(10):
        number = Phone(f"1613500{place:04d}") if address else NUMBER
        restoring.ask(number, 1_000, "32", address=address, by=ANONYMOUS)
    with pytest.raises(TooMany):
        restoring.ask(NUMBER, 1_000, "32", address=address, by=ANONYMOUS)
