"""The driver: late messages, poison cases, zombies and two workers at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from threading import Thread

import pytest
from django.db import connection

from bss.gateway import ask
from bss.models import Command
from bss.simulated import Temper, set_temper
from closure import states
from closure.models import Case, CaseOrder
from closure.services import advance, charging, payment, withdrawal
from closure.services.timing import postpone, soon
from portal import clock
from portal.errors import Conflict
from portal.moving import release_lease, take_lease
from portal.sealing import destroy_key
from settlement.models import Payment
from tests.closure.conftest import FUJIAN, MORNING, NUMBER, ROBOT, World


def test_a_late_message_does_not_stop_the_charges_of_a_withdrawn_case(
    world: World, fujian: Callable[..., None]
) -> None:
    fujian()
    set_temper(FUJIAN, Temper.DOWN)
    case = world.work(world.file())
    withdrawal.withdraw(case, by=world.by)
    set_temper(FUJIAN, Temper.HONEST)
    with clock.frozen(MORNING + timedelta(minutes=2)):
        advance.advance(case.ref, by=ROBOT)
        assert not charging.stop(Case.objects.get(pk=case.pk), by=ROBOT)
    answer = ask(FUJIAN, "snapshot", {"number": NUMBER.plain}, case_ref=case.ref, by=ROBOT)
    assert answer.facts["charging"] == "on"


def test_a_poison_case_is_set_aside_and_the_others_go_on(world: World, fujian: Callable[..., None]) -> None:
    fujian()
    case = world.work(world.file())
    Case.objects.filter(pk=case.pk).update(state=states.VERIFYING, due_at=clock.now())
    case.checks.update(ending="done")
    destroy_key(case.ref)
    assert advance.sweep(limit=5, by=ROBOT) == 1
    after = Case.objects.get(pk=case.pk)
    assert after.due_at is not None and after.due_at > clock.now()
    assert after.lease_until is None


def test_a_zombie_cannot_retime_a_case(world: World, fujian: Callable[..., None]) -> None:
    fujian()
    case = world.file()
    old = take_lease(Case, case.pk, lease_s=30) or 0
    release_lease(Case, case.pk, old)
    take_lease(Case, case.pk, lease_s=30)
    assert not postpone(Case.objects.get(pk=case.pk), soon(999), fence=old)


def test_two_workers_at_once_give_each_order_once(world: World, fujian: Callable[..., None]) -> None:
    fujian()
    case = world.quoted()
    payment.settle_without_payment(case, 1, by=world.by)

    def work() -> None:
        advance.advance(case.ref, by=ROBOT)
        connection.close()

    workers = [Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert world.work(case).state == states.CLOSED
    steps = list(CaseOrder.objects.filter(case=case).values_list("step", flat=True))
    assert len(steps) == len(set(steps)) == Command.objects.count()


@pytest.mark.parametrize("attempt", range(3))
def test_of_a_payment_and_a_withdrawal_at_once_one_wins(
    world: World, fujian: Callable[..., None], attempt: int
) -> None:
    fujian(unbilled_from=MORNING.date().replace(day=1))
    case = world.quoted()
    verbs: list[Callable[[], object]] = [
        lambda: payment.pay(case, "card", 1, by=world.by),
        lambda: withdrawal.withdraw(case, by=world.by),
    ]
    won: list[int] = []

    def act(place: int) -> None:
        try:
            verbs[place]()
            won.append(place)
        except Conflict:
            pass  # the loser
        finally:
            connection.close()

    threads = [Thread(target=act, args=(place,)) for place in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    state = Case.objects.get(pk=case.pk).state
    assert len(won) == 1
    assert (state, Payment.objects.count()) in ((states.PAYING, 1), (states.WITHDRAWN, 0))


def test_a_lost_nudge_is_made_good_by_the_sweep(world: World, fujian: Callable[..., None]) -> None:
    fujian()
    case = world.file()
    with clock.frozen(MORNING + timedelta(seconds=6)):
        advance.sweep(limit=5, by=ROBOT)
    assert Case.objects.get(pk=case.pk).state == states.QUOTED
