"""Papers found false after they were accepted are read again, at whatever state the case is (C-09, C-24, C-11)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from bss.simulated import BucketSpec, Temper, book_rows, line_row, set_temper
from closure import mandates, states
from closure.models import Case, Mandate
from closure.queries import current_quote
from closure.services import mandate, payment, recalling, refund, unbinding, withdrawal
from portal import clock
from portal.actors import Actor
from portal.errors import Conflict, Invalid, Missing, Refused
from portal.models import AuditEntry, Notice, WorkOrder
from settlement.simulated.provider import decide
from tests.closure.conftest import FUJIAN, MORNING, NUMBER, ROBOT, World
from tests.closure.test_mandate import filed, keys_of
from tests.closure.test_misbehaving import OWED, drive
from tests.closure.test_standing import CLERK, FAR, OTHER, PNG

OWN = BucketSpec("b1", "own", 3650)
FALSE = "介绍信上的章是假的"
SECOND = replace(CLERK, ref="person:zhou", label="甲网江苏 1043", province="35")
HOME = replace(CLERK, province="35")


def quoted(world: World) -> Case:
    """A delegate's case at home, accepted and quoted."""
    case = filed(world, "delegate", visiting="35", photo=PNG)
    mandate.review(case.mandate.ref, "accepted", by=HOME)
    case = world.work(case)
    assert case.state == states.QUOTED
    unbinding.acknowledge(case, by=world.by)
    return Case.objects.get(pk=case.pk)


def recall(case: Case) -> Mandate:
    return recalling.recall(case.mandate.ref, FALSE, by=HOME)


def test_a_quoted_case_goes_back_waits_for_another_clerk_and_is_told_c_09(
    world: World, fujian: Callable[..., None]
) -> None:
    fujian()
    case = quoted(world)
    assert recall(case).state == mandates.SUBMITTED
    case = world.work(case)
    assert (case.state, keys_of(case), case.owner) == (states.HELD, ["mandate.submitted"], "counter")
    assert WorkOrder.objects.filter(kind="papers", case_ref=case.ref).count() == 2
    assert Notice.objects.filter(key="notice.closure.mandate_recalled", case_ref=case.ref).count() == 1
    assert AuditEntry.objects.filter(verb="closure.mandate_recalled", subject_ref=case.ref).count() == 1
    mandate.review(case.mandate.ref, "refused", reason="章是假的", by=SECOND)
    assert keys_of(world.work(case)) == ["mandate.refused"]


def test_whoever_accepted_recalled_papers_before_does_not_accept_them_again_d_10(
    world: World, fujian: Callable[..., None]
) -> None:
    fujian()
    case = quoted(world)
    recall(case)
    with pytest.raises(Refused, match="four_eyes"):
        mandate.review(case.mandate.ref, "accepted", by=HOME)
    mandate.review(case.mandate.ref, "accepted", by=SECOND)
    assert world.work(case).state == states.QUOTED


def test_nothing_is_paid_while_papers_are_read_again(world: World, fujian: Callable[..., None]) -> None:
    fujian(bills=[OWED])
    case = quoted(world)
    Mandate.objects.filter(case=case).update(recalled_by="person:li", reviewed_by="person:x")
    Mandate.objects.filter(case=case).update(state=mandates.SUBMITTED)
    quote = current_quote(case)
    assert quote is not None
    with pytest.raises(Conflict, match="recalled"):
        payment.pay(case, "card", quote.seq, by=world.by)


@pytest.mark.parametrize("outcome", ["refused", "accepted"])
def test_a_paid_case_is_held_before_home_is_paid_and_its_money_kept_c_12(
    world: World, fujian: Callable[..., None], outcome: str
) -> None:
    fujian(bills=[OWED])
    case = quoted(world)
    decide(payment.pay(case, "card", 1, by=world.by).ref, "paid")
    recall(case)
    case = drive(world, case)
    assert (case.state, keys_of(case), book_rows(FUJIAN, case.ref)) == (states.HELD, ["mandate.submitted"], [])
    mandate.review(case.mandate.ref, outcome, reason="章是假的", by=SECOND)
    case = drive(world, case)
    if outcome == "refused":
        withdrawal.withdraw(case, by=world.by)
        case = drive(world, case)
        assert (case.state, [row["name"] for row in case.proof_lines if not row["same"]]) == (states.WITHDRAWN, [])
    else:
        payment.settle_without_payment(case, 2, by=world.by)
        assert drive(world, case).state == states.CLOSED


def test_offsets_of_a_case_that_is_held_back_go_back_to_prepayment(world: World, fujian: Callable[..., None]) -> None:
    fujian(bills=[OWED], buckets=[replace(OWN, fen=20000)])
    case = quoted(world)
    refund.choose_route(case, "cash", "", by=world.by)
    payment.settle_without_payment(Case.objects.get(pk=case.pk), 1, by=world.by)
    recall(case)
    case = drive(world, case)
    assert case.state == states.HELD
    mandate.review(case.mandate.ref, "accepted", by=SECOND)
    case = drive(world, case)
    payment.settle_without_payment(case, 2, by=world.by)
    assert drive(world, case).state == states.CLOSED


def test_no_line_is_closed_on_papers_recalled_while_home_is_at_it(world: World, fujian: Callable[..., None]) -> None:
    fujian(bills=[OWED])
    case = quoted(world)
    decide(payment.pay(case, "card", 1, by=world.by).ref, "paid")
    set_temper(FUJIAN, Temper.SILENT_BEFORE, only=["settle"])
    case = world.work(case)
    assert case.state == states.CLOSING
    recall(case)
    set_temper(FUJIAN, Temper.HONEST)
    case = drive(world, case, MORNING + timedelta(minutes=30))
    assert (case.state, line_row(FUJIAN, NUMBER.plain)["state"]) == (states.HELD, "normal")
    with clock.frozen(MORNING + timedelta(hours=4)):
        mandate.review(case.mandate.ref, "refused", reason="章是假的", by=SECOND)
        case = world.work(case)
        withdrawal.withdraw(case, by=world.by)
    case = drive(world, case, MORNING + timedelta(hours=4, minutes=1))
    assert (case.state, case.due_at) == (states.WITHDRAWN, None)


def test_a_closed_line_stays_closed_and_home_owes_an_answer_c_11(world: World, fujian: Callable[..., None]) -> None:
    fujian()
    case = quoted(world)
    payment.settle_without_payment(case, 1, by=world.by)
    case = drive(world, case)
    assert recall(case).state == mandates.REFUSED
    order = WorkOrder.objects.get(kind="false_papers", case_ref=case.ref)
    assert (order.province, order.owner, order.state) == ("35", "supervisor:161:35", "OPEN")
    assert Notice.objects.filter(key="notice.closure.papers_false", case_ref=case.ref).count() == 1
    assert Case.objects.get(pk=case.pk).state == states.CLOSED
    with pytest.raises(Conflict):
        recall(case)


def test_a_recall_has_a_reason_and_something_to_recall(world: World, fujian: Callable[..., None]) -> None:
    fujian()
    case = filed(world, "delegate", visiting="35", photo=PNG)
    with pytest.raises(Conflict):
        recall(case)
    mandate.review(case.mandate.ref, "accepted", by=HOME)
    with pytest.raises(Invalid, match="reason"):
        recalling.recall(case.mandate.ref, " ", by=HOME)
    withdrawal.withdraw(Case.objects.get(pk=case.pk), by=world.by)
    with pytest.raises(Conflict):
        recall(case)


@pytest.mark.parametrize("by", [OTHER, FAR, ROBOT])
def test_only_a_clerk_in_scope_recalls(world: World, fujian: Callable[..., None], by: Actor) -> None:
    fujian()
    case = quoted(world)
    with pytest.raises((Refused, Missing)):
        recalling.recall(case.mandate.ref, FALSE, by=by)
