"""Refunds and returned payments as tests bring them about: sent, come back, unknown (C-05)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from bss.simulated import BillSpec, BucketSpec, Temper, set_temper
from closure import states
from closure.models import Case
from closure.services import paying_out, payment, refund, withdrawal
from portal import clock
from settlement.simulated.provider import decide, decide_payout
from tests.closure.conftest import FUJIAN, MORNING, ROBOT, World

OWN = BucketSpec("b1", "own", 3650)
OWED = BillSpec("2026-10", 5800, 0, date(2026, 11, 1), date(2026, 11, 30))
CARD, OTHER_CARD = "6222020000000000000", "6222020000000000018"


def fresh(case: Case) -> Case:
    """The row as it now is."""
    return Case.objects.get(pk=case.pk)


def closed(world: World, route: str, destination: str) -> Case:
    """A closed case whose own money is to be refunded; the payout is not intended yet."""
    case = world.quoted()
    refund.choose_route(case, route, destination, by=world.by)
    payment.settle_without_payment(fresh(case), 1, by=world.by)
    set_temper(FUJIAN, Temper.DOWN, only=["refund"])
    assert world.work(case).state == states.CLOSED
    set_temper(FUJIAN, Temper.HONEST)
    return fresh(case)


def later(world: World, case: Case, minutes: int = 70) -> Case:
    """The robots once more, after the pause."""
    with clock.frozen(MORNING + timedelta(minutes=minutes)):
        return world.work(case)


def refunded(world: World, fujian: Callable[..., None], ending: str) -> Case:
    """A closed case whose refund of 36.50 to a card ended so."""
    fujian(buckets=[OWN])
    case = closed(world, "card", CARD)
    paying_out._intend(case, 3650, "card", by=ROBOT)
    decide_payout(case.payout_ref, ending)
    return later(world, case)


def bounced(world: World, fujian: Callable[..., None]) -> Case:
    """A closed case whose refund to a card came back."""
    return refunded(world, fujian, "refused")


def returned(world: World, fujian: Callable[..., None], ending: str) -> Case:
    """A withdrawn case whose payment of 58.00 was returned the way it came, and ended so."""
    fujian(bills=[OWED])
    case = world.quoted()
    decide(payment.pay(case, "card", 1, by=world.by).ref, "paid")
    set_temper(FUJIAN, Temper.OBSTRUCTIVE, only=["settle"], code="2067", words="欠费 12.00 元")
    case = world.work(case)
    set_temper(FUJIAN, Temper.HONEST)
    withdrawal.withdraw(case, by=world.by)
    paying_out._intend(case, 5800, "original", by=ROBOT)
    decide_payout(case.payout_ref, ending)
    return world.work(case)
