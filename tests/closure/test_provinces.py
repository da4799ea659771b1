"""Provinces that obstruct, fall silent, refuse lawfully or come back: the case goes on, and each command acts once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from bss.models import Command, Obstruction
from bss.simulated import Temper, effects_of, set_temper
from closure import states
from closure.models import Case
from closure.queries import latest_findings
from closure.services import payment, withdrawal
from portal import clock
from tests.closure.conftest import FUJIAN, MORNING, World

pytestmark = pytest.mark.usefixtures("way")


@pytest.fixture
def settled(world: World, fujian: Callable[..., None]) -> Case:
    """A case that only has to be closed at home."""
    fujian()
    case = world.quoted()
    payment.settle_without_payment(case, 1, by=world.by)
    return case


def test_an_unlawful_refusal_is_evidence_and_the_line_is_closed_all_the_same(world: World, settled: Case) -> None:
    set_temper(FUJIAN, Temper.OBSTRUCTIVE)
    assert world.work(settled).state == states.CLOSED
    row = Obstruction.objects.get(case_ref=settled.ref)
    assert "优惠期" in row.words
    assert row.evidence_ref


def test_a_lawful_refusal_holds_the_case_and_keeps_the_charges_stopped(world: World, settled: Case) -> None:
    set_temper(FUJIAN, Temper.OBSTRUCTIVE, only=["close_line"], code="2067", words="欠费 12.00 元")
    case = world.work(settled)
    assert case.state == states.HELD
    assert latest_findings(case).get().key == "closing.refused"
    assert case.charging_resumed_at is None


def test_a_held_case_can_be_withdrawn_with_its_proof(world: World, settled: Case) -> None:
    set_temper(FUJIAN, Temper.OBSTRUCTIVE, only=["close_line"], code="2067", words="欠费 12.00 元")
    case = world.work(settled)
    set_temper(FUJIAN, Temper.HONEST)
    withdrawal.withdraw(case, by=world.by)
    case = world.work(case)
    assert case.due_at is None
    assert all(row["same"] for row in case.proof_lines)


def test_a_command_without_reply_is_asked_about_and_took_effect_once(world: World, settled: Case) -> None:
    set_temper(FUJIAN, Temper.SILENT, only=["close_line"], wait_ms=10)
    assert world.work(settled).state == states.CLOSING
    set_temper(FUJIAN, Temper.HONEST)
    with clock.frozen(MORNING + timedelta(minutes=5)):
        assert world.work(settled).state == states.CLOSED
    assert effects_of(FUJIAN, Command.objects.get(verb="close_line").ref) == 1


def test_a_command_that_surely_never_arrived_gets_a_new_id(world: World, settled: Case) -> None:
    set_temper(FUJIAN, Temper.SILENT_BEFORE, only=["close_line"], wait_ms=10)
    world.work(settled)
    set_temper(FUJIAN, Temper.HONEST)
    with clock.frozen(MORNING + timedelta(minutes=20)):
        assert world.work(settled).state == states.CLOSED
    assert sorted(Command.objects.filter(verb="close_line").values_list("state", flat=True)) == ["DONE", "EXPIRED"]


def test_a_province_that_is_down_at_the_closing_is_tried_again(world: World, settled: Case) -> None:
    set_temper(FUJIAN, Temper.DOWN)
    case = world.work(settled)
    assert case.state == states.CLOSING
    assert case.due_at is not None and case.due_at > clock.now()
    set_temper(FUJIAN, Temper.HONEST)
    with clock.frozen(MORNING + timedelta(minutes=5)):
        assert world.work(settled).state == states.CLOSED


def test_a_refused_identity_question_is_asked_again_with_a_directive(world: World, fujian: Callable[..., None]) -> None:
    fujian()
    set_temper(FUJIAN, Temper.OBSTRUCTIVE)
    case = world.work(world.file())
    assert case.state == states.QUOTED
    row = Obstruction.objects.get(case_ref=case.ref)
    assert (row.kind, "优惠期" in row.words) == ("question_refused", True)


def test_no_reason_is_lawful_for_not_stopping_the_charges(world: World, fujian: Callable[..., None]) -> None:
    fujian()
    set_temper(FUJIAN, Temper.OBSTRUCTIVE, only=["stop_charging"], code="2009", words="号码状态异常")
    case = world.work(world.file())
    assert case.charging_stopped_at is not None
    assert Obstruction.objects.get(case_ref=case.ref).words == "号码状态异常"
