"""One row that breaks stops none of the others, is tried ever more rarely, and is told to whoever watches."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError, OperationalError, transaction
from django.test import Client

from portal.actors import Actor
from portal.clock import frozen
from portal.errors import Conflict
from portal.models import WorkOrder
from portal.moving import move
from portal.queries.readiness import failing
from portal.servers.provision import Addresses
from portal.sweeping import LONGEST_S, QUARANTINE, work_due
from portal.work_orders import open_order


@pytest.fixture
def orders(database: Addresses, sweep: Actor, noon: datetime) -> list[WorkOrder]:
    """Three orders due at noon, the second of which is poison."""
    with transaction.atomic():
        return [
            open_order("untie", case_ref=ref, operator="161", province="35", facts={}, due_at=noon, by=sweep)
            for ref in "abc"
        ]


def swept(poison: int, error: Exception, at: datetime) -> list[int]:
    """Which rows were worked to the end by one sweep at this instant."""
    worked: list[int] = []

    def work(pk: int, _fence: int) -> None:
        if pk == poison:
            raise error
        worked.append(pk)
        with transaction.atomic():
            WorkOrder.objects.filter(pk=pk).update(due_at=None)

    with frozen(at):
        work_due(WorkOrder, work, limit=10)
    WorkOrder.objects.update(lease_until=None)
    return sorted(worked)


def test_the_others_are_worked_and_the_poison_waits_a_minute(orders: list[WorkOrder], noon: datetime) -> None:
    first, poison, last = orders
    assert swept(poison.pk, ValueError("who"), noon) == [first.pk, last.pk]
    poison.refresh_from_db()
    assert (poison.failures, poison.due_at) == (1, noon + timedelta(minutes=1))


def test_it_waits_longer_each_time_and_is_told_in_the_end(orders: list[WorkOrder], noon: datetime) -> None:
    poison, at = orders[1], noon
    pauses: list[float] = []
    for _ in range(9):
        assert failing() == (1 if len(pauses) >= QUARANTINE else 0)
        swept(poison.pk, ValueError("who"), at)
        poison.refresh_from_db()
        assert poison.due_at is not None
        pauses.append((poison.due_at - at).total_seconds())
        at = poison.due_at
    assert pauses == [60, 120, 240, 480, 960, 1920, LONGEST_S, LONGEST_S, LONGEST_S]
    assert Client().get("/readyz").json()["failing"] == 1


def test_what_moves_on_is_sound_again(orders: list[WorkOrder], sweep: Actor, noon: datetime) -> None:
    swept(orders[1].pk, ValueError("who"), noon)
    with transaction.atomic():
        move(orders[1], "CHASED", by=sweep, reason="chase")
    assert WorkOrder.objects.get(pk=orders[1].pk).failures == 0


@pytest.mark.parametrize("error", [Conflict("error.conflict"), OperationalError("deadlock detected")])
def test_neither_a_faster_worker_nor_a_busy_database_is_the_rows_fault(
    orders: list[WorkOrder], error: Exception, noon: datetime
) -> None:
    first, unlucky, last = orders
    assert swept(unlucky.pk, error, noon) == [first.pk, last.pk]
    unlucky.refresh_from_db()
    assert unlucky.failures == 0
    assert unlucky.due_at is not None
    assert unlucky.due_at - noon <= timedelta(seconds=5)


def test_the_log_holds_no_words_of_the_error(
    orders: list[WorkOrder], noon: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    for error in (ValueError("张晓岚"), DatabaseError("16135006721")):
        swept(orders[1].pk, error, noon)
        noon += timedelta(hours=1)
    assert "ValueError" in caplog.text
    assert "张晓岚" not in caplog.text
    assert "16135006721" not in caplog.text
