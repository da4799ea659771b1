"""A person in front of the product: what they tap and type, and how often."""

from __future__ import annotations

import re
from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect

from bss.gateway import Bss
from demo.cast.crowd import crowd, holder_of
from demo.cast.shapes import Line
from demo.cast.subscribers import cast
from portal import clock

CODE = re.compile(r"验证码 ([0-9]{6})")
FINDINGS_S = 2.0
WORK_MS = 30_000
SMS_TRIES = 60
CODE_EVERY_MS = 60_000
"""A number gets one code a minute (RULEBOOK D-04), whoever asked for the last one."""
READ: set[tuple[str, str]] = set()
"""Number and code."""


def line_of(key: str) -> Line:
    """A line of the seeded cast."""
    return next(line for line in cast(clock.today()) if line.key == key)


def ordinary(province: str, n: int, operator: str = "161") -> Line:
    """The `n`th unnamed line of a province: paid up, with this month's days to pay. Each journey takes its own."""
    bss = Bss(operator, province)
    return Line(f"ordinary-{n}", bss, crowd(bss, clock.today(), size=n + 1)[n], holder_of(bss, n), "32")


@dataclass
class Visitor:
    """One subscriber with one page; `inputs` counts taps on fields and buttons (UX 6.7)."""

    page: Page
    line: Line
    contact: str
    inputs: int = 0
    case: str = ""

    def tap(self, target: Locator) -> None:
        """Tap a button or link."""
        target.click()
        self.inputs += 1

    def fill(self, name: str, text: str) -> None:
        """Type into a field."""
        self.page.locator(f"[name={name}]").fill(text)
        self.inputs += 1

    def button(self, words: str) -> Locator:
        """A button or link of the page's body by its words."""
        body = self.page.locator("main")
        return body.get_by_role("button", name=words).or_(body.get_by_role("link", name=words)).first

    def code_on(self, number: str) -> str:
        """Read the last code on a handset of the demo; one that was read before is an old one."""
        other = self.page.context.new_page()
        other.goto("/demo/handsets")
        other.locator("main [name=number]").fill(number)
        other.locator("main form button").first.click()
        found = other.locator("main ol.sms li").filter(has_text=CODE).first
        for _ in range(SMS_TRIES):
            code = CODE.search(found.inner_text()) if found.is_visible() else None
            if code and (number, code[1]) not in READ:
                break
            other.wait_for_timeout(200)
            other.reload()
        other.close()
        assert code is not None
        READ.add((number, code[1]))
        return code[1]

    def ask_for_code(self, field: str = "phone") -> None:
        """Ask; where another journey had one for this number within the minute, wait as the page says."""
        number = self.page.locator(f"[name={field}]").input_value()
        self.tap(self.button("获取验证码"))
        error = self.page.locator(f"#id_{field}-error")
        self.page.locator("[name=code]").or_(error).first.wait_for()
        if error.is_visible():
            self.page.wait_for_timeout(CODE_EVERY_MS)
            self.page.locator(f"[name={field}]").fill(number)
            self.button("获取验证码").click()

    def sign_in(self, back: str = "/closure/identity", number: str = "") -> None:
        """Sign in with a code; what is counted begins after it."""
        number = number or self.line.number.plain
        self.page.goto(f"/sign-in?next={back}")
        self.fill("phone", number)
        self.ask_for_code()
        self.fill("code", self.code_on(number))
        self.tap(self.button("继续"))
        self.inputs = 0

    def say_who(self) -> None:
        """Step 1a: holder, contact with its code, place."""
        self.fill("name", self.line.user.name)
        self.fill("id_number", self.line.user.id_number.plain)
        self.prove_contact()

    def prove_contact(self) -> None:
        """The contact number with its code, and the place."""
        self.fill("contact", self.contact)
        self.ask_for_code("contact")
        self.fill("code", self.code_on(self.contact))
        self.page.locator("[name=province]").select_option(self.line.visiting)
        self.inputs += 1
        self.tap(self.button("继续"))

    def file(self) -> str:
        """Sign in, say who, submit; gives the case's address."""
        self.sign_in()
        self.say_who()
        self.tap(self.button("提交销户申请"))
        self.page.wait_for_url(re.compile(r"/closure/[a-z0-9]{26}/"))
        found = re.search(r"/closure/[a-z0-9]{26}", self.page.url)
        assert found is not None, self.page.url
        self.case = found[0]
        return self.case

    def see(self, words: str, within_ms: int = WORK_MS) -> None:
        """Wait until the page's body says something, reloading as a person without JavaScript would."""
        body = self.page.locator("main")
        expect(body).to_contain_text(words, timeout=within_ms)

    def see_after_reloading(self, words: str, times: int = 60) -> None:
        """The same with JavaScript off: look again."""
        for _ in range(times):
            if words in self.page.locator("main").inner_text():
                return
            self.page.wait_for_timeout(500)
            self.page.reload()
        self.see(words, 1)

    def acknowledge(self) -> None:
        """From the result past the checklist."""
        self.tap(self.button("下一步"))
        self.tap(self.button("我已看过，继续"))
