"""Openings by province, channel and date: single cards first, the others are told their date (C-13, C-16; S8)."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from closure import states
from closure.models import Case, Opening, TurnedAway
from closure.queries import latest_findings
from closure.rules.openings import state_of
from closure.services import openings
from portal import clock
from portal.errors import Invalid
from portal.models import AuditEntry
from portal.queries.stores import all_stores
from portal.services import subscribers
from tests.closure.conftest import MORNING, NUMBER, ROBOT, World
from tests.closure.test_pages import file_by_pages, signed_in
from tests.overseen import entered

S8: dict[str, Any] = tomllib.loads(Path("tests/worked/s08_openings.toml").read_text(encoding="utf-8"))
TODAY = MORNING.date()


def opened(circle: str, days: int, channel: str = "web") -> None:
    openings.set_opening("161", "35", channel, circle, TODAY + timedelta(days=days), by=ROBOT)


@pytest.mark.parametrize("case", S8["case"], ids=lambda case: case["name"])
def test_s8_each_home_province_says_whether_and_from_when(case: dict[str, Any]) -> None:
    rows = [
        (row["circle"], row["from_on"])
        for row in S8["opening"]
        if (row["province"], row["channel"]) == (case["home"], case["channel"])
    ]
    found = state_of(rows, single=case["single"], on=S8["on"])
    assert (found.is_open, found.from_on) == (case["open"], case.get("from_on"))


def test_s8_the_finder_shows_own_stores_only() -> None:
    assert all("自有营业厅" in store.name for store in all_stores())
    assert all(store.city and store.phone and store.hours for store in all_stores())


def test_a_place_without_rows_is_open_to_everybody() -> None:
    assert state_of([], single=False, on=TODAY).is_open


def test_a_later_row_takes_the_place_of_an_earlier_and_both_stay(database: object) -> None:
    with clock.frozen(MORNING):
        opened("all", 10)
        opened("all", -1)
    assert Opening.objects.count() == 2
    assert AuditEntry.objects.filter(verb="opening.set").count() == 2
    with pytest.raises(Invalid):
        openings.set_opening("161", "99", "web", "all", TODAY, by=ROBOT)


def test_a_line_whose_turn_has_not_come_is_held_without_charges_and_goes_on_by_itself(
    world: World, fujian: Callable[..., None]
) -> None:
    fujian(single_card=False)
    opened("single", -1)
    opened("all", 5)
    case = world.work(world.file())
    row = latest_findings(case).get(key="opening.later")
    assert (case.state, row.facts["from_on"]) == (states.HELD, "2026-11-29")
    with clock.frozen(MORNING + timedelta(days=5)):
        assert world.work(case).state == states.QUOTED


def test_a_single_card_is_not_held(world: World, fujian: Callable[..., None]) -> None:
    fujian()
    opened("single", -1)
    opened("all", 5)
    assert world.work(world.file()).state == states.QUOTED


def test_waiting_for_an_opening_is_no_silence_of_the_persons(world: World, fujian: Callable[..., None]) -> None:
    fujian(single_card=False)
    opened("single", -1)
    case = world.work(world.file())
    with clock.frozen(MORNING + timedelta(days=30, minutes=1)):
        case = world.work(case)
    assert case.state == states.HELD


def test_whoever_is_turned_away_is_told_the_route_and_has_the_time_counted(
    world: World, fujian: Callable[..., None]
) -> None:
    fujian()
    opened("all", 3)
    browser = signed_in(subscribers.sign_in(NUMBER, ROBOT))
    ref = file_by_pages(browser)
    answer = browser.post("/closure/confirm", {"draft": ref}, follow=True)
    assert "11月27日 起" in answer.content.decode()
    assert (Case.objects.get().state, TurnedAway.objects.count()) == (states.DRAFT, 1)
    with clock.frozen(MORNING + timedelta(days=3)):
        browser.post("/closure/confirm", {"draft": ref})
        case = Case.objects.get(ref=ref)
        assert (case.filed_at, case.counted_from) == (clock.now(), MORNING)


def test_the_administrator_adds_a_row_and_nobody_else(database: object) -> None:
    row = {"operator": "161", "province": "41", "channel": "web", "circle": "all", "from_on": "2026-12-01"}
    admin = entered("admin")
    assert admin.post("/closure/openings/edit", {**row, "from_on": "soon"}).status_code == 422
    assert admin.post("/closure/openings/edit", row).status_code == 302
    assert "河南" in admin.get("/closure/openings/edit").content.decode()
    assert entered("clerk").post("/closure/openings/edit", row).status_code == 403
    assert Opening.objects.get().from_on == date(2026, 12, 1)
