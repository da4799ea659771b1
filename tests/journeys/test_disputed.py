"""A charge that is disputed, its evidence, and the page on which it is paid in the end (C-03, C-06, C-15)."""

from __future__ import annotations

from playwright.sync_api import Page

from closure.models import Case
from closure.services import claims, disputes
from demo.cast.shapes import bill
from portal import clock
from portal.actors import robot
from settlement.models import Payment
from tests.journeys.conftest import Holds
from tests.journeys.prepared import fresh, holder_of, person_of, planted, quoted, seated
from tests.journeys.product import RunningProduct
from tests.journeys.test_keyboard import Keyboard
from tests.journeys.visitor import Visitor, ordinary

UNPAID = 5800


def owing(n: int, contact: str) -> Case:
    """A quoted case with one unpaid bill."""
    line = planted(ordinary("31", n, "164"), bills=[bill(clock.today(), 1, UNPAID, paid=False)])
    return quoted(line, contact)


def proved(case: Case) -> str:
    """The operator's evidence arrives; gives the address of the dispute's page."""
    dispute = fresh(case).disputes.get()
    disputes.prove(dispute.ref, "DOC-2026-1187", "3f" * 32, "账单与话单一致", by=robot("province"))
    return f"/closure/{case.ref}/disputes/{dispute.ref}"


def set_aside(visitor: Visitor) -> None:
    """On the result page: open the sum, dispute its first charge with a reason."""
    page = visitor.page
    page.goto(f"{visitor.case}/result")
    page.locator("#fees summary").click()
    page.locator("#fees a[href*='/dispute']").first.click()
    page.locator("[name=reason]").first.check()
    visitor.tap(visitor.button("提交异议，先不付这笔"))
    visitor.see("有异议的和另付的")


def test_a_charge_that_is_proved_is_paid_on_its_own_page_without_javascript(
    inside: RunningProduct, page_without_js: Page
) -> None:
    page, case = page_without_js, owing(36, "16932700089")
    visitor = seated(page, case, ordinary("31", 36, "164"), inside)
    set_aside(visitor)
    page.goto(proved(case))
    visitor.see("有依据了，等您看")
    visitor.tap(visitor.button("不认可，请主管复核"))
    visitor.see("请选一个理由")
    visitor.tap(visitor.button("认可，去付款"))
    visitor.see("58.00 元")
    page.locator("[name=method][value=wallet]").check()
    visitor.tap(visitor.button("付款"))
    visitor.see_after_reloading("去付款")
    visitor.tap(visitor.button("去付款"))
    visitor.tap(visitor.button("付款成功"))
    page.goto(f"{visitor.case}/claims/{fresh(case).claims.get().ref}")
    visitor.see_after_reloading("已付清")
    assert fresh(case).quotes.order_by("-seq")[0].total_fen == 0


def test_each_page_of_a_dispute_and_its_claim_holds(inside: RunningProduct, page: Page, holds: Holds) -> None:
    case = owing(37, "16932700090")
    line = ordinary("31", 37, "164")
    visitor, person = seated(page, case, line, inside), person_of(line, "16932700090")
    set_aside(visitor)
    visitor.see("有异议的先不收")
    holds(page, person)
    where = proved(case)
    page.goto(where)
    holds(page, person)
    visitor.tap(visitor.button("不认可，请主管复核"))
    holds(page, person)
    disputes.accept(fresh(case).disputes.get(), by=holder_of(case))
    page.goto(f"{visitor.case}/claims/{fresh(case).claims.get().ref}")
    holds(page, person)
    claims.pay(fresh(case).claims.get(), "card", by=holder_of(case))
    visitor.see_after_reloading("去付款")
    holds(page, person)


def test_evidence_is_not_accepted_by_keyboard_alone(inside: RunningProduct, page: Page) -> None:
    case = owing(38, "16932700091")
    visitor, keys = seated(page, case, ordinary("31", 38, "164"), inside), Keyboard(page)
    set_aside(visitor)
    page.goto(proved(case))
    keys.reach(name="reason")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    keys.type_in("words", "话单里没有这些通话")
    keys.press("不认可，请主管复核")
    visitor.see("您不认，主管在复核")
    visitor.see(f"{case.case_no}-Y1")


def test_two_tabs_pay_a_claim_once(inside: RunningProduct, page: Page) -> None:
    case = owing(39, "16932700092")
    visitor = seated(page, case, ordinary("31", 39, "164"), inside)
    set_aside(visitor)
    proved(case)
    disputes.accept(fresh(case).disputes.get(), by=holder_of(case))
    claim = fresh(case).claims.get()
    tabs = page, page.context.new_page()
    for tab in tabs:
        tab.goto(f"{visitor.case}/claims/{claim.ref}")
        tab.locator("[name=method]").first.check()
    for tab in tabs:
        tab.locator("main form button[type=submit]").click()
    assert Payment.objects.filter(case_ref=claim.ref).count() == 1
