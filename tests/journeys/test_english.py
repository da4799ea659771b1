"""English from sign-in to certificate at each width: nothing Chinese but names, nothing cut, nothing for axe (6.11)."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page

from demo.cast import terms
from demo.cast.shapes import bill, own
from portal import clock
from portal.lexicon import say
from portal.masked import Phone
from portal.models import OneTimeCode
from portal.register import number_indexes
from portal.services import codes
from tests.journeys import standards
from tests.journeys.conftest import Holds
from tests.journeys.prepared import closed, planted, quoted, seated
from tests.journeys.product import RunningProduct
from tests.journeys.visitor import Visitor, ordinary

ENGLISH = "/language/switch?to=en&next=/"


def last_code(number: str) -> str:
    """The code a number was sent last, whatever language the message speaks."""
    sent = OneTimeCode.objects.filter(number_index__in=number_indexes(Phone(number))).order_by("-pk")
    return codes.derive(sent[0])


def onward(visitor: Visitor, holds: Holds) -> None:
    """Press the page's first button, and look at what comes."""
    visitor.page.locator("main .btn").first.click()
    visitor.page.wait_for_load_state()
    holds(visitor.page)


def see(visitor: Visitor, key: str, **facts: object) -> None:
    """Wait for an English text of the lexicon."""
    visitor.see(say(key, "en", **facts))


def test_a_line_is_closed_in_english(page: Page, inside: RunningProduct, holds: Holds) -> None:
    line, contact = planted(ordinary("52", 40, "164")), "16932700093"
    visitor = Visitor(page, line, contact)
    page.goto(ENGLISH)
    page.goto("/sign-in?next=/closure/identity")
    holds(page)
    visitor.fill("phone", line.number.plain)
    onward(visitor, holds)
    visitor.fill("code", last_code(line.number.plain))
    onward(visitor, holds)
    visitor.fill("name", line.user.name)
    visitor.fill("id_number", line.user.id_number.plain)
    visitor.fill("contact", contact)
    onward(visitor, holds)
    visitor.fill("code", last_code(contact))
    page.locator("[name=province]").select_option(line.visiting)
    onward(visitor, holds)
    page.locator("main form button.btn").click()
    see(visitor, "closure.result.next")
    holds(page)
    onward(visitor, holds)
    page.locator("main form button.btn").click()
    see(visitor, "closure.go.certificate")
    holds(page)
    onward(visitor, holds)
    pdf = page.request.get(f"{page.url}.pdf")
    assert pdf.body().startswith(b"%PDF")


def test_the_pages_of_money_are_english_too(
    page: Page, inside: RunningProduct, holds: Holds, axe: Callable[[Page], None]
) -> None:
    today = clock.today()
    owed = [bill(today, back, 3800) for back in (4, 3, 2)] + [bill(today, 1, 23800, paid=False)]
    line = planted(ordinary("52", 41, "164"), bills=owed, contracts=[terms.handset(today)], ties=[terms.family(today)],
                   buckets=[own(1200)])  # fmt: skip
    visitor = seated(page, quoted(line, "16932700094", "en"), line, inside)
    page.goto(ENGLISH)
    for path in ("", "/result", "/unbind", "/pay", "/contacts", "/withdraw"):
        page.goto(visitor.case + path)
        holds(page)
    page.goto(f"{visitor.case}/result")
    page.locator("#fees summary").click()
    holds(page)
    page.locator("#fees a[href*='/dispute']").first.click()
    holds(page)
    page.locator("[name=reason]").first.check()
    page.locator("main form button.btn").click()
    see(visitor, "closure.dispute.list")
    page.locator("#disputes + ul a").first.click()
    holds(page)
    page.goto("/size/switch?to=1&next=/")
    for path in ("", "/result", "/unbind", "/pay", "/contacts", "/withdraw"):
        page.goto(visitor.case + path)
        axe(page)
        assert standards.faults(page, least_px=60) == [], path


def test_what_follows_a_closing_is_english_too(page: Page, inside: RunningProduct, holds: Holds) -> None:
    line = planted(ordinary("52", 42, "164"), buckets=[own(1200)])
    visitor = seated(page, closed(line, "16932700095", "cash", lang="en"), line, inside)
    page.goto(ENGLISH)
    page.goto(visitor.case)
    see(visitor, "closure.refund_cash_title", amount=say("chrome.yuan", "en", yuan="12.00"))
    for path in ("", "/have-back", "/satisfaction", "/receipt", "/certificate"):
        page.goto(visitor.case + path)
        holds(page)
