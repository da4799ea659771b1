"""Returned orders, staff who answer, a case that is left, two tabs and the back button (C-07, C-17, C-19)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.journeys import standards
from tests.journeys.conftest import DESK, Holds
from tests.journeys.visitor import Visitor, line_of

Axe = Callable[[Page], None]
OpenPage = Callable[..., Page]
NARROW = {"width": 320, "height": 640}
PDF = {"name": "consent.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4\n1 0 obj<<>>endobj\n%%EOF\n"}


@pytest.fixture
def moving_clock(open_page: OpenPage) -> Iterator[Page]:
    """The demo's clock page; real time again afterwards."""
    page = open_page()
    yield page
    page.goto("/demo/clock")
    back = page.locator("button[name=back]")
    if back.is_visible():
        back.click()


def forward(page: Page, days: int) -> None:
    page.goto("/demo/clock")
    page.locator("[name=amount]").fill(str(days))
    page.locator("[name=unit][value=days]").check()
    page.locator("main form button").first.click()


def fits(page: Page, axe: Axe, *, chinese: bool = True) -> None:
    """Nothing sideways at 320 px, nothing small, nothing axe finds; a Chinese heading is short."""
    axe(page)
    assert standards.sideways(page) + standards.small_targets(page, 44) == []
    assert not chinese or standards.long_words(page) == []


def test_a_returned_order_is_supplied_and_the_case_closes(open_page: OpenPage, axe: Axe) -> None:
    page = open_page(NARROW)
    visitor = Visitor(page, line_of("tie_needs_paper"), contact="16932700040")
    visitor.file()
    visitor.see("没有要处理的事")
    visitor.acknowledge()
    visitor.see("有一件事要您补上")
    fits(page, axe)
    visitor.tap(visitor.button("去补材料"))
    visitor.see("户主同意书")
    fits(page, axe)
    visitor.tap(visitor.button("交上去"))
    visitor.see("请选一个文件")
    page.locator("[name=attachment]").set_input_files(PDF)  # type: ignore[arg-type]
    visitor.tap(visitor.button("交上去"))
    visitor.see("看费用，接着办")
    page.goto(f"{visitor.case}/unbind")
    visitor.tap(visitor.button("我已看过，继续"))
    visitor.see("已销户")


def test_the_home_provinces_clerk_answers_by_keyboard(page: Page, open_page: OpenPage, axe: Axe) -> None:
    visitor = Visitor(page, line_of("tie_by_hand"), contact="16932700041")
    visitor.file()
    visitor.acknowledge()
    visitor.see("在准备解除关联业务")
    axe(page)
    clerk = open_page(DESK)
    clerk.goto("/demo/")
    clerk.locator("button[value='clerk']").click()
    clerk.goto("/desk/orders?tab=routed")
    axe(clerk)
    clerk.get_by_role("link", name=re.compile("主卡")).first.focus()
    clerk.keyboard.press("Enter")
    clerk.wait_for_url(re.compile("/desk/orders/[a-z0-9]{26}"))
    axe(clerk)
    clerk.locator("[name=result][value=closed]").focus()
    clerk.keyboard.press("Space")
    clerk.locator("form:has([name=result]) button[type=submit]").focus()
    clerk.keyboard.press("Enter")
    expect(clerk).to_have_url(re.compile("/desk/orders$"))
    visitor.see("看费用，接着办")
    page.goto(f"{visitor.case}/unbind")
    visitor.tap(visitor.button("我已看过，继续"))
    visitor.see("已销户")


def test_a_case_that_is_left_is_reminded_of_and_lapses(
    page: Page, open_page: OpenPage, moving_clock: Page, holds: Holds
) -> None:
    visitor = Visitor(page, line_of("left_lying"), contact="16932700042")
    visitor.file()
    visitor.see("没有要处理的事")
    forward(moving_clock, 8)
    seen_on_handset(open_page(), visitor.contact, "受理 7 天了")
    forward(moving_clock, 23)
    handset = open_page()
    seen_on_handset(handset, visitor.contact, "已失效，从现在起恢复计费")
    assert handset.locator("main ol.sms li").filter(has_text="天了，还没办完").count() == 2
    page.goto(visitor.case)
    visitor.see("满 30 天，已失效")
    visitor.see("一切照旧的证明")
    holds(page)


def seen_on_handset(page: Page, number: str, words: str) -> None:
    """Wait until a message stands on a handset of the demo."""
    page.goto("/demo/handsets")
    page.locator("main [name=number]").fill(number)
    page.locator("main form button").first.click()
    message = page.locator("main ol.sms li").filter(has_text=words).first
    for _ in range(60):
        if message.is_visible():
            return
        page.wait_for_timeout(500)
        page.reload()
    expect(message).to_be_visible()


def test_who_contacted_the_subscriber_is_told_in_english_too(open_page: OpenPage, axe: Axe) -> None:
    page, clerk = open_page(NARROW), open_page(DESK)
    visitor = Visitor(page, line_of("called_after"), contact="16932700044")
    visitor.file()
    page.goto(f"{visitor.case}/contacts")
    visitor.see("还没有人联系过您")
    fits(page, axe)
    clerk.goto("/demo/")
    clerk.locator("button[value='clerk']").click()
    clerk.goto(f"/desk/cases/{visitor.case.rsplit('/', 1)[-1]}/contacts")
    axe(clerk)
    for _ in range(2):
        for name, value in (("channel", "phone"), ("purpose", "missing"), ("outcome", "reached")):
            clerk.locator(f"[name={name}][value={value}]").check()
        clerk.get_by_role("button", name="登记").click()
    expect(clerk.locator("main")).to_contain_text("最多联系 1 次")
    page.reload()
    visitor.see("超过次数，没让打")
    page.get_by_role("link", name="English").click()
    visitor.see("Beyond the limit")
    fits(page, axe, chinese=False)


def test_two_tabs_and_the_back_button_make_one_case(page: Page) -> None:
    visitor = Visitor(page, line_of("two_tabs"), contact="16932700043")
    visitor.sign_in()
    visitor.say_who()
    other = page.context.new_page()
    other.goto("/closure/confirm")
    visitor.tap(visitor.button("提交销户申请"))
    page.wait_for_url(re.compile(r"/closure/[a-z0-9]{26}/result"))
    other.locator("main form button").click()
    other.wait_for_url(page.url)
    page.go_back()
    if page.locator("main form button").count():
        page.locator("main form button").first.click()
    page.goto("/closure/list")
    assert page.locator("main a[href^='/closure/']").filter(has_text=visitor.line.number.masked).count() == 1
    for tab in (page, other):
        tab.goto(f"{other.url.removesuffix('/result')}/unbind")
        if tab.locator("main form button").count():
            tab.locator("main form button").first.click()
    visitor.see("已销户")


def test_openings_contacts_and_the_regulators_branches_fit_their_screens(open_page: OpenPage, axe: Axe) -> None:
    admin = open_page(DESK)
    admin.goto("/demo/")
    admin.locator("button[value='admin']").click()
    admin.goto("/closure/openings/edit")
    axe(admin)
    stranger = open_page(NARROW)
    for path in ("/closure/openings", "/closure/openings?operator=163&province=41", "/stores"):
        stranger.goto(path)
        fits(stranger, axe)
    stranger.goto("/closure/openings?operator=163&province=41")
    expect(stranger.locator("main")).to_contain_text("现在能办")
    stranger.get_by_role("link", name="English").click()
    expect(stranger.locator("html")).to_have_attribute("lang", "en")
    fits(stranger, axe, chinese=False)
    regulator = open_page(DESK)
    regulator.goto("/demo/")
    regulator.locator("button[value='national']").click()
    regulator.goto("/oversight/branches")
    axe(regulator)
