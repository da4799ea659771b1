"""Withdrawal until the money step, and the proof that the province is as it was (C-12)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bss.gateway import ask
from bss.simulated import BucketSpec, TieSpec
from closure import states
from closure.services import payment, withdrawal
from portal.errors import Conflict
from portal.models import WorkOrder
from tests.closure.conftest import FUJIAN, NUMBER, ROBOT, World


def test_a_withdrawn_case_proves_that_the_province_is_as_it_was(world: World, fujian: Callable[..., None]) -> None:
    fujian(buckets=[BucketSpec("b1", "own", 3650)])
    case = world.quoted()
    withdrawal.withdraw(case, by=world.by)
    case = world.work(case)
    assert (case.state, case.due_at) == (states.WITHDRAWN, None)
    assert case.proof_lines != [] and all(row["same"] for row in case.proof_lines)


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


@pytest.mark.parametrize("state", sorted(set(states.TRANSITIONS) - states.BEFORE_MONEY))
def test_withdrawal_is_refused_from_every_other_state(world: World, fujian: Callable[..., None], state: str) -> None:
    fujian()
    case = world.quoted()
    type(case).objects.filter(pk=case.pk).update(state=state)
    with pytest.raises(Conflict):
        withdrawal.withdraw(type(case).objects.get(pk=case.pk), by=world.by)
