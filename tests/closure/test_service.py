"""What a filed line may still do: barred at once, free for 72 hours or until payment, then it receives (C-04)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from bss.simulated.lines import service_at
from closure.models import Case
from closure.services import charging, filing, payment, withdrawal
from portal import clock
from portal.models import ParameterValue
from portal.services import subscribers
from tests.closure.conftest import FUJIAN, MORNING, NUMBER, ROBOT, World
from tests.closure.test_pages import signed_in

BARRED = ["roaming", "premium", "international"]


def service(hours: int) -> str:
    return service_at(FUJIAN, NUMBER.plain, MORNING + timedelta(hours=hours))[0]


def test_a_filing_bars_at_once_and_leaves_domestic_service_for_72_hours(
    world: World, fujian: Callable[..., None]
) -> None:
    fujian()
    assert service(0) == "all"
    world.work(world.file())
    assert service_at(FUJIAN, NUMBER.plain, MORNING)[1] == BARRED
    assert [service(hours) for hours in (0, 71, 72, 500)] == ["domestic", "domestic", "receive", "receive"]


def test_the_hours_are_a_parameter_of_the_province(world: World, fujian: Callable[..., None]) -> None:
    fujian()
    ParameterValue.objects.create(
        name="closure.free_service_hours", operator="161", province="35", from_on="2026-01-01", value=24
    )
    world.work(world.file())
    assert [service(hours) for hours in (23, 24)] == ["domestic", "receive"]


def test_after_the_payment_the_line_only_receives(world: World, fujian: Callable[..., None]) -> None:
    fujian()
    case = world.quoted()
    payment.settle_without_payment(case, 1, by=world.by)
    world.work(case)
    assert service(1) == "receive"


def test_a_withdrawal_gives_everything_back(world: World, fujian: Callable[..., None]) -> None:
    fujian()
    case = world.quoted()
    withdrawal.withdraw(case, by=world.by)
    world.work(case)
    assert service_at(FUJIAN, NUMBER.plain, MORNING) == ("all", [])


def test_a_second_filing_within_a_year_is_receive_only_at_once(world: World, fujian: Callable[..., None]) -> None:
    fujian()
    case = world.quoted()
    withdrawal.withdraw(case, by=world.by)
    world.work(case)
    with clock.frozen(MORNING + timedelta(days=200)):
        again = world.draft()
        page = signed_in(subscribers.sign_in(NUMBER, ROBOT)).get("/closure/confirm").content.decode()
        assert charging.is_second(again) and "12 个月内第二次申请" in page
        world.work(filing.file(again, by=world.by))
        assert service_at(FUJIAN, NUMBER.plain, clock.now()) == ("receive", BARRED)


def test_a_year_later_the_free_hours_are_back(world: World, fujian: Callable[..., None]) -> None:
    fujian()
    case = world.quoted()
    withdrawal.withdraw(case, by=world.by)
    world.work(case)
    with clock.frozen(MORNING + timedelta(days=366)):
        assert not charging.is_second(world.draft())
    assert Case.objects.count() == 2
