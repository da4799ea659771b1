"""Closing for somebody else, and several numbers at once, as people walk it (C-08, C-09, C-24 to C-26)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page

from demo.cast.acting import DAUGHTER
from tests.journeys.test_unreachable import a_photo, withdraw
from tests.journeys.visitor import Visitor, line_of

Axe = Callable[[Page], None]


def agree(visitor: Visitor) -> None:
    """Tick the consent and go on."""
    visitor.page.locator("[name=consent]").check()
    visitor.tap(visitor.page.locator("main form button").first)


def act_for(visitor: Visitor, *, photo: str, papers: tuple[str, ...], live: bool = False) -> None:
    """The page of whoever acts: holder, agent, papers, consent; then the contact and the filing."""
    visitor.fill("name", visitor.line.user.name)
    visitor.fill("id_number", visitor.line.user.id_number.plain)
    visitor.fill("agent_name", DAUGHTER.name)
    visitor.fill("agent_id", DAUGHTER.id_number.plain)
    for name in (*papers, *(["photo"] if live else [])):
        visitor.page.locator(f"[name={name}]").set_input_files(photo)
    if live:
        visitor.page.locator("[name=face]").check()
    agree(visitor)
    visitor.prove_contact()
    visitor.tap(visitor.button("提交销户申请"))


def test_a_daughter_closes_her_mothers_number_at_home(page: Page, axe: Axe, tmp_path: Path) -> None:
    visitor = Visitor(page, line_of("delegate_at_home"), contact="16932700050")
    visitor.sign_in("/closure/acting")
    axe(page)
    page.goto("/closure/acting/delegate")
    axe(page)
    act_for(visitor, photo=a_photo(tmp_path), papers=("letter",), live=True)
    visitor.see("店员在看您的材料")
    visitor.tap(visitor.button("看材料和进度"))
    visitor.see("授权书")
    axe(page)
    with page.expect_download() as copy:
        visitor.tap(visitor.button("下载副本"))
    assert Path(copy.value.path()).read_bytes().startswith(b"%PDF")
    visitor.tap(visitor.button("回到结果"))
    withdraw(visitor)


def test_across_provinces_she_asks_for_an_exception(page: Page, axe: Axe, tmp_path: Path) -> None:
    visitor = Visitor(page, line_of("delegate_across"), contact="16932700051")
    visitor.sign_in("/closure/acting/delegate")
    act_for(visitor, photo=a_photo(tmp_path), papers=("letter",))
    visitor.see("跨省代办没有开放")
    visitor.tap(visitor.button("看材料和进度"))
    axe(page)
    visitor.fill("reason", "母亲住院，来不了营业厅")
    visitor.tap(visitor.button("提交特批"))
    visitor.tap(visitor.button("回到结果"))
    visitor.see("特批申请已提交")


def test_a_units_agent_uploads_first(page: Page, axe: Axe, tmp_path: Path) -> None:
    visitor = Visitor(page, line_of("unit"), contact="16932700052")
    visitor.sign_in("/closure/acting/unit")
    axe(page)
    visitor.fill("number", visitor.line.number.plain)
    act_for(visitor, photo=a_photo(tmp_path), papers=("licence", "unit_letter"))
    visitor.see("店员在看您的材料")


def test_the_service_password_stands_for_the_photo(page: Page) -> None:
    visitor = Visitor(page, line_of("two_way_no_sms"), contact="16932700053")
    visitor.sign_in("/closure/other", line_of("two_way_sister").number.plain)
    visitor.fill("number", visitor.line.number.plain)
    visitor.fill("name", visitor.line.user.name)
    visitor.fill("id_number", visitor.line.user.id_number.plain)
    visitor.fill("password", "246810")
    visitor.tap(visitor.page.locator("main form button").first)
    visitor.prove_contact()
    visitor.tap(visitor.button("提交销户申请"))
    visitor.see("下一步")
    withdraw(visitor)


def test_two_numbers_of_one_holder_in_one_sitting(page: Page, axe: Axe, tmp_path: Path) -> None:
    visitor = Visitor(page, line_of("several_first"), contact="16932700054")
    visitor.sign_in()
    visitor.say_who()
    visitor.tap(visitor.button("一起办"))
    axe(page)
    visitor.fill("number", line_of("several_second").number.plain)
    page.locator("[name=photo]").set_input_files(a_photo(tmp_path))
    agree(visitor)
    axe(page)
    visitor.tap(visitor.button("加好了，去核对"))
    visitor.tap(visitor.button("提交销户申请"))
    visitor.see("2 个号码在办")
    axe(page)
    visitor.see_after_reloading("要您处理")
