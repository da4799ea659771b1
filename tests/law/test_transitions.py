"""Every edge that is not in a table is refused, and history replays to the present (CONVENTIONS 20)."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import pytest
from django.db import transaction

from closure import states
from closure.models import Case
from portal.errors import Conflict
from portal.moving import move, movements_of
from tests.closure.conftest import ROBOT, World, fujian, world

__all__ = ["fujian", "world"]
FORBIDDEN = [(old, new) for old, new in product(states.TRANSITIONS, repeat=2) if new not in states.TRANSITIONS[old]]


def test_every_forbidden_edge_is_a_conflict_and_writes_nothing(world: World, fujian: Callable[..., None]) -> None:
    fujian()
    case = world.file()
    before = movements_of(case).count()
    for old, new in FORBIDDEN:
        Case.objects.filter(pk=case.pk).update(state=old)
        with pytest.raises(Conflict), transaction.atomic():
            move(Case.objects.get(pk=case.pk), new, by=ROBOT, reason="test")
    assert movements_of(case).count() == before


def test_history_replays_to_the_present_state(world: World, fujian: Callable[..., None]) -> None:
    fujian()
    case = world.quoted()
    state = states.DRAFT
    for row in movements_of(case):
        assert row.from_state == state
        assert row.to_state in states.TRANSITIONS[state]
        state = row.to_state
    assert state == case.state


def test_a_worker_that_lost_its_lease_moves_nothing(world: World, fujian: Callable[..., None]) -> None:
    fujian()
    case = world.file()
    Case.objects.filter(pk=case.pk).update(lease_token=7)
    with pytest.raises(Conflict), transaction.atomic():
        move(Case.objects.get(pk=case.pk), states.VERIFYING, by=ROBOT, reason="zombie", fence=6)


@pytest.mark.parametrize("state", sorted(states.TERMINAL))
def test_nothing_leaves_a_terminal_state(state: str) -> None:
    assert states.TRANSITIONS[state] == frozenset()
