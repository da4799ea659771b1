"""A quote that replaces another says what changed, line by line, on the page and in the API (C-05)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bss.simulated import BillSpec, ContractSpec
from closure.api import shown as api
from closure.models import Case, Quote
from closure.queries import current_quote
from closure.rules.line import Line
from closure.rules.requote import changes
from portal import clock
from portal.services import subscribers
from tests.closure.conftest import MORNING, NUMBER, ROBOT, World
from tests.closure.test_disputes import dispute
from tests.closure.test_pages import signed_in
from tests.closure.test_repeated_quotes import one_more_bill

PAPER = ContractSpec("k1", ends_on=date(2027, 6, 30), document_id="d1", document_sha256="ab" * 32)
OWED = BillSpec("2026-10", 5800, 0, date(2026, 11, 1), date(2026, 11, 30))
KEYS = st.tuples(st.sampled_from(["bill", "late_fee", "own"]), st.sampled_from(["2026-09", "2026-10", "b1"]))
LINES = st.dictionaries(KEYS, st.integers(-9999, 9999), max_size=6)


def of(lines: dict[tuple[str, str], int]) -> list[Line]:
    return [Line(kind, f"line.{kind}", fen, "C-05", item=item) for (kind, item), fen in lines.items()]


@given(before=LINES, after=LINES)
def test_the_changes_sum_to_the_difference_of_the_totals(
    before: dict[tuple[str, str], int], after: dict[tuple[str, str], int]
) -> None:
    found = changes(of(before), of(after))
    moved = sum((change.after_fen or 0) - (change.before_fen or 0) for change in found)
    assert moved == sum(after.values()) - sum(before.values())
    assert all(change.before_fen != change.after_fen for change in found)


@pytest.fixture
def owing(world: World, fujian: Callable[..., None]) -> Case:
    """A quoted case of one bill and a penalty."""
    fujian(bills=[OWED], contracts=[PAPER])
    return world.quoted()


def latest(case: Case) -> Quote:
    quote = current_quote(case)
    assert quote is not None
    return quote


def told(case: Case) -> list[tuple[str, int | None, int | None]]:
    """The changes of the quote in force as the API tells them."""
    replaced = api.quote(latest(case), case, "zh")["replaces"]
    return [(row["words"], row["before_fen"], row["after_fen"]) for row in replaced["changes"]]


def page_of(case: Case) -> str:
    owner = signed_in(subscribers.sign_in(NUMBER, ROBOT))
    return owner.get(f"/closure/{case.ref}/result").content.decode()


def test_a_first_quote_replaces_none(owing: Case) -> None:
    assert api.quote(latest(owing), owing, "zh")["replaces"] is None
    assert "这份报价改了什么" not in page_of(owing)


def test_a_line_set_aside_is_said_before_and_now(world: World, owing: Case) -> None:
    dispute(world, owing, "penalty")
    assert told(owing) == [("合约机 24 个月违约金", 12180, 0)]
    page = page_of(owing)
    assert [words for words in ("这份报价改了什么", "121.80", "179.80", "58.00") if words not in page] == []


def test_a_quote_that_ran_out_says_which_line_is_new(world: World, owing: Case) -> None:
    one_more_bill("2026-11")
    with clock.frozen(MORNING + timedelta(hours=25)):
        case = world.work(owing)
        assert told(case) == [("11月账单", None, 1000)]
        assert "没有</td>" in page_of(case)


def test_a_quote_made_anew_with_the_same_lines_says_so(world: World, owing: Case) -> None:
    with clock.frozen(MORNING + timedelta(hours=25)):
        case = world.work(owing)
        assert (latest(case).seq, told(case)) == (2, [])
        assert "重新算过，每一笔都没有变" in page_of(case)
