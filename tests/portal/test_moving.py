"""One door for state, one history, leases with a fence."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from portal.actors import Actor
from portal.clock import frozen
from portal.errors import Conflict
from portal.models import Movement, WorkOrder
from portal.moving import claim_due, move, movements_of, release_lease, take_lease
from portal.servers.provision import Addresses
from portal.work_orders import open_order
from tests.portal.together import together


@pytest.fixture
def order(database: Addresses, sweep: Actor, noon: datetime) -> WorkOrder:
    """An order that is due at noon."""
    with transaction.atomic():
        return open_order("untie", case_ref="c", operator="161", province="35", facts={}, due_at=noon, by=sweep)


def test_a_state_moves_with_its_history_and_further_columns(order: WorkOrder, sweep: Actor) -> None:
    with transaction.atomic():
        move(order, "CHASED", by=sweep, reason="chase", rules=["C-17"], owner="someone")
    order.refresh_from_db()
    assert (order.state, order.owner) == ("CHASED", "someone")
    steps = list(movements_of(order).values_list("seq", "from_state", "to_state", "by_ref", "rules"))
    assert steps == [(1, "", "OPEN", "robot:sweep", "C-17"), (2, "OPEN", "CHASED", "robot:sweep", "C-17")]


@pytest.mark.parametrize("old", [*WorkOrder.TRANSITIONS, "DONE", "CANCELLED"])
def test_an_edge_that_is_not_in_the_table_is_a_conflict(order: WorkOrder, sweep: Actor, old: str) -> None:
    WorkOrder.objects.update(state=old)
    order.refresh_from_db()
    for to in {"OPEN", "CHASED", "DONE", "nonsense"} - WorkOrder.TRANSITIONS.get(old, frozenset()):
        with pytest.raises(Conflict), transaction.atomic():
            move(order, to, by=sweep, reason="x")
    assert Movement.objects.count() == 1


def test_a_state_never_moves_outside_a_transaction(order: WorkOrder, sweep: Actor) -> None:
    with pytest.raises(transaction.TransactionManagementError):
        move(order, "CHASED", by=sweep, reason="x")


def test_of_twenty_who_move_at_once_one_wins(order: WorkOrder, sweep: Actor) -> None:
    def chase(_place: int) -> None:
        row = WorkOrder(pk=order.pk, ref=order.ref, state="OPEN")
        with transaction.atomic():
            move(row, "CHASED", by=sweep, reason="race")

    results = together(20, chase)
    assert results.count(None) == 1
    assert sum(isinstance(one, Conflict) for one in results) == 19
    assert movements_of(order).count() == 2


def test_a_move_that_is_rolled_back_leaves_no_history(order: WorkOrder, sweep: Actor) -> None:
    with transaction.atomic():
        move(order, "CHASED", by=sweep, reason="x")
        transaction.set_rollback(True)
    assert movements_of(order).count() == 1
    assert WorkOrder.objects.get().state == "OPEN"


@pytest.mark.parametrize("attack", ["UPDATE portal_movement SET reason = 'x'", "DELETE FROM portal_movement"])
def test_history_is_neither_changed_nor_deleted(order: WorkOrder, attack: str) -> None:
    with pytest.raises(Exception, match=r"only grows|permission denied"), connection.cursor() as cursor:
        cursor.execute(attack)
    assert Movement.objects.count() == 1


def test_only_what_is_due_is_claimed_and_only_once(order: WorkOrder, noon: datetime) -> None:
    with frozen(noon - timedelta(seconds=1)):
        assert claim_due(WorkOrder, limit=5, lease_s=30) == []
    with frozen(noon):
        assert claim_due(WorkOrder, limit=5, lease_s=30) == [(order.pk, 1)]
        assert claim_due(WorkOrder, limit=5, lease_s=30) == []


def test_parallel_sweeps_share_the_work_without_overlap(database: Addresses, sweep: Actor, noon: datetime) -> None:
    with transaction.atomic():
        for place in range(40):
            open_order("k", case_ref=f"{place}", operator="161", province="35", facts={}, due_at=noon, by=sweep)
    with frozen(noon):
        taken = together(8, lambda _place: claim_due(WorkOrder, limit=10, lease_s=30))
    claimed = [pk for one in taken if isinstance(one, list) for pk, _fence in one]
    assert len(claimed) == len(set(claimed))
    assert not any(isinstance(one, Exception) for one in taken)


def test_a_worker_that_slept_past_its_lease_cannot_write(order: WorkOrder, sweep: Actor) -> None:
    slept = take_lease(WorkOrder, order.pk, lease_s=0)
    woke = take_lease(WorkOrder, order.pk, lease_s=30)
    assert (slept, woke) == (1, 2)
    with pytest.raises(Conflict), transaction.atomic():
        move(order, "CHASED", by=sweep, reason="zombie", fence=slept)
    with transaction.atomic():
        move(order, "CHASED", by=sweep, reason="alive", fence=woke)


def test_a_lease_is_given_back_by_its_holder_only(order: WorkOrder) -> None:
    fence = take_lease(WorkOrder, order.pk, lease_s=30)
    assert fence is not None
    release_lease(WorkOrder, order.pk, fence + 1)
    assert take_lease(WorkOrder, order.pk, lease_s=30) is None
    release_lease(WorkOrder, order.pk, fence)
    assert take_lease(WorkOrder, order.pk, lease_s=30) == fence + 1


def test_two_history_rows_never_share_a_place(order: WorkOrder) -> None:
    first = movements_of(order).get()
    first.pk = None
    with pytest.raises(IntegrityError):
        first.save(force_insert=True)
