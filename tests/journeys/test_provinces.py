"""Provinces that are away or in the way, as the subscriber and the regulator see them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from tests.journeys.test_closure import OpenPage, pay
from tests.journeys.visitor import Visitor, line_of


def set_temper(page: Page, code: str, temper: str) -> None:
    """Change a province on the demo's own page."""
    page.goto("/demo/tempers")
    row = page.locator(f"article[id='{code}']")
    row.locator("summary").click()
    row.locator("select").select_option(temper)
    row.locator("button").click()


@pytest.fixture
def tempers(open_page: OpenPage) -> Iterator[Page]:
    """The page of tempers; every province is put back afterwards."""
    page = open_page()
    yield page
    page.goto("/demo/tempers")
    page.locator("button[name=reset]").click()


def test_a_home_province_that_is_down_and_comes_back(page: Page, tempers: Page) -> None:
    visitor = Visitor(page, line_of("s7_arrears_670"), contact="16932700031")
    set_temper(tempers, "169_37", "down")
    visitor.file()
    visitor.see("未答复")
    set_temper(tempers, "169_37", "honest")
    visitor.see("看每一笔怎么算的", 60_000)


def test_an_obstructive_province_does_not_stop_the_case_and_its_words_are_kept(
    page: Page, desktop: Page, tempers: Page
) -> None:
    visitor = Visitor(page, line_of("obstructive_province"), contact="16932700032")
    set_temper(tempers, "163_37", "obstructive")
    visitor.file()
    visitor.acknowledge()
    if page.url.endswith("/pay"):
        pay(visitor, "付款成功")
    else:
        page.locator("[name=route][value=cash]").check()
        visitor.tap(visitor.button("确认退款方式"))
    visitor.see("已销户")
    desktop.goto("/demo/")
    desktop.locator("button[value='national']").click()
    desktop.goto("/oversight/obstructions")
    assert "优惠期" in desktop.locator("main").inner_text()
