"""Disputes and claims: late fees, a remade quote, a withdrawal, and evidence that was not accepted (C-03, C-15)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from closure import states
from closure.models import Case, Claim
from closure.models.dispute import DROPPED, OPEN, PAYING, SETTLED, VOID
from closure.services import claims, disputes, evidence, withdrawal
from portal import clock
from portal.errors import Conflict, Invalid
from portal.models import WorkOrder
from settlement.simulated.provider import decide
from tests.closure.conftest import MORNING, ROBOT, World
from tests.closure.test_disputes import HIGH, MONTHS, OWED, PAPER, SHA, again, dispute, fresh, quote_of, settle


@pytest.fixture
def high(world: World, fujian: Callable[..., None]) -> Case:
    """An overdue bill of 90.00 where 10.00 is usual."""
    fujian(bills=[*MONTHS, HIGH])
    return world.quoted()


@pytest.fixture
def claimed(world: World, fujian: Callable[..., None]) -> Claim:
    """The penalty was disputed, proved and accepted, and the number is not closed yet."""
    fujian(bills=[OWED], contracts=[PAPER])
    row = dispute(world, world.quoted(), "penalty")
    disputes.accept(disputes.prove(row.ref, "d9", SHA, "在", by=ROBOT), by=world.by)
    return Claim.objects.get()


def sums(case: Case) -> dict[str, tuple[int, int | None]]:
    """Each line's sum and what is claimed beside it."""
    return {line.kind: (line.fen, line.claimed_fen) for line in quote_of(case).lines.all()}


def test_only_a_bill_has_something_above_the_usual(world: World, high: Case) -> None:
    with pytest.raises(Conflict):
        dispute(world, high, "late_fee", "other", excess=True)
    assert not high.disputes.exists()


def test_each_part_of_a_bill_has_its_own_share_of_the_late_fee(world: World, high: Case) -> None:
    whole = sums(high)["late_fee"][0]
    dispute(world, high, "bill", excess=True)
    dispute(world, high, "bill")
    found = sums(high)
    assert (found["bill"], found["excess"]) == ((0, 1000), (0, 8000))
    assert (found["late_fee"][1] or 0) + (found["late_excess"][1] or 0) == whole
    assert sum(row.late_fee_fen for row in high.disputes.all()) == whole


def test_what_is_left_of_a_bill_is_still_owed_once_its_excess_was_paid(world: World, high: Case) -> None:
    row = dispute(world, high, "bill", excess=True)
    disputes.accept(disputes.prove(row.ref, "d9", SHA, "在", by=ROBOT), by=world.by)
    decide(claims.pay(Claim.objects.get(), "card", by=world.by).ref, "paid")
    claims.sweep(limit=5, by=ROBOT)
    assert Claim.objects.get().state == SETTLED
    with clock.frozen(MORNING + timedelta(hours=25)):
        case = world.work(high)
        assert sums(case)["bill"][0] == 1000


def test_a_penalty_is_not_paid_while_its_contract_goes_on(world: World, claimed: Claim) -> None:
    with pytest.raises(Conflict):
        claims.pay(claimed, "card", by=world.by)
    assert settle(world, claimed.case).state == states.CLOSED
    decide(claims.pay(Claim.objects.get(), "card", by=world.by).ref, "paid")
    claims.sweep(limit=5, by=ROBOT)
    assert Claim.objects.get().state == SETTLED


def test_a_claim_that_was_being_paid_does_not_outlive_a_withdrawal(world: World, high: Case) -> None:
    row = dispute(world, high, "bill", excess=True)
    disputes.accept(disputes.prove(row.ref, "d9", SHA, "在", by=ROBOT), by=world.by)
    payment = claims.pay(Claim.objects.get(), "card", by=world.by)
    withdrawal.withdraw(fresh(high), by=world.by)
    assert Claim.objects.get().state == PAYING
    decide(payment.ref, "refused")
    claims.sweep(limit=5, by=ROBOT)
    assert Claim.objects.get().state == VOID
    with pytest.raises(Conflict):
        claims.pay(Claim.objects.get(), "card", by=world.by)


def test_a_refused_payment_leaves_the_claim_of_an_open_case_to_be_paid(world: World, high: Case) -> None:
    row = dispute(world, high, "bill", excess=True)
    disputes.accept(disputes.prove(row.ref, "d9", SHA, "在", by=ROBOT), by=world.by)
    decide(claims.pay(Claim.objects.get(), "card", by=world.by).ref, "refused")
    claims.sweep(limit=5, by=ROBOT)
    assert Claim.objects.get().state == OPEN


def test_evidence_that_was_not_accepted_does_not_come_again(world: World, high: Case) -> None:
    row = dispute(world, high, "bill", excess=True)
    disputes.contest(disputes.prove(row.ref, "d9", SHA, "在", by=ROBOT), "unreadable", by=world.by)
    with pytest.raises(Invalid):
        disputes.prove(row.ref, "d10", SHA, "还是它", by=ROBOT)


def test_without_other_evidence_a_contested_line_is_nothing_for_good(world: World, high: Case) -> None:
    row = dispute(world, high, "bill", excess=True)
    disputes.contest(disputes.prove(row.ref, "d9", SHA, "在", by=ROBOT), "unreadable", by=world.by)
    due_at = again(row).due_at
    assert due_at is not None
    with clock.frozen(due_at):
        evidence.sweep(limit=5, by=ROBOT)
    assert again(row).state == DROPPED
    assert not WorkOrder.objects.filter(kind="dispute_review").exclude(state__in=("DONE", "CANCELLED")).exists()


def test_nobody_looks_again_at_a_dispute_that_was_taken_back(world: World, high: Case) -> None:
    row = dispute(world, high, "bill", excess=True)
    disputes.contest(disputes.prove(row.ref, "d9", SHA, "在", by=ROBOT), "unreadable", by=world.by)
    disputes.take_back(again(row), by=world.by)
    assert WorkOrder.objects.get(kind="dispute_review").state == "CANCELLED"
