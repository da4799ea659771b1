"""What home billed for time after the charges had stopped is taken off again, however late it learns of it (C-04)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from bss.gateway import ask
from bss.simulated import BillSpec, Temper, set_temper
from bss.simulated.events import bill_run
from closure.models import Case
from closure.queries import current_quote
from closure.rules.quote import lines_of
from closure.services import charging, filing, openings, withdrawal
from portal import clock
from tests.closure.conftest import FUJIAN, NUMBER, ROBOT, World
from tests.closure.test_misbehaving import drive

DECEMBER = datetime(2026, 12, 1, 9, tzinfo=clock.SHANGHAI)
JANUARY = datetime(2027, 1, 10, 9, tzinfo=clock.SHANGHAI)
RATED = [
    BillSpec("2026-10", 4000, 0, date(2026, 11, 1), date(2026, 11, 14)),
    BillSpec("2026-11", 5000, 0, date(2026, 12, 1), date(2026, 12, 14)),
    BillSpec("2026-12", 3000, 3000, date(2027, 1, 1), date(2027, 1, 14)),
]


def home_says(question: str) -> Any:
    return ask(FUJIAN, question, {"number": NUMBER.plain}, case_ref="", by=ROBOT).facts


def bills() -> dict[str, tuple[int, int]]:
    return {bill["month"]: (bill["fen"], bill["paid_fen"]) for bill in home_says("bills")["bills"]}


def test_months_billed_after_the_person_was_turned_away_are_credited_c_04(
    world: World, fujian: Callable[..., None]
) -> None:
    draft = world.draft()
    openings.turn_away(draft, by=world.by)
    fujian(bills=RATED)
    with clock.frozen(JANUARY):
        case = world.work(filing.file(Case.objects.get(pk=draft.pk), by=world.by))
        quote = current_quote(case)
        assert quote is not None
        assert bills() == {"2026-10": (4000, 0), "2026-11": (5000 - 360, 0), "2026-12": (1200, 1200)}
        assert [(line.item, line.fen) for line in quote.lines.filter(kind="bill")] == [
            ("2026-10", 4000),
            ("2026-11", 4640),
        ]
        assert quote.lines.get(kind="own").fen == -1800


def test_a_stop_that_was_a_lie_leaves_nothing_billed_once_it_is_mended_c_04(
    world: World, fujian: Callable[..., None]
) -> None:
    fujian()
    set_temper(FUJIAN, Temper.LYING, only=["stop_charging"])
    case = world.work(world.file())
    with clock.frozen(DECEMBER):
        bill_run(FUJIAN, NUMBER.plain, "2026-11", 1800)
        set_temper(FUJIAN, Temper.HONEST)
        charging.stop(Case.objects.get(pk=case.pk), by=ROBOT)
        assert bills() == {"2026-11": (1440, 0)}
    case = drive(world, case, DECEMBER + timedelta(minutes=5))
    with clock.frozen(DECEMBER + timedelta(hours=3)):
        charging.stop(case, by=ROBOT)
        withdrawal.withdraw(Case.objects.get(pk=case.pk), by=world.by)
    proof = drive(world, case, DECEMBER + timedelta(hours=3, minutes=1)).proof_lines
    assert [row["name"] for row in proof if not row["same"] and not row["why"]] == []
    assert bills() == {"2026-11": (1440, 0)}


@pytest.mark.parametrize("since", ["2026-11-25", "2026-12-01", "2027-01-01"])
def test_use_that_began_after_the_stop_is_no_line_of_the_quote_c_04(since: str) -> None:
    facts = {"bills": [], "unbilled": {"from": since, "through": since, "monthly_fen": 1800}}
    assert lines_of({"bills": facts}, filed_on=date(2026, 11, 24), permille=3) == []
