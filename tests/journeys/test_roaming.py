"""What may still come from abroad: seen with the findings, agreed before the money step, no condition of it (C-06)."""

from __future__ import annotations

from playwright.sync_api import Page

from bss.simulated import RoamedSpec
from demo.cast import months
from demo.cast.shapes import own
from portal import clock
from tests.journeys.conftest import Holds
from tests.journeys.prepared import person_of, planted, quoted, seated
from tests.journeys.product import RunningProduct
from tests.journeys.visitor import ordinary


def test_something_is_kept_back_of_the_refund_for_what_comes_from_abroad(
    page: Page, inside: RunningProduct, holds: Holds
) -> None:
    today = clock.today()
    roamed = [RoamedSpec("日本", months.days_before(today, 12))]
    line = planted(ordinary("11", 41, "164"), buckets=[own(4200)], roamed=roamed, roaming_by=months.last_of(today, -2))
    visitor = seated(page, quoted(line, "16932700030"), line, inside)
    page.goto(f"{visitor.case}/result")
    holds(page, person_of(line, visitor.contact))
    visitor.tap(page.locator(f"main a[href='{visitor.case}/roaming']").first)
    holds(page)
    page.locator("[name=way][value=keep]").check()
    visitor.tap(page.locator("main form button").first)
    visitor.see("这份报价改了什么")
    holds(page)
