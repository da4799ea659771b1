"""Whole cases with provinces that lie, err or contradict themselves: closed in truth, or not closed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from bss.gateway import ask
from bss.models import Command, Obstruction
from bss.simulated import (
    BillSpec,
    BucketSpec,
    ContractSpec,
    Temper,
    TieSpec,
    book_rows,
    line_row,
    set_temper,
)
from bss.simulated.faults import DONE_ALL_THE_SAME
from closure import states
from closure.models import Case
from closure.services import payment, refund, restoring, unbinding, withdrawal
from portal import clock
from portal.models import WorkOrder
from settlement.queries import trial_balance
from settlement.simulated.provider import decide
from tests.closure.conftest import FUJIAN, MORNING, NUMBER, ROBOT, World

OWED = BillSpec("2026-10", 5800, 0, date(2026, 11, 1), date(2026, 11, 14))
OWN = BucketSpec("b1", "own", 3650)
PHONE = ContractSpec("K1", document_id="D1", document_sha256="0" * 64)
FLOW = ("stop_charging", "prepare_tie", "settle", "release_contract", "execute_tie", "close_line")
ONE_OF_EACH = dict.fromkeys(FLOW, 1)


def drive(world: World, case: Case, at: datetime = MORNING) -> Case:
    """Let the robots work while the clock goes on, until nothing is due any more: two hours at most."""
    for minute in range(0, 121, 5):
        with clock.frozen(at + timedelta(minutes=minute)):
            case = world.work(case)
            if case.due_at is None or case.due_at > clock.now() + timedelta(hours=2):
                break
    return case


def effects(case: Case) -> Counter[str]:
    """How often each verb took effect in the province's own book."""
    answer = ask(FUJIAN, "effects", {"number": NUMBER.plain, "case_ref": case.ref}, case_ref=case.ref, by=ROBOT)
    return Counter(effect["verb"] for effect in answer.facts["effects"])


def befall(fault: str, *only: str, times: int = 1, **knobs: Any) -> None:
    """The next exchanges of these names meet the fault."""
    set_temper(FUJIAN, Temper.HONEST, fault=fault, only=only, times=times, **knobs)


def paid(world: World, fujian: Callable[..., None]) -> Case:
    """A case with a bill, a contract and a tie, verified and paid, that no robot has touched since."""
    fujian(bills=[OWED], contracts=[PHONE], ties=[TieSpec("t1")])
    case = world.work(world.file())
    unbinding.acknowledge(case, by=world.by)
    decide(payment.pay(case, "card", 1, by=world.by).ref, "paid")
    return Case.objects.get(pk=case.pk)


@pytest.mark.parametrize("verb", FLOW)
def test_a_lie_at_any_step_is_found_and_mended(world: World, fujian: Callable[..., None], verb: str) -> None:
    befall("lie", verb)
    fujian(bills=[OWED], contracts=[PHONE], ties=[TieSpec("t1")])
    case = drive(world, world.file())
    unbinding.acknowledge(case, by=world.by)
    with clock.frozen(MORNING + timedelta(hours=3)):
        decide(payment.pay(case, "card", 1, by=world.by).ref, "paid")
    case = drive(world, case, MORNING + timedelta(hours=3))
    assert (case.state, line_row(FUJIAN, NUMBER.plain)["state"]) == (states.CLOSED, "closed")
    assert Obstruction.objects.filter(case_ref=case.ref, kind="said_done").exclude(against_ref="").count() == 1
    assert effects(case) == Counter(ONE_OF_EACH) - (Counter(prepare_tie=1) if verb == "prepare_tie" else Counter())
    assert (trial_balance(), sum(fen for _, _, fen in book_rows(FUJIAN, case.ref))) == (0, 0)


@pytest.mark.parametrize("fault", [one for one in DONE_ALL_THE_SAME if one != "late"])
def test_a_closing_meets_every_fault_and_closes_once(world: World, fujian: Callable[..., None], fault: str) -> None:
    case = paid(world, fujian)
    befall(fault, *FLOW, "enquire", times=6)
    case = drive(world, case)
    assert (case.state, line_row(FUJIAN, NUMBER.plain)["state"]) == (states.CLOSED, "closed")
    assert effects(case) == Counter(ONE_OF_EACH)
    assert trial_balance() == 0


def test_charges_are_stopped_from_the_filing_although_the_province_lied(
    world: World, fujian: Callable[..., None]
) -> None:
    fujian()
    befall("lie", "stop_charging")
    case = world.file()
    assert world.work(case).charging_stopped_at is None
    case = drive(world, case, MORNING + timedelta(minutes=1))
    assert case.charging_stopped_at is not None
    assert line_row(FUJIAN, NUMBER.plain)["stopped_from"] == case.filed_at


def test_a_province_that_keeps_lying_never_gets_its_case_closed(world: World, fujian: Callable[..., None]) -> None:
    case = paid(world, fujian)
    set_temper(FUJIAN, Temper.LYING, only=["close_line"])
    case = drive(world, case)
    assert (case.state, line_row(FUJIAN, NUMBER.plain)["state"]) == (states.CLOSING, "normal")
    assert WorkOrder.objects.filter(case_ref=case.ref, kind="close").count() == 1
    assert 3 <= Command.objects.filter(case_ref=case.ref, verb="close_line").count() < 12
    set_temper(FUJIAN, Temper.HONEST)
    assert drive(world, case, MORNING + timedelta(hours=3)).state == states.CLOSED


def test_a_snapshot_that_shows_the_line_open_keeps_the_case_open(world: World, fujian: Callable[..., None]) -> None:
    case = paid(world, fujian)
    home = ask(FUJIAN, "snapshot", {"number": NUMBER.plain}, case_ref=case.ref, by=ROBOT)
    later = {"ending": "done", "clock": (MORNING + timedelta(days=1)).isoformat(), "facts": dict(home.facts)}
    set_temper(FUJIAN, Temper.HONEST, stale={"snapshot": later})
    case = drive(world, case)
    assert case.state == states.CLOSING
    assert Obstruction.objects.get(case_ref=case.ref).kind == "books_disagree"
    set_temper(FUJIAN, Temper.HONEST)
    assert drive(world, case, MORNING + timedelta(hours=3)).state == states.CLOSED


def test_a_closing_waits_while_the_book_is_not_to_be_seen(world: World, fujian: Callable[..., None]) -> None:
    case = paid(world, fujian)
    befall("lost", "effects", times=10**6)
    assert drive(world, case).state == states.CLOSING
    set_temper(FUJIAN, Temper.HONEST)
    assert drive(world, case, MORNING + timedelta(hours=3)).state == states.CLOSED


def test_a_refund_is_paid_only_when_the_money_left_the_bucket(world: World, fujian: Callable[..., None]) -> None:
    fujian(buckets=[OWN])
    case = world.quoted()
    refund.choose_route(case, "cash", "", by=world.by)
    payment.settle_without_payment(case, 1, by=world.by)
    befall("lie", "refund")
    assert world.work(case).payout_ref == ""
    case = drive(world, case)
    assert (case.payout_ref != "", effects(case)["refund"]) == (True, 1)
    assert trial_balance() == 0


@pytest.mark.parametrize("verb", ["resume_charging", "cancel_tie", "reverse"])
def test_a_lie_while_a_case_is_undone_is_found_before_the_proof(
    world: World, fujian: Callable[..., None], verb: str
) -> None:
    case = paid(world, fujian)
    set_temper(FUJIAN, Temper.OBSTRUCTIVE, only=["close_line"], code="2067", words="欠费 12.00 元")
    case = world.work(case)
    befall("lie", verb)
    withdrawal.withdraw(case, by=world.by)
    case = drive(world, case)
    assert (case.due_at, [row["name"] for row in case.proof_lines if not row["same"]]) == (None, [])
    assert Obstruction.objects.filter(case_ref=case.ref, kind="said_done").count() == 1


def test_a_payment_by_number_counts_when_the_book_shows_it(world: World, fujian: Callable[..., None]) -> None:
    fujian(state="two_way", sms=False, bills=[OWED])
    row = restoring.ask(NUMBER, 5800, "32", by=world.by)
    decide(row.payment_ref, "paid")
    befall("lie", "pay_in")
    restoring.advance(row.ref, by=ROBOT)
    assert line_row(FUJIAN, NUMBER.plain)["state"] == "two_way"
    with clock.frozen(MORNING + timedelta(minutes=5)):
        restoring.advance(row.ref, by=ROBOT)
    row.refresh_from_db()
    assert (row.state, line_row(FUJIAN, NUMBER.plain)["state"]) == ("RESTORED", "normal")
