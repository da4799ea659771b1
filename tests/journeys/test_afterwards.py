"""A charge disputed on the way, and what is found after a closing: having it back, being asked how it went."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.journeys import standards
from tests.journeys.conftest import OpenPage
from tests.journeys.visitor import Visitor, ordinary

NARROW = {"width": 320, "height": 640}
Axe = Callable[[Page], None]


def holds(page: Page, axe: Axe) -> None:
    """Nothing for axe, no sideways scroll, targets of 44 px, sums that add up, nothing lost by text spacing."""
    axe(page)
    found = [*standards.small_targets(page, 44), *standards.wrong_sums(page), *standards.bare_tags(page)]
    assert (standards.sideways(page), found, standards.long_words(page)) == ([], [], [])
    where = page.url
    assert standards.lost_by_spacing(page) == []
    page.goto(where)


def dispute(visitor: Visitor, axe: Axe) -> None:
    """Set the first charge that can be disputed aside, by its link in the table."""
    page = visitor.page
    page.locator("#fees summary").first.click()
    visitor.tap(page.locator("#fees a[href*='/dispute']").first)
    holds(page, axe)
    visitor.tap(page.locator("main form button[type=submit]").first)
    assert page.locator(".wrong, .errors, [role=alert]").count() > 0  # no reason was chosen
    page.locator("[name=reason]").first.check()
    visitor.tap(page.locator("main form button[type=submit]").first)


def test_a_charge_is_disputed_and_the_number_closes_without_it(open_page: OpenPage, axe: Axe) -> None:
    visitor = Visitor(open_page(NARROW), ordinary("35", 10), contact="16932700082")
    visitor.file()
    visitor.see("看每一笔怎么算的")
    dispute(visitor, axe)
    visitor.see("争议")
    holds(visitor.page, axe)
    visitor.tap(visitor.page.locator("#disputes + ul a").first)
    holds(visitor.page, axe)
    visitor.page.goto(f"{visitor.case}/result")
    visitor.acknowledge()
    visitor.see("已销户")
    for path in ("/have-back", "/satisfaction"):
        visitor.page.goto(visitor.case + path)
        holds(visitor.page, axe)


def test_how_it_went_is_asked_once(open_page: OpenPage, axe: Axe) -> None:
    visitor = Visitor(open_page(), ordinary("35", 11), contact="16932700083")
    visitor.file()
    visitor.tap(visitor.button("撤回申请"))
    visitor.tap(visitor.button("撤回"))
    visitor.see("已撤回")
    visitor.page.goto(f"{visitor.case}/satisfaction")
    visitor.page.locator("[name=score]").first.check()
    visitor.tap(visitor.page.locator("main form button[type=submit]").first)
    visitor.page.goto(f"{visitor.case}/satisfaction")
    expect(visitor.page.locator("[name=score]")).to_have_count(0)

    axe(visitor.page)
