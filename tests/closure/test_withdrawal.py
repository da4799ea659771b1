"""Withdrawal until the money step, and the proof that the province is as it was (C-12)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from types import ModuleType

import pytest

from bss.gateway import ask
from bss.models import Command
from bss.simulated import BucketSpec, Temper, TieSpec, set_temper
from closure import states
from closure.services import answering, charging, orders, payment, withdrawal
from portal import clock, work_orders
from portal.errors import Conflict, Invalid
from portal.models import WorkOrder
from portal.moving import movements_of
from tests.closure.conftest import FUJIAN, MORNING, NUMBER, ROBOT, World
from tests.closure.test_standing import CLERK


def test_a_withdrawn_case_proves_that_the_province_is_as_it_was(world: World, fujian: Callable[..., None]) -> None:
    fujian(buckets=[BucketSpec("b1", "own", 3650)])
    case = world.quoted()
    withdrawal.withdraw(case, by=world.by)
    case = world.work(case)
    assert (case.state, case.due_at) == (states.WITHDRAWN, None)
    assert case.proof_lines != [] and all(row["same"] for row in case.proof_lines)


def test_a_withdrawal_takes_the_case_wherever_it_has_come_meanwhile(world: World, fujian: Callable[..., None]) -> None:
    fujian()
    seen = world.file()
    world.work(seen)
    assert (seen.state, type(seen).objects.get(pk=seen.pk).state) == (states.FILED, states.QUOTED)
    withdrawal.withdraw(seen, by=world.by)
    withdrawal.withdraw(seen, by=world.by)
    assert [one.to_state for one in movements_of(seen)].count(states.WITHDRAWN) == 1


def test_charging_is_on_again_after_a_withdrawal(world: World, fujian: Callable[..., None]) -> None:
    fujian()
    case = world.quoted()
    withdrawal.withdraw(case, by=world.by)
    world.work(case)
    answer = ask(FUJIAN, "snapshot", {"number": NUMBER.plain}, case_ref=case.ref, by=ROBOT)
    assert answer.facts["charging"] == "on"


def test_prepared_ties_are_cancelled_by_a_withdrawal(world: World, fujian: Callable[..., None]) -> None:
    fujian(ties=[TieSpec("t1"), TieSpec("t2", "broadband", "家里宽带")])
    case = world.quoted()
    withdrawal.withdraw(case, by=world.by)
    case = world.work(case)
    assert set(WorkOrder.objects.values_list("state", flat=True)) == {"CANCELLED"}
    answer = ask(FUJIAN, "effects", {"number": NUMBER.plain, "case_ref": case.ref}, case_ref=case.ref, by=ROBOT)
    assert answer.facts["sum_fen"] == 0


def test_a_case_past_the_money_step_cannot_be_withdrawn(world: World, fujian: Callable[..., None]) -> None:
    fujian()
    case = world.quoted()
    payment.settle_without_payment(case, 1, by=world.by)
    with pytest.raises(Conflict):
        withdrawal.withdraw(type(case).objects.get(pk=case.pk), by=world.by)


@pytest.mark.parametrize("verb", ["cancel_tie", "resume_charging"])
def test_what_home_will_not_undo_is_an_order_to_its_staff_and_not_a_storm(
    world: World, fujian: Callable[..., None], verb: str
) -> None:
    fujian(ties=[TieSpec("t1")])
    case = world.quoted()
    charging.stop(case, by=ROBOT)
    set_temper(FUJIAN, Temper.OBSTRUCTIVE, only=[verb], code="2009", words="号码状态异常")
    withdrawal.withdraw(case, by=world.by)
    case = world.work(case)
    order = WorkOrder.objects.get(kind="undo")
    assert (order.state, order.facts["verb"], order.province) == ("OPEN", verb, "35")
    assert case.due_at == MORNING + timedelta(hours=1)
    set_temper(FUJIAN, Temper.HONEST)
    with pytest.raises(Invalid, match="mended"):
        answering.answer(case, order.key, "user_reason", missing=["不办"], by=CLERK)
    answering.answer(case, order.key, "closed", by=CLERK)
    with clock.frozen(MORNING + timedelta(seconds=6)):
        case = world.work(world.work(case))
    assert (case.due_at, {row["same"] for row in case.proof_lines}) == (None, {True})
    assert {row.state for row in WorkOrder.objects.all()} == {"DONE", "CANCELLED"}
    assert list(Command.objects.filter(verb=verb).order_by("pk").values_list("state", flat=True)) == ["REFUSED", "DONE"]


@pytest.mark.parametrize(("where", "verb"), [(orders, "again"), (work_orders, "finish_order")])
def test_who_dies_between_the_finished_order_and_the_new_command_leaves_nothing_open(
    world: World, fujian: Callable[..., None], monkeypatch: pytest.MonkeyPatch, where: ModuleType, verb: str
) -> None:
    fujian(ties=[TieSpec("t1")])
    case = world.quoted()
    set_temper(FUJIAN, Temper.OBSTRUCTIVE, only=["cancel_tie"], code="2009", words="号码状态异常")
    withdrawal.withdraw(case, by=world.by)
    case = world.work(case)
    set_temper(FUJIAN, Temper.HONEST)
    answering.answer(case, WorkOrder.objects.get(kind="undo").key, "closed", by=CLERK)

    def die(*_of: object, **_by: object) -> None:
        raise SystemExit

    with monkeypatch.context() as dying:
        dying.setattr(where, verb, die)
        with pytest.raises(SystemExit):
            world.work(case)
    case = world.work(case)
    assert (case.due_at, {row.state for row in WorkOrder.objects.all()}) == (None, {"DONE", "CANCELLED"})
    cancelled = Command.objects.filter(verb="cancel_tie").order_by("pk").values_list("state", flat=True)
    assert list(cancelled) == ["REFUSED", "DONE"]


@pytest.mark.parametrize("state", sorted(set(states.TRANSITIONS) - states.BEFORE_MONEY - {states.WITHDRAWN}))
def test_withdrawal_is_refused_from_every_other_state(world: World, fujian: Callable[..., None], state: str) -> None:
    fujian()
    case = world.quoted()
    type(case).objects.filter(pk=case.pk).update(state=state)
    with pytest.raises(Conflict):
        withdrawal.withdraw(type(case).objects.get(pk=case.pk), by=world.by)
