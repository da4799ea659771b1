"""The roaming tail: agreed before settling, asked for after closing, billed or met from what was kept (C-06)."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bss.simulated import BillSpec, BucketSpec, RoamedSpec, RoamingSpec, Temper, set_temper
from closure import states
from closure.models import Case, Claim, RoamingTail
from closure.queries import current_quote
from closure.rules.roaming import counted, divided, last_day
from closure.services import agreement, claims, paying_out, payment, refund, roaming, withdrawal
from closure.words.tail import note
from closure.words.told import refund_note
from portal import clock
from portal.errors import Conflict, Invalid, TooMany
from portal.models import Notice, WorkOrder
from settlement.ledger import CASH, PREPAYMENT, PROVIDER, REFUND_OWED, UNBILLED, AccountKey
from settlement.models import Payout
from settlement.queries import balance_of, number_of, transfers_under
from settlement.services.payouts import code_of
from settlement.simulated.provider import decide, decide_payout
from tests.closure.conftest import FUJIAN, MORNING, ROBOT, World
from tests.closure.test_having_back import close_again, had_back

DIVIDED = tomllib.loads(Path(__file__).with_name("roaming.toml").read_text(encoding="utf-8"))
JAPAN = RoamedSpec("日本", date(2026, 11, 12))
OWN = BucketSpec("b1", "own", 30000)
OWED = BillSpec("2026-10", 5800, 0, date(2026, 11, 1), date(2026, 11, 30))
LAST = date(2027, 1, 31)
CARD, OTHER_CARD = "6222020000000000000", "6222020000000000018"
HOME, AGENT = ("161", "35"), ("161", "32")


def came(fen: int, name: str = "r1", on: date = date(2026, 11, 12), arrives: date = date(2026, 12, 20)) -> RoamingSpec:
    return RoamingSpec(name, "日本", on, fen, arrives)


def fresh(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


def tail() -> RoamingTail:
    return RoamingTail.objects.get()


def settle(world: World, case: Case, route: str = "card") -> Case:
    """The money step of the quote in force, and the closing."""
    quote = current_quote(case)
    assert quote is not None
    if quote.total_fen > 0:
        decide(payment.pay(fresh(case), "card", quote.seq, by=world.by).ref, "paid")
    else:
        refund.choose_route(case, route, CARD if route == "card" else "", by=world.by)
        payment.settle_without_payment(fresh(case), quote.seq, by=world.by)
    return world.work(case)


@pytest.fixture
def kept(world: World, fujian: Callable[..., None]) -> Callable[..., Case]:
    """A closed case of which 100.00 of 300.00 was kept back; the test says what comes from abroad."""

    def make(*charges: RoamingSpec, route: str = "card") -> Case:
        fujian(roamed=[JAPAN], roaming_by=LAST, roaming=charges, buckets=[OWN])
        case = world.quoted()
        agreement.agree(case, "keep", 1, by=world.by)
        return settle(world, case, route)

    return make


@pytest.fixture
def billed(world: World, fujian: Callable[..., None]) -> Callable[..., Case]:
    """A closed case whose person pays what comes."""

    def make(*charges: RoamingSpec) -> Case:
        fujian(roamed=[JAPAN], roaming_by=LAST, roaming=charges, bills=[OWED])
        return settle(world, world.quoted())

    return make


def look(at: date, *, hour: int = 9) -> RoamingTail:
    """The robots on a later day."""
    with clock.frozen(datetime(at.year, at.month, at.day, hour, tzinfo=clock.SHANGHAI)):
        roaming.sweep(limit=5, by=ROBOT)
    return tail()


OVER_ON = LAST + timedelta(days=1)


@pytest.mark.parametrize("case", DIVIDED["case"], ids=lambda case: case["name"])
def test_kept_money_meets_what_came_to_the_fen_c_06(case: dict[str, Any]) -> None:
    parts = divided(case["charged_fen"], case["kept_fen"])
    assert (parts.taken_fen, parts.back_fen, parts.owed_fen) == (case["taken_fen"], case["back_fen"], case["owed_fen"])


@pytest.mark.parametrize("case", DIVIDED["last"], ids=lambda case: case["name"])
def test_the_tail_is_two_bill_cycles_at_most_c_06(case: dict[str, Any]) -> None:
    assert last_day(case["expected_on"], case["filed_on"], case["cycles"]) == case["until_on"]


def test_a_tail_is_expected_with_the_quote_and_billed_unless_agreed_otherwise(
    world: World, fujian: Callable[..., None]
) -> None:
    fujian(roamed=[JAPAN], roaming_by=LAST)
    world.quoted()
    assert (tail().state, tail().way, tail().until_on, tail().agreed_at) == ("AGREED", "bill", LAST, None)


def test_nothing_abroad_has_no_tail(world: World, fujian: Callable[..., None]) -> None:
    fujian(buckets=[OWN])
    world.quoted()
    assert not RoamingTail.objects.exists()


def test_keeping_back_is_a_line_of_a_new_quote_and_never_more_than_the_persons_own(
    world: World, fujian: Callable[..., None]
) -> None:
    fujian(roamed=[JAPAN], roaming_by=LAST, buckets=[BucketSpec("b1", "own", 4200)])
    case = world.quoted()
    agreement.agree(case, "keep", 1, by=world.by)
    quote = current_quote(case)
    assert quote is not None
    assert (quote.seq, quote.total_fen, quote.lines.get(kind="kept").fen) == (2, 0, 4200)
    with pytest.raises(Conflict):
        payment.settle_without_payment(fresh(case), 2, by=world.by)
    assert settle(world, case).state == states.CLOSED


def test_where_nothing_goes_back_nothing_can_be_kept(world: World, fujian: Callable[..., None]) -> None:
    fujian(roamed=[JAPAN], roaming_by=LAST, bills=[OWED])
    case = world.quoted()
    with pytest.raises(Invalid):
        agreement.agree(case, "keep", 1, by=world.by)
    agreement.agree(case, "bill", 1, by=world.by)
    assert tail().agreed_at == MORNING


def test_an_agreement_about_another_quote_is_refused(world: World, fujian: Callable[..., None]) -> None:
    fujian(roamed=[JAPAN], roaming_by=LAST, buckets=[OWN])
    case = world.quoted()
    with pytest.raises(Conflict):
        agreement.agree(case, "keep", 2, by=world.by)


def test_settling_is_the_agreement_and_the_tail_holds_nothing_up_c_06(billed: Callable[..., Case]) -> None:
    assert billed(came(1234)).state == states.CLOSED
    assert (tail().state, tail().agreed_at) == ("WATCHING", MORNING)


def test_home_is_asked_again_until_the_last_day_and_then_once_billed_c_06(
    world: World, billed: Callable[..., Case]
) -> None:
    billed(came(1234), came(500, "r2", arrives=LAST))
    assert look(date(2026, 12, 1)).charged_fen == 0
    assert (look(date(2026, 12, 21)).charged_fen, Claim.objects.count()) == (1234, 0)
    assert look(OVER_ON).state == "OVER"
    assert (Claim.objects.get().kind, Claim.objects.get().fen) == ("roaming", 1734)
    look(OVER_ON + timedelta(days=9))
    assert Claim.objects.count() == 1


def test_what_came_is_paid_on_its_own_page_and_booked_c_06(world: World, billed: Callable[..., Case]) -> None:
    case = billed(came(1234))
    look(OVER_ON)
    claim = Claim.objects.get()
    with clock.frozen(MORNING + timedelta(days=70)):
        decide(claims.pay(claim, "card", by=world.by).ref, "paid")
        claims.advance(claim.ref, by=ROBOT)
    assert Claim.objects.get().state == "SETTLED"
    assert balance_of(AccountKey(*HOME, UNBILLED)) == -1234
    assert number_of(claim.ref) == number_of(case.ref) != ""


def test_nothing_came_and_nothing_is_owed(billed: Callable[..., Case]) -> None:
    billed()
    assert look(OVER_ON).state == "OVER"
    assert not Claim.objects.exists()
    assert Notice.objects.filter(key="notice.closure.roaming_none").count() == 1


def test_usage_after_the_filing_is_never_billed_c_04(billed: Callable[..., Case]) -> None:
    billed(came(1234, on=date(2026, 11, 25)))
    assert (look(OVER_ON).charged_fen, Claim.objects.count()) == (0, 0)


def test_what_comes_after_the_last_day_is_too_late_c_06(billed: Callable[..., Case]) -> None:
    billed(came(1234, arrives=date(2027, 2, 3)))
    look(OVER_ON)
    look(date(2027, 2, 5))
    assert not Claim.objects.exists()


def test_what_arrives_on_the_morning_after_the_last_day_is_too_late_c_06(billed: Callable[..., Case]) -> None:
    billed(came(1234, arrives=OVER_ON), came(500, "r2", arrives=LAST))
    assert look(OVER_ON).charged_fen == 500


def test_a_home_that_was_away_on_the_last_day_adds_nothing_later_c_06(billed: Callable[..., Case]) -> None:
    billed(came(1234, arrives=date(2027, 2, 2)), came(500, "r2"))
    set_temper(FUJIAN, Temper.DOWN, only=["roaming"])
    assert look(OVER_ON).state == "WATCHING"
    set_temper(FUJIAN, Temper.HONEST)
    assert (look(date(2027, 2, 3)).state, tail().charged_fen) == ("OVER", 500)


def test_a_charge_that_was_heard_of_never_grows() -> None:
    heard = {"id": "r1", "where": "日本", "on": "2026-11-12", "fen": 500}
    found = counted([{**heard, "fen": 900}], date(2026, 11, 24), known=[heard])
    assert found == [heard]


def test_the_way_chosen_while_a_worker_looks_is_not_forgotten(kept: Callable[..., Case]) -> None:
    kept()
    row = tail()
    chosen = MORNING + timedelta(hours=1)
    RoamingTail.objects.update(due_at=chosen, lease_token=7, lease_until=clock.now() + timedelta(days=400))
    roaming._later(row, None, fence=7)
    assert tail().due_at == chosen


def test_a_worker_that_lost_its_lease_writes_no_figures(billed: Callable[..., Case]) -> None:
    billed(came(1234))
    look(OVER_ON)
    with pytest.raises(Conflict):
        roaming._note(tail(), [], fence=tail().lease_token)
    assert tail().charged_fen == 1234


def test_an_order_that_home_mended_by_itself_is_closed(kept: Callable[..., Case]) -> None:
    kept()
    set_temper(FUJIAN, Temper.OBSTRUCTIVE, only=["refund"], code="2067", words="系统维护")
    look(OVER_ON)
    set_temper(FUJIAN, Temper.HONEST)
    look(OVER_ON, hour=11)
    assert WorkOrder.objects.get(kind="refund").state == "CANCELLED"


def test_what_came_is_taken_from_what_was_kept_and_the_rest_refunded_c_06(kept: Callable[..., Case]) -> None:
    kept(came(1234))
    assert Payout.objects.get().fen == 20000
    look(OVER_ON)
    assert (tail().state, tail().taken_fen, tail().back_fen) == ("OVER", 1234, 8766)
    assert sorted(Payout.objects.values_list("fen", "state")) == [(8766, "PAID"), (20000, "PAID")]
    owed = {kind: balance_of(AccountKey(*HOME, kind)) for kind in (UNBILLED, PREPAYMENT, REFUND_OWED)}
    assert owed == {UNBILLED: -1234, PREPAYMENT: 30000, REFUND_OWED: 0}
    assert balance_of(AccountKey(*AGENT, PROVIDER)) == -28766
    assert not Claim.objects.exists()


def test_nothing_came_and_all_that_was_kept_goes_back_c_06(kept: Callable[..., Case]) -> None:
    case = kept()
    assert look(OVER_ON).state == "OVER"
    assert balance_of(AccountKey(*AGENT, PROVIDER)) == -30000
    purposes = [row.purpose for row in transfers_under(number_of(case.ref))]
    assert purposes == ["owe_refund", "pay_refund", "owe_refund", "pay_refund"]


def test_more_came_than_was_kept_and_the_rest_is_a_claim_c_06(kept: Callable[..., Case]) -> None:
    kept(came(12345))
    look(OVER_ON)
    assert (tail().taken_fen, tail().back_fen, Claim.objects.get().fen) == (10000, 0, 2345)
    assert Payout.objects.count() == 1


def test_a_home_that_expects_nothing_more_ends_the_wait_early(
    world: World, kept: Callable[..., Case], fujian: Callable[..., None]
) -> None:
    case = kept()
    fujian(state="closed", buckets=[BucketSpec("b1", "own", 10000)])
    assert look(date(2026, 11, 26)).state == "OVER"
    assert (fresh(case).state, balance_of(AccountKey(*AGENT, PROVIDER))) == (states.CLOSED, -30000)


def test_a_silent_home_is_held_to_what_it_had_said_c_06(kept: Callable[..., Case]) -> None:
    kept(came(1234))
    look(date(2026, 12, 21))
    set_temper(FUJIAN, Temper.DOWN, only=["roaming"])
    assert look(OVER_ON).state == "WATCHING"
    assert (look(OVER_ON + timedelta(days=6)).state, tail().taken_fen) == ("OVER", 1234)


def test_a_home_that_will_not_hand_out_is_an_order_and_tried_again_c_05(kept: Callable[..., Case]) -> None:
    kept()
    set_temper(FUJIAN, Temper.OBSTRUCTIVE, only=["refund"], code="2067", words="系统维护")
    assert look(OVER_ON).state == "SETTLING"
    assert WorkOrder.objects.get(kind="refund").province == "35"
    set_temper(FUJIAN, Temper.HONEST)
    assert look(OVER_ON, hour=11).state == "OVER"


def test_kept_money_that_came_back_goes_another_way_once_c_05(world: World, kept: Callable[..., Case]) -> None:
    case = kept()
    set_temper(FUJIAN, Temper.DOWN, only=["effects"])
    look(OVER_ON)
    set_temper(FUJIAN, Temper.HONEST)
    with clock.frozen(datetime(2027, 2, 1, 11, tzinfo=clock.SHANGHAI)):
        roaming._post(tail(), by=ROBOT)
        decide_payout(tail().payout_ref, "refused")
        roaming.sweep(limit=5, by=ROBOT)
        assert (tail().state, tail().due_at) == ("SETTLING", None)
        paying_out.choose_again(case, "card", OTHER_CARD, by=world.by)
        roaming.sweep(limit=5, by=ROBOT)
    assert (tail().state, Payout.objects.get(ref=tail().payout_ref).last4) == ("OVER", "0018")


def test_another_way_for_what_was_kept_changes_nothing_that_is_told_of_the_refund_c_05(
    world: World, kept: Callable[..., Case]
) -> None:
    case = kept()
    set_temper(FUJIAN, Temper.DOWN, only=["effects"])
    look(OVER_ON)
    set_temper(FUJIAN, Temper.HONEST)
    with clock.frozen(datetime(2027, 2, 1, 11, tzinfo=clock.SHANGHAI)):
        roaming._post(tail(), by=ROBOT)
        decide_payout(tail().payout_ref, "refused")
        roaming.sweep(limit=5, by=ROBOT)
        paying_out.choose_again(case, "card", OTHER_CARD, by=world.by)
        roaming.sweep(limit=5, by=ROBOT)
    main, rest = refund_note(fresh(case), "zh"), note(fresh(case), "zh")
    assert main is not None and "0000" in main["text"] and "0018" not in main["text"]
    assert rest is not None and "0018" in rest["text"]


def test_kept_money_as_cash_is_fetched_with_its_own_code(world: World, kept: Callable[..., Case]) -> None:
    case = kept(route="cash")
    look(OVER_ON)
    with clock.frozen(datetime(2027, 2, 1, 10, tzinfo=clock.SHANGHAI)):
        for payout in Payout.objects.order_by("-pk"):
            paying_out.hand_over(fresh(case), code_of(payout), store="n1", by=ROBOT)
        roaming.sweep(limit=5, by=ROBOT)
        world.work(case)
    assert tail().state == "OVER"
    assert balance_of(AccountKey(*AGENT, CASH)) == -30000


def test_five_wrong_codes_stand_for_all_the_cash_of_a_case(world: World, kept: Callable[..., Case]) -> None:
    case = kept(route="cash")
    look(OVER_ON)
    with clock.frozen(datetime(2027, 2, 1, 10, tzinfo=clock.SHANGHAI)):
        for _ in range(5):
            with pytest.raises(Invalid):
                paying_out.hand_over(fresh(case), "0" * 8, store="n1", by=ROBOT)
        for payout in Payout.objects.all():
            with pytest.raises(TooMany):
                paying_out.hand_over(fresh(case), code_of(payout), store="n1", by=ROBOT)


def test_a_number_had_back_and_closed_again_meets_no_charge_twice_c_06_c_11(
    world: World, kept: Callable[..., Case]
) -> None:
    case = kept(came(1234))
    assert look(OVER_ON).state == "OVER"
    with clock.frozen(datetime(2027, 2, 1, 10, tzinfo=clock.SHANGHAI)):
        assert had_back(case).state == "RESTORED"
    with clock.frozen(datetime(2027, 2, 3, 10, tzinfo=clock.SHANGHAI)):
        assert close_again(world).state == states.CLOSED
        roaming.sweep(limit=5, by=ROBOT)
        roaming.sweep(limit=5, by=ROBOT)
    charged = RoamingTail.objects.order_by("pk").values_list("charged_fen", flat=True)
    assert (list(charged), Claim.objects.count()) == ([1234, 0], 0)


def test_what_an_earlier_closing_still_gives_back_is_in_no_later_quote_c_06_c_11(
    world: World, kept: Callable[..., Case]
) -> None:
    case = kept(came(1234))
    set_temper(FUJIAN, Temper.OBSTRUCTIVE, only=["refund"], code="2067", words="系统维护")
    assert look(OVER_ON).state == "SETTLING"
    with clock.frozen(datetime(2027, 2, 1, 10, tzinfo=clock.SHANGHAI)):
        assert had_back(case).state == "RESTORED"
    with clock.frozen(datetime(2027, 2, 3, 10, tzinfo=clock.SHANGHAI)):
        assert close_again(world).state == states.CLOSED
        set_temper(FUJIAN, Temper.HONEST)
        for _ in range(3):
            roaming.sweep(limit=5, by=ROBOT)
    assert [(row.state, row.charged_fen) for row in RoamingTail.objects.order_by("pk")] == [("OVER", 1234), ("OVER", 0)]
    assert sum(Payout.objects.values_list("fen", flat=True)) == 30000 - 1234


def test_a_number_had_back_while_charges_come_owes_none_of_them_c_11(world: World, billed: Callable[..., Case]) -> None:
    case = billed(came(1234, arrives=date(2026, 12, 1)))
    assert look(date(2026, 12, 2)).charged_fen == 1234
    with clock.frozen(datetime(2026, 12, 3, 10, tzinfo=clock.SHANGHAI)):
        assert had_back(case).state == "RESTORED"
    assert (tail().state, tail().charged_fen, tail().charges) == ("OVER", 0, [])


def test_a_withdrawn_case_has_no_tail_left_c_12(world: World, fujian: Callable[..., None]) -> None:
    fujian(roamed=[JAPAN], roaming_by=LAST, buckets=[OWN])
    case = world.quoted()
    agreement.agree(case, "keep", 1, by=world.by)
    withdrawal.withdraw(fresh(case), by=world.by)
    proof = world.work(case).proof_lines
    assert (tail().state, all(line["same"] for line in proof)) == ("OVER", True)
