"""Whoever holds a refund up, its days count from the end of the case, and the person reads how many (S-05, C-05)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from bss.simulated import Temper, set_temper
from closure.models import Case
from closure.services import paying_out
from closure.words.told import refund_note
from portal import clock
from portal.models import ParameterValue
from settlement.models import Approval, LateRefund, Payout
from settlement.services import payouts
from settlement.services.approvals import decide
from settlement.simulated.provider import decide_payout
from tests.closure.conftest import FUJIAN, MORNING, World
from tests.closure.refunded import CARD, OTHER_CARD, OWN, bounced, closed, fresh
from tests.closure.test_large_refunds import a_refund, found_again
from tests.settlement.books import person

DAY = timedelta(days=1)
PROMISED = date(2026, 11, 27)


def rate(permille: int) -> None:
    """Fujian's rate."""
    ParameterValue.objects.create(
        name="settlement.late_refund", operator="161", province="35", from_on=date(2026, 1, 1), value=permille
    )


def late(case: Case, lang: str = "zh") -> str:
    """What the case page says of its lateness."""
    note = refund_note(fresh(case), lang)
    assert note is not None
    return str(note["late"])


def held_up(world: World, fujian: Callable[..., None]) -> Case:
    """A closed case whose refund of 36.50 its home province does not hand out for five days."""
    fujian(buckets=[OWN])
    case = closed(world, "card", CARD)
    set_temper(FUJIAN, Temper.DOWN, only=["refund"])
    with clock.frozen(MORNING + 5 * DAY):
        return world.work(case)


def test_a_home_province_that_hands_nothing_out_is_late_all_the_same(world: World, fujian: Callable[..., None]) -> None:
    rate(3)
    case = held_up(world, fujian)
    with clock.frozen(MORNING + 5 * DAY):
        assert "比答应的 11月27日晚了 2 天" in late(case)
        assert "按每天 3‰ 算，该赔 0.22 元" in found_again(case).get(f"/closure/{case.ref}").content.decode()
    set_temper(FUJIAN, Temper.HONEST)
    with clock.frozen(MORNING + 6 * DAY):
        assert world.work(case).due_at is None
    row = LateRefund.objects.get()
    assert (row.promised_on, row.days, row.compensation_fen, row.province) == (PROMISED, 3, 33, "35")
    assert (late(case), late(case, "en") != "") == (
        "比答应的 11月27日晚了 3 天，已经记下并上报。按每天 3‰ 算，该赔 0.33 元。",
        True,
    )


def test_at_the_default_the_person_reads_of_days_and_not_of_money(world: World, fujian: Callable[..., None]) -> None:
    case = held_up(world, fujian)
    with clock.frozen(MORNING + 5 * DAY):
        assert late(case) == "比答应的 11月27日晚了 2 天，已经记下并上报。"


def test_in_time_nothing_is_said_and_nothing_written_down(world: World, fujian: Callable[..., None]) -> None:
    rate(3)
    fujian(buckets=[OWN])
    case = closed(world, "card", CARD)
    with clock.frozen(MORNING + 3 * DAY):
        case = world.work(case)
    assert (Payout.objects.get().state, late(case), LateRefund.objects.count()) == ("PAID", "", 0)


def test_what_came_back_in_time_waits_for_the_person_and_starts_anew(world: World, fujian: Callable[..., None]) -> None:
    rate(3)
    case = bounced(world, fujian)
    with clock.frozen(MORNING + 20 * DAY):
        assert late(case) == ""
        again = paying_out.choose_again(case, "card", OTHER_CARD, by=world.by)
        assert (again.promised_on, world.work(case).due_at) == (date(2026, 12, 17), None)
    assert LateRefund.objects.count() == 0


def test_what_came_back_late_is_written_down_though_the_person_chose_before_the_robot_looked(
    world: World, fujian: Callable[..., None]
) -> None:
    rate(3)
    fujian(buckets=[OWN])
    case = closed(world, "card", CARD)
    paying_out._intend(case, 3650, "card", by=world.by)
    decide_payout(case.payout_ref, "unknown")
    with clock.frozen(MORNING + DAY):
        world.work(case)
    with clock.frozen(MORNING + 5 * DAY):
        decide_payout(case.payout_ref, "refused")
        late_one = payouts.run(case.payout_ref, by=world.by)
        paying_out.choose_again(fresh(case), "card", OTHER_CARD, by=world.by)
        world.work(case)
    assert [(row.payout_id, row.days) for row in LateRefund.objects.all()] == [(late_one.pk, 2)]


def test_what_finance_turned_down_keeps_its_day(world: World, fujian: Callable[..., None]) -> None:
    rate(3)
    case = a_refund(world, fujian)
    with clock.frozen(MORNING + 2 * DAY):
        decide(_waiting(), approve=False, because="卡号像是别人的", by=person("sun"))
        case = world.work(case)
        assert paying_out.choose_again(case, "card", OTHER_CARD, by=world.by).promised_on == PROMISED
    with clock.frozen(MORNING + 4 * DAY):
        decide(_waiting(), approve=True, because="核对过", by=person("sun"))
        world.work(case)
    row = LateRefund.objects.get()
    assert (row.days, row.fen, row.compensation_fen) == (1, 500_001, 1500)


def test_days_before_finance_turned_it_down_count_once(world: World, fujian: Callable[..., None]) -> None:
    rate(3)
    case = a_refund(world, fujian)
    with clock.frozen(MORNING + 5 * DAY):
        decide(_waiting(), approve=False, because="卡号像是别人的", by=person("sun"))
        case = world.work(case)
        paying_out.choose_again(case, "card", OTHER_CARD, by=world.by)
    with clock.frozen(MORNING + 6 * DAY):
        decide(_waiting(), approve=True, because="核对过", by=person("sun"))
        for _ in range(2):
            world.work(case)
        assert "晚了 3 天" in late(case)
    assert [(row.days, row.compensation_fen) for row in LateRefund.objects.order_by("pk")] == [(2, 3000), (1, 1500)]


def _waiting() -> str:
    """The request that waits for finance."""
    return str(Approval.objects.get(state="ASKED").ref)


def test_a_refund_that_is_late_with_the_provider_is_late(world: World, fujian: Callable[..., None]) -> None:
    rate(3)
    fujian(buckets=[OWN])
    case = closed(world, "card", CARD)
    paying_out._intend(case, 3650, "card", by=world.by)
    decide_payout(case.payout_ref, "unknown")
    for days, ending in ((1, "unknown"), (5, "paid")):
        decide_payout(case.payout_ref, ending)
        with clock.frozen(MORNING + days * DAY):
            world.work(case)
    assert [(row.days, row.compensation_fen) for row in LateRefund.objects.all()] == [(2, 22)]
