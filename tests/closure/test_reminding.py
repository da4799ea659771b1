"""Reminders on days 3, 7 and 25, lapse on day 30, and no credit report while a case is open (C-19)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from django.db import connection

from bss.models import Command
from bss.simulated import BillSpec, Temper, TieSpec, set_temper
from bss.simulated.lines import credit_report
from closure import states
from closure.models import Case, Reminder
from closure.services import payment, reminding, withdrawal
from portal import clock
from portal.models import Notice
from tests.closure.conftest import FUJIAN, MORNING, NUMBER, ROBOT, World
from tests.portal.together import together

OWED = BillSpec("2026-10", 5800, 0, date(2026, 11, 1), date(2026, 11, 14))


def told(case: Case) -> int:
    return Notice.objects.filter(case_ref=case.ref, key="notice.closure.reminder").count()


def sweep_on(day: int, *, hours: int = 1) -> int:
    with clock.frozen(MORNING + timedelta(days=day, hours=hours)):
        return reminding.sweep(limit=20, by=ROBOT)


def test_each_reminder_is_told_on_its_day_and_once(world: World, fujian: Callable[..., None]) -> None:
    fujian()
    case = world.work(world.file())
    assert [sweep_on(day) for day in (2, 3, 3, 6, 7, 24, 25, 26)] == [0, 1, 0, 0, 1, 0, 1, 0]
    assert told(case) == 3


def test_after_a_long_downtime_each_is_still_told_once(world: World, fujian: Callable[..., None]) -> None:
    fujian()
    case = world.work(world.file())
    assert (sweep_on(26), sweep_on(26), told(case)) == (3, 0, 3)


def test_two_beats_at_once_tell_it_once(world: World, fujian: Callable[..., None]) -> None:
    fujian()
    case = world.work(world.file())

    def beat(_place: int) -> int:
        try:
            return sweep_on(3)
        finally:
            connection.close()

    together(4, beat)
    assert told(case) == 1


def test_whoever_goes_on_is_not_reminded(world: World, fujian: Callable[..., None]) -> None:
    fujian()
    case = world.quoted()
    payment.settle_without_payment(case, 1, by=world.by)
    world.work(case)
    assert (sweep_on(8), told(case)) == (0, 0)
    assert Reminder.objects.filter(dropped_at__isnull=False).count() == 2


def test_nothing_is_told_after_the_lapse(world: World, fujian: Callable[..., None]) -> None:
    fujian()
    case = world.work(world.file())
    assert (sweep_on(31), told(case)) == (0, 0)


def test_charging_resumes_from_the_lapse_and_not_before(world: World, fujian: Callable[..., None]) -> None:
    fujian()
    case = world.work(world.file())
    late = MORNING + timedelta(days=30, hours=5)
    with clock.frozen(late):
        case = world.work(case)
    assert (case.state, case.ended_at) == (states.LAPSED, late)
    assert Command.objects.get(verb="resume_charging").effective_at == late


def test_a_case_does_not_lapse_while_the_province_owes_something(world: World, fujian: Callable[..., None]) -> None:
    fujian(ties=[TieSpec("t1", by_hand=True)])
    case = world.quoted()
    late = MORNING + timedelta(days=30, hours=1)
    with clock.frozen(late):
        case = world.work(case)
    assert (case.state, case.lapse_at) == (states.QUOTED, late + timedelta(days=1))


def test_a_silent_province_lets_no_case_lapse(world: World, fujian: Callable[..., None]) -> None:
    fujian()
    set_temper(FUJIAN, Temper.DOWN)
    case = world.work(world.file())
    with clock.frozen(MORNING + timedelta(days=31)):
        assert world.work(case).state == states.VERIFYING


def test_nothing_is_reported_to_a_credit_bureau_while_a_case_is_open(world: World, fujian: Callable[..., None]) -> None:
    fujian(bills=[OWED])
    assert credit_report(FUJIAN, MORNING) == [NUMBER.plain]
    case = world.work(world.file())
    assert credit_report(FUJIAN, MORNING + timedelta(days=29)) == []
    withdrawal.withdraw(case, by=world.by)
    world.work(case)
    assert credit_report(FUJIAN, MORNING) == [NUMBER.plain]


def test_a_quote_made_anew_with_the_same_sum_is_told_to_nobody(world: World, fujian: Callable[..., None]) -> None:
    fujian()
    case = world.work(world.file())
    for day in (2, 4, 6):
        with clock.frozen(MORNING + timedelta(days=day)):
            case = world.work(case)
    assert case.quotes.count() == 4
    assert Notice.objects.filter(case_ref=case.ref, key="notice.closure.quoted").count() == 1


def test_a_reminder_that_cannot_be_told_keeps_no_other_waiting(world: World, fujian: Callable[..., None]) -> None:
    fujian()
    case = world.work(world.file())
    kept = {one.name: getattr(case, one.name) for one in Case._meta.concrete_fields if one.name != "id"}
    torn = {"ref": "torn", "case_no": "XH-TORN", "number_index": "torn", "contact_box": b"nonsense", "due_at": None}
    Reminder.objects.create(case=Case.objects.create(**kept | torn), day=3, due_at=MORNING)
    assert (sweep_on(3), sweep_on(3), told(case)) == (1, 0, 1)
