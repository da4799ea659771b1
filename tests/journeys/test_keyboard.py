"""One closure by keyboard alone, and what an English reader's screen reader is told (UX 6.3, WCAG 3.1.2)."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page

from demo.cast.shapes import own
from tests.journeys import standards
from tests.journeys.prepared import planted, quoted, seated
from tests.journeys.product import RunningProduct
from tests.journeys.visitor import Visitor, line_of, ordinary

OpenPage = Callable[..., Page]
STEPS = 60
FOCUSED = """() => {
  const one = document.activeElement, style = getComputedStyle(one), box = one.getBoundingClientRect();
  const over = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
  return {name: one.name || '', value: one.value || '', type: one.type || one.tagName,
    words: (one.innerText || '').trim(),
    ring: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
    seen: box.width < 2 || (box.bottom > 0 && box.top < innerHeight && (over === null || one.contains(over)
      || over.contains(one)))}}"""


class Keyboard:
    """Tab, arrows, Space, Enter and letters; every stop must show where it is and not be covered."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def reach(self, *, name: str = "", words: str = "") -> None:
        """Press Tab until the field of this name, or the button or link of these words, has the focus."""
        for _ in range(STEPS):
            self.page.keyboard.press("Tab")
            at = self.page.evaluate(FOCUSED)
            assert at["ring"], f"no visible focus: {at}"
            assert at["seen"], f"focus out of sight: {at}"
            if (name and at["name"] == name) or (words and words in at["words"]):
                return
        raise AssertionError(f"{name or words} is not reached by Tab on {self.page.url}")

    def type_in(self, name: str, text: str) -> None:
        """Go to a field and type."""
        self.reach(name=name)
        self.page.keyboard.type(text)

    def press(self, words: str, key: str = "Enter") -> None:
        """Go to a button or link and press it; the next page has then begun."""
        self.reach(words=words)
        with self.page.expect_navigation():
            self.page.keyboard.press(key)


def sign_in(visitor: Visitor, keys: Keyboard) -> None:
    """By the keys, with the code that the handset shows."""
    visitor.page.goto("/sign-in?next=/closure/identity")
    keys.type_in("phone", visitor.line.number.plain)
    keys.press("获取验证码")
    keys.type_in("code", visitor.code_on(visitor.line.number.plain))
    keys.press("继续")


def say_who(visitor: Visitor, keys: Keyboard) -> None:
    """Name, ID, contact with its code; the province by its first letters or the arrows."""
    keys.type_in("name", visitor.line.user.name)
    keys.type_in("id_number", visitor.line.user.id_number.plain)
    keys.type_in("contact", visitor.contact)
    keys.press("获取验证码")
    keys.reach(name="province")
    while visitor.page.locator("[name=province]").input_value() != visitor.line.visiting:
        visitor.page.keyboard.press("ArrowDown")
    visitor.page.keyboard.press("Shift+Tab")
    visitor.page.keyboard.type(visitor.code_on(visitor.contact))
    keys.press("继续", "Space")


def test_a_line_is_closed_and_paid_by_keyboard_alone(page: Page) -> None:
    visitor, keys = Visitor(page, ordinary("37", 2), contact="16932700074"), Keyboard(page)
    sign_in(visitor, keys)
    say_who(visitor, keys)
    keys.press("提交销户申请")
    visitor.see("看每一笔怎么算的")
    keys.reach(words="看每一笔怎么算的")
    page.keyboard.press("Space")
    assert page.locator("#fees").get_attribute("open") is not None
    keys.press("下一步")
    visitor.case = page.url.removesuffix("/unbind")
    keys.reach(name="seen")
    page.keyboard.press("Space")
    keys.press("我已看过，继续")
    keys.reach(name="method")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    assert page.locator("[name=method][value=wallet]").is_checked()
    keys.press("付款")
    visitor.see("去付款")
    keys.press("去付款")
    keys.press("付款成功")
    page.goto(visitor.case)
    visitor.see("已销户")
    keys.press("看销户凭证")
    assert re.search(r"/certificate$", page.url)


def test_a_refund_is_sent_by_keyboard_alone(page: Page, inside: RunningProduct) -> None:
    line = planted(ordinary("37", 54), buckets=[own(1200)])
    visitor, keys = seated(page, quoted(line, "16932700155"), line, inside), Keyboard(page)
    page.goto(f"{visitor.case}/result")
    keys.press("下一步")
    page.goto(f"{visitor.case}/refund")
    keys.reach(name="route")
    page.keyboard.press("Space")
    while not page.locator("[name=route][value=card]").is_checked():
        page.keyboard.press("ArrowDown")
    keys.type_in("destination", "6222020000000000018")
    keys.press("确认退款方式")
    visitor.see("已退 12.00 元，退到尾号 0018 的银行卡")


def test_the_first_tab_leads_past_the_bar(page: Page) -> None:
    page.goto("/closure/no-sms")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    Keyboard(page).reach(words="用另一个号码办")
    assert page.evaluate("document.activeElement.closest('main') !== null")


def test_what_stays_chinese_on_english_pages_says_so(page: Page) -> None:
    visitor = Visitor(page, line_of("roaming_tail"), contact="16932700075")
    visitor.file()
    visitor.see("看每一笔怎么算的")
    page.goto("/language/switch?to=en&next=/")
    found = {}
    for path in ("/", "/stores", "/rules", "/rules/C-04", "/help", "/closure/no-sms", "/my", "/closure/list"):
        page.goto(path)
        found[path] = standards.chinese_left(page)
    for path in ("", "/result", "/unbind", "/withdraw"):
        page.goto(f"{visitor.case}{path}")
        found[path] = standards.chinese_left(page)
    assert {path: texts for path, texts in found.items() if texts} == {}
    page.goto("/language/switch?to=zh&next=/")
    page.goto(f"{visitor.case}/withdraw")
    visitor.tap(visitor.button("撤回"))
