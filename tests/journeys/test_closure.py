"""Closures in a real browser, from the sign-in to the certificate."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.journeys.paper import cut, printed
from tests.journeys.visitor import FINDINGS_S, Visitor, line_of, ordinary

Axe = Callable[[Page], None]
OpenPage = Callable[..., Page]


def test_nothing_to_fix_and_nothing_to_pay_takes_at_most_twelve_inputs(page: Page, axe: Axe) -> None:
    visitor = Visitor(page, line_of("clean"), contact="16932700001")
    visitor.file()
    visitor.see("没有要处理的事")
    axe(page)
    visitor.acknowledge()
    assert visitor.inputs <= 12
    visitor.see("已销户")
    axe(page)


def test_findings_stand_on_the_page_within_two_seconds(open_page: OpenPage) -> None:
    """The best of three: another test may have the machine for a moment."""
    lines = (line_of("fujian_in_jiangsu"), ordinary("35", 17), ordinary("35", 18))
    contacts = ("16932700002", "16932700130", "16932700131")
    for line, contact in zip(lines, contacts, strict=True):
        taken = until_found(Visitor(open_page(), line, contact=contact))
        if taken <= FINDINGS_S:
            break
    assert taken <= FINDINGS_S


def until_found(visitor: Visitor) -> float:
    """Seconds from the tap that files to the findings on the page."""
    visitor.sign_in()
    visitor.say_who()
    begun = time.monotonic()
    visitor.tap(visitor.button("提交销户申请"))
    visitor.see("看每一笔怎么算的")
    return time.monotonic() - begun


def test_arrears_and_contracts_are_one_sum_that_is_paid_once(page: Page, axe: Axe) -> None:
    visitor = Visitor(page, line_of("arrears_contracts"), contact="16932700003")
    visitor.file()
    visitor.see("可以付款了")
    rows = page.locator("[data-fen]").evaluate_all("all => all.map(one => +one.dataset.fen)")
    total = page.locator("table [data-total-fen], .bill [data-total-fen]").first.get_attribute("data-total-fen")
    assert sum(rows) == int(total or 0) > 0
    assert page.locator("#fees s").count() == 1
    axe(page)
    for language in ("en", "zh"):
        page.goto(f"/language/switch?to={language}&next={visitor.case}/result")
        assert (len(printed(page)), cut(page)) == (1, [])
    visitor.acknowledge()
    pay(visitor, "付款成功", axe)
    assert visitor.inputs <= 14
    visitor.see("已销户")


def pay(visitor: Visitor, ending: str, axe: Axe | None = None) -> None:
    """Choose the card, go to the provider by its link, let it end, and come back."""
    page = visitor.page
    visitor.tap(page.locator("[name=method][value=card]"))
    if axe is not None:
        axe(page)
    visitor.tap(page.locator("main form button[type=submit]").first)
    visitor.tap(page.locator("main a.btn").first)
    visitor.tap(visitor.button(ending))
    page.goto(visitor.case)


def test_ones_own_money_is_refunded_to_a_card(page: Page, axe: Axe) -> None:
    visitor = Visitor(page, line_of("refund"), contact="16932700004")
    visitor.file()
    visitor.acknowledge()
    axe(page)
    page.locator("[name=route][value=card]").check()
    visitor.fill("destination", "6222020000000000000")
    visitor.tap(visitor.button("确认退款方式"))
    visitor.see("已销户")
    visitor.see("尾号 0000")


def test_the_certificate_is_downloaded_and_checked_by_anybody(page: Page, open_page: OpenPage, axe: Axe) -> None:
    visitor = Visitor(page, line_of("beijing_in_nanjing"), contact="16932700005")
    visitor.file()
    visitor.acknowledge()
    pay(visitor, "付款成功")
    visitor.see("已销户")
    page.goto(f"{visitor.case}/certificate")
    visitor.see("凭证号")
    axe(page)
    serial = re.search(r"[0-9]{4} [0-9]{4} [0-9]{4}", page.locator("main").inner_text())
    assert serial is not None
    stranger = open_page()
    stranger.goto("/verify/certificate")
    stranger.locator("[name=number]").fill(serial[0])
    stranger.locator("[name=tail]").fill(visitor.line.number.plain[-4:])
    stranger.locator("main form button").first.click()
    expect(stranger.locator("h1")).to_contain_text("有效")
    assert visitor.line.number.plain not in stranger.content()


def test_a_withdrawn_case_shows_its_proof(page: Page, axe: Axe) -> None:
    visitor = Visitor(page, line_of("roaming_tail"), contact="16932700006")
    visitor.file()
    visitor.see("漫游")
    visitor.tap(visitor.button("撤回申请"))
    axe(page)
    visitor.tap(visitor.button("撤回"))
    visitor.see("一切照旧的证明")
    assert page.locator("main").inner_text().count("一致") == 8
    axe(page)


def test_a_strangers_case_is_not_there(page: Page, open_page: OpenPage) -> None:
    owner = Visitor(page, line_of("family_broadband"), contact="16932700007")
    address = owner.file()
    stranger = Visitor(open_page(), line_of("clean"), contact="")
    stranger.sign_in("/my", "16932700008")
    for path in ("", "/result", "/pay", "/withdraw", "/certificate", "/certificate.pdf"):
        theirs = stranger.page.request.get(f"{address}{path}")
        absent = stranger.page.request.get(f"/closure/{'0' * 26}{path}")
        assert (theirs.status, absent.status) == (404, 404)


def test_a_closure_needs_no_javascript(page_without_js: Page) -> None:
    visitor = Visitor(page_without_js, line_of("abnormal_bill"), contact="16932700009")
    visitor.file()
    visitor.see_after_reloading("看每一笔怎么算的")
    visitor.acknowledge()
    page = visitor.page
    page.locator("[name=method][value=card]").check()
    visitor.tap(page.locator("main form button[type=submit]").first)
    visitor.see_after_reloading("去付款")
    visitor.tap(page.locator("main a.btn").first)
    visitor.tap(visitor.button("付款成功"))
    page.goto(visitor.case)
    visitor.see_after_reloading("已销户")


def test_a_mismatched_holder_sees_nothing_and_mends_the_name(page: Page) -> None:
    visitor = Visitor(page, line_of("holder_mismatch"), contact="16932700010")
    visitor.file()
    visitor.see("对不上")
    assert page.locator("[data-fen]").count() == 0


def test_a_court_hold_names_who_to_object_to(page: Page, axe: Axe) -> None:
    visitor = Visitor(page, line_of("court_hold"), contact="16932700011")
    visitor.file()
    visitor.see("依法限制")
    visitor.see("提出异议")
    axe(page)


def test_an_unknown_payment_says_do_not_pay_again(page: Page) -> None:
    visitor = Visitor(page, line_of("s5_pretty_number"), contact="16932700012")
    visitor.file()
    visitor.acknowledge()
    pay(visitor, "没有回音")
    page.goto(f"{visitor.case}/pay")
    visitor.see("不要再付")
