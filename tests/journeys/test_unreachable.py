"""A number that cannot receive messages: each way of C-08 but the store, offered to everybody alike."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page

from realname.simulated.authority import OTHER_PERSON
from tests.journeys.visitor import Visitor, line_of

Axe = Callable[[Page], None]


def a_photo(folder: Path, mark: bytes = b"") -> str:
    """A small real PNG, marked as the simulated authority reads it."""
    pixels = zlib.compress(b"\x00\x20\x40\x60" * 1)
    parts = [(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)), (b"tEXt", b"c\x00" + mark), (b"IDAT", pixels)]
    body = b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in [*parts, (b"IEND", b"")]
    )
    path = folder / "me.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + body)
    return str(path)


def from_the_other_line(visitor: Visitor, photo: str) -> None:
    """Signed in with the sister line: name the number that is off, show one's face, then the contact."""
    visitor.page.goto("/closure/other")
    visitor.fill("number", visitor.line.number.plain)
    visitor.fill("name", visitor.line.user.name)
    visitor.fill("id_number", visitor.line.user.id_number.plain)
    visitor.page.locator("[name=photo]").set_input_files(photo)
    visitor.page.locator("[name=consent]").check()
    visitor.tap(visitor.page.locator("main form button").first)
    visitor.prove_contact()
    visitor.tap(visitor.button("提交销户申请"))


def withdraw(visitor: Visitor) -> None:
    """Leave the line free for the next journey."""
    visitor.tap(visitor.button("撤回申请"))
    visitor.tap(visitor.button("撤回"))
    visitor.see("已撤回")


def test_another_persons_photo_holds_the_case_and_ones_own_lets_it_go_on(page: Page, tmp_path: Path) -> None:
    visitor = Visitor(page, line_of("two_way_no_sms"), contact="16932700021")
    visitor.sign_in("/closure/other", line_of("two_way_sister").number.plain)
    from_the_other_line(visitor, a_photo(tmp_path, OTHER_PERSON))
    visitor.see("照片没有对上")
    withdraw(visitor)
    visitor.contact = "16932700023"
    from_the_other_line(visitor, a_photo(tmp_path))
    visitor.see("核对完了")
    withdraw(visitor)


def test_arrears_paid_by_number_bring_the_service_back_and_the_code_arrives(page: Page, axe: Axe) -> None:
    visitor = Visitor(page, line_of("two_way_no_sms"), contact="16932700022")
    page.goto("/closure/no-sms")
    axe(page)
    page.goto("/closure/restore")
    axe(page)
    visitor.fill("number", visitor.line.number.plain)
    visitor.fill("amount", "200")
    page.locator("[name=province]").select_option("32")
    visitor.tap(page.locator("main form button").first)
    back = page.url
    visitor.tap(visitor.button("去付款"))
    visitor.tap(visitor.button("付款成功"))
    page.goto(back)
    visitor.see("已入账")
    visitor.file()
    visitor.see("核对完了")
    withdraw(visitor)


def test_a_nobodys_number_looks_the_same(page: Page) -> None:
    page.goto("/closure/restore")
    page.locator("[name=number]").fill("16152799999")
    page.locator("[name=amount]").fill("50")
    page.locator("[name=province]").select_option("32")
    page.locator("main form button").first.click()
    Visitor(page, line_of("clean"), contact="").see("去付款")
