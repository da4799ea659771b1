"""The proof after a withdrawal or a lapse, with things happening in between (C-12, C-19)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from bss.simulated import BillSpec, BucketSpec, TieSpec
from bss.simulated.events import bill_run, call, change, top_up
from closure import states
from closure.models import Case
from closure.services import withdrawal
from portal import clock
from portal.models import LineAccount, WorkOrder
from tests.closure.conftest import FUJIAN, MORNING, NUMBER, World
from tests.closure.test_pages import signed_in

OWN = BucketSpec("own", "own", 3650)
GIFT = BucketSpec("gift", "gifted", 500, "赠款")
OLD_BILL = BillSpec("2026-09", 1800, 1800, date(2026, 10, 1), date(2026, 10, 15))


@pytest.fixture
def quoted(world: World, fujian: Callable[..., None]) -> Case:
    """A case with two buckets, a tie and a paid bill, prepared and not paid."""
    fujian(buckets=[OWN, GIFT], ties=[TieSpec("t1")], bills=[OLD_BILL])
    return world.quoted()


def undone(world: World, case: Case) -> Case:
    """Withdrawn, and worked until the proof is there."""
    withdrawal.withdraw(case, by=world.by)
    return world.work(case)


def why(case: Case) -> dict[str, list[str]]:
    """What explains each row that differs."""
    return {row["name"]: [one["kind"] for one in row["why"]] for row in case.proof_lines if not row["same"]}


def test_nothing_happened_and_nothing_differs(world: World, quoted: Case) -> None:
    case = undone(world, quoted)
    assert why(case) == {}
    assert [row["name"] for row in case.proof_lines].count("bucket_fen") == 2


def test_a_top_up_calls_and_a_bill_run_in_between_are_named(world: World, quoted: Case) -> None:
    with clock.frozen(MORNING + timedelta(hours=1)):
        top_up(FUJIAN, NUMBER.plain, 5000)
        call(FUJIAN, NUMBER.plain, 30)
        bill_run(FUJIAN, NUMBER.plain, "2026-10", 1800)
    with clock.frozen(MORNING + timedelta(hours=2)):
        case = undone(world, quoted)
    balance = ["top_up", "calls", "bill_run"]
    assert why(case) == {"bucket_fen": ["top_up", "calls"], "owed_fen": ["bill_run"], "balance_fen": balance}
    assert not WorkOrder.objects.filter(kind="difference").exists()


def test_a_change_nobody_can_name_opens_a_work_order_once(world: World, quoted: Case) -> None:
    change(FUJIAN, NUMBER.plain, "state", "one_way")
    case = undone(world, quoted)
    assert why(case) == {"state": []}
    order = WorkOrder.objects.get(kind="difference")
    assert (order.case_ref, order.facts["rows"]) == (case.ref, ["state"])


def test_the_proof_is_held_against_the_filing_and_not_against_a_later_quote(world: World, quoted: Case) -> None:
    with clock.frozen(MORNING + timedelta(hours=1)):
        top_up(FUJIAN, NUMBER.plain, 5000)
    with clock.frozen(MORNING + timedelta(hours=25)):
        case = world.work(quoted)
        assert (case.state, case.quotes.count()) == (states.QUOTED, 2)
        case = undone(world, case)
    assert why(case) == {"bucket_fen": ["top_up"], "balance_fen": ["top_up"]}


def test_a_lapsed_case_has_its_proof_too(world: World, quoted: Case) -> None:
    with clock.frozen(MORNING + timedelta(days=31)):
        case = world.work(quoted)
        case = world.work(case)
    assert (case.state, why(case), case.proof_lines != []) == (states.LAPSED, {}, True)


def test_the_page_says_what_explains_a_difference(world: World, quoted: Case) -> None:
    with clock.frozen(MORNING + timedelta(minutes=5)):
        top_up(FUJIAN, NUMBER.plain, 5000)
        undone(world, quoted)
        browser = signed_in(LineAccount.objects.get(ref=quoted.account_ref))
        page = browser.get(f"/closure/{quoted.ref}").content.decode()
    assert "充值，50.00 元" in page
    assert "不一致" not in page
