"""Pressing twice, two tabs and the back button: one case, one payment, one refund (UX 6.16)."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page

from closure.models import Case
from demo.cast.shapes import bill, own
from portal import clock
from portal.register import number_indexes
from settlement.models import Payment, Payout
from tests.journeys.prepared import arrived, fresh, planted, quoted, seated
from tests.journeys.product import RunningProduct
from tests.journeys.visitor import Visitor, ordinary


class Impatient(Visitor):
    """Presses every button twice, and follows a link once."""

    def tap(self, target: Locator) -> None:
        """Twice at once, as a person does who knows it from their desktop."""
        is_button = target.evaluate("one => one.tagName === 'BUTTON'")
        target.dblclick() if is_button else target.click()
        self.inputs += 1


def test_every_button_pressed_twice_closes_once(page: Page, inside: RunningProduct) -> None:
    visitor = Impatient(page, planted(ordinary("32", 47)), contact="16932700099")
    visitor.file()
    visitor.see("没有要处理的事")
    visitor.acknowledge()
    visitor.see("已销户")
    assert Case.objects.filter(number_index__in=number_indexes(visitor.line.number)).count() == 1


def test_without_javascript_two_presses_file_one_case(page_without_js: Page, inside: RunningProduct) -> None:
    visitor = Visitor(page_without_js, planted(ordinary("32", 50)), contact="16932700105")
    visitor.sign_in()
    visitor.say_who()
    visitor.button("提交销户申请").dblclick()
    page_without_js.wait_for_url(re.compile(r"/closure/[a-z0-9]{26}/result"))
    assert Case.objects.filter(number_index__in=number_indexes(visitor.line.number)).count() == 1


def test_two_tabs_and_the_back_button_pay_once(page: Page, inside: RunningProduct) -> None:
    line = planted(ordinary("32", 48), bills=[bill(clock.today(), 1, 5800, paid=False)])
    case = quoted(line, "16932700100")
    visitor = seated(page, case, line, inside)
    tabs = page, page.context.new_page()
    for tab in tabs:
        tab.goto(f"{visitor.case}/pay")
        tab.locator("[name=method]").first.check()
    for tab in tabs:
        tab.locator("main form button[type=submit]").dblclick()
    visitor.see("去付款")
    page.go_back()
    press_if_there(page)
    page.goto(f"{visitor.case}/pay")
    visitor.see("去付款")
    assert Payment.objects.filter(case_ref=case.ref).count() == 1


def test_two_tabs_and_the_back_button_refund_once(page: Page, inside: RunningProduct) -> None:
    line = planted(ordinary("32", 49), buckets=[own(3650)])
    case = quoted(line, "16932700101")
    visitor = seated(page, case, line, inside)
    tabs = page, page.context.new_page()
    for tab in tabs:
        tab.goto(f"{visitor.case}/refund")
        tab.locator("[name=route][value=cash]").check()
    for tab in tabs:
        tab.locator("main form button[type=submit]").dblclick()
    arrived(case, "CLOSED")
    page.go_back()
    press_if_there(page)
    page.goto(visitor.case)
    visitor.see("现金等您去取")
    assert Payout.objects.filter(case_ref=case.ref).count() == 1
    assert fresh(case).refund_route == "cash"


def press_if_there(page: Page) -> None:
    """What a person does who finds the form again after going back."""
    button = page.locator("main form button[type=submit]")
    if button.count():
        button.first.click()
        page.wait_for_load_state()
