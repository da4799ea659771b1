"""From the filing to the closed line, with real provinces and a real ledger."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bss.models import Command
from closure import states
from closure.models import Case, Certificate
from closure.services import advance, payment, unbinding
from portal import audit, register
from portal.queries.register import home_of
from portal.signing import is_genuine
from settlement.queries import trial_balance
from tests.closure.conftest import NUMBER, ROBOT, World

pytestmark = pytest.mark.usefixtures("way")


def closed(world: World) -> Case:
    case = world.quoted()
    payment.settle_without_payment(case, 1, by=world.by)
    return world.work(case)


def test_a_case_with_nothing_to_fix_closes_by_itself(world: World, fujian: Callable[..., None]) -> None:
    fujian()
    case = closed(world)
    assert case.state == states.CLOSED
    assert case.due_at is None
    assert trial_balance() == 0


def test_a_closed_number_is_frozen_for_ninety_days(world: World, fujian: Callable[..., None]) -> None:
    fujian()
    case = closed(world)
    home = home_of(NUMBER)
    assert home is not None and case.closed_at is not None
    assert home.state == register.Rung.FROZEN
    assert (home.frozen_until - case.closed_at).days == 90  # type: ignore[operator]


def test_the_certificate_is_signed_and_its_bytes_are_stored_once(world: World, fujian: Callable[..., None]) -> None:
    fujian()
    case = closed(world)
    stored = Certificate.objects.get(case=case)
    assert is_genuine(bytes(stored.pdf or b""))
    world.work(case)
    assert Certificate.objects.get(case=case).sha256 == stored.sha256


def test_one_changed_byte_makes_the_certificate_false(world: World, fujian: Callable[..., None]) -> None:
    fujian()
    pdf = bytearray(Certificate.objects.get(case=closed(world)).pdf or b"")
    pdf[200] ^= 1
    assert not is_genuine(bytes(pdf))


def test_the_audit_chain_holds_after_a_closing(world: World, fujian: Callable[..., None]) -> None:
    fujian()
    closed(world)
    report = audit.verify()
    assert report.whole
    assert report.entries >= 6


def test_the_charges_are_stopped_before_the_line_is_closed_even_when_the_message_was_lost(
    world: World, fujian: Callable[..., None]
) -> None:
    fujian()
    case = world.file()
    advance.advance(case.ref, by=ROBOT)
    unbinding.acknowledge(case, by=world.by)
    payment.settle_without_payment(case, 1, by=world.by)
    advance.advance(case.ref, by=ROBOT)
    done = list(Command.objects.filter(case_ref=case.ref, state="DONE").order_by("ended_at", "pk"))
    assert [command.verb for command in done] == ["stop_charging", "settle", "close_line"]
