"""Every page of one closure, from filing to certificate, measured against the standard of the house (UX section 6)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Response

from tests.journeys import standards
from tests.journeys.conftest import Holds
from tests.journeys.prepared import person_of, planted, quoted
from tests.journeys.product import RunningProduct
from tests.journeys.test_closure import pay
from tests.journeys.visitor import Visitor, ordinary

OpenPage = Callable[..., Page]
NARROW = {"width": 320, "height": 640}
ACTING = ("/closure/acting", "/closure/acting/delegate", "/closure/acting/unit")
BEFORE = ("/closure/identity", "/closure/confirm", "/closure/other", "/closure/no-sms", "/closure/restore", *ACTING)
OPEN = ("", "/result", "/unbind", "/pay", "/withdraw")
CLOSED = ("", "/receipt", "/certificate")


def walk(visitor: Visitor, axe: Callable[[Page], None], least_px: int = 44) -> dict[str, list[Any]]:
    """Go through one case with something to pay; gives the faults of each page that has some."""
    user, line = visitor.line.user, visitor.line.number.plain
    person = {"line": line, "contact": visitor.contact, "id": user.id_number.plain, "name": user.name}
    found: dict[str, list[Any]] = {}

    def look(paths: tuple[str, ...], base: str = "") -> None:
        for path in paths:
            visitor.page.goto(base + path)
            axe(visitor.page)
            found[path or "/closure"] = standards.faults(visitor.page, least_px=least_px, person=person)

    visitor.sign_in()
    look(BEFORE)
    visitor.page.goto("/closure/identity")
    visitor.say_who()
    visitor.tap(visitor.button("提交销户申请"))
    visitor.see("下一步")
    visitor.case = visitor.page.url.removesuffix("/result")
    visitor.acknowledge()
    look(OPEN, visitor.case)
    visitor.page.goto(f"{visitor.case}/pay")
    pay(visitor, "付款成功")
    visitor.see("已销户")
    look(CLOSED, visitor.case)
    return {path: faults for path, faults in found.items() if faults}


def test_every_page_of_a_closure_holds_at_the_narrowest_screen(
    open_page: OpenPage, axe: Callable[[Page], None]
) -> None:
    assert walk(Visitor(open_page(NARROW), ordinary("35", 0), contact="16932700080"), axe) == {}


def test_every_page_of_a_closure_holds_in_large_type(open_page: OpenPage, axe: Callable[[Page], None]) -> None:
    page = open_page()
    page.goto("/size/switch?to=1&next=/")
    assert walk(Visitor(page, ordinary("35", 1), contact="16932700081"), axe, least_px=60) == {}


@pytest.mark.parametrize("where", ["/", "/sign-in", "/closure/no-sms", "/verify", "/rules"])
def test_a_cold_page_is_light(open_page: OpenPage, where: str) -> None:
    page = open_page()
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer))
    page.goto(where, wait_until="networkidle")
    sizes = [answer.request.sizes()["responseBodySize"] for answer in answers]
    assert len(answers) <= standards.COLD_REQUESTS
    assert 0 < sum(sizes) <= standards.COLD_BYTES


def test_a_notice_is_checked_with_three_inputs(page: Page) -> None:
    page.goto("/verify")
    fields = page.locator("main form").first.locator("input:not([type=hidden]), select, button")
    assert fields.count() == 3


def test_progress_is_looked_up_with_three_inputs_from_the_first_page(
    page: Page, inside: RunningProduct, holds: Holds
) -> None:
    line = planted(ordinary("37", 48))
    case = quoted(line, "16932700141")
    visitor = Visitor(page, line, contact="")
    page.goto("/")
    visitor.fill("case_no", case.case_no or "")
    visitor.page.locator("main form[action='/closure/track'] [name=tail]").fill(line.number.plain[-4:])
    visitor.inputs += 1
    visitor.tap(visitor.button("查询"))
    visitor.see("费用已算好，等您确认")
    assert visitor.inputs <= 3
    holds(page, person_of(line, "16932700141") | {"masked": line.number.masked, "ref": case.ref})
    visitor.tap(visitor.button("用证件打开申请"))
    holds(page)
    page.goto("/closure/track")
    holds(page)


BAD = """<main><h1>这一页的标题实在太长了长到没有人想要读完它</h1><button>是</button><p style="width:900px">宽</p>
<div class="bill"><td data-fen="100"></td><span data-fen="100">1.00</span><b data-total-fen="300">3.00</b></div>
<span class="tag t-ok"></span><p>16135000001</p>
<div style="overflow:hidden;height:20px;line-height:1">剪<br>掉</div></main>"""


def test_the_measures_find_a_page_that_is_wrong(open_page: OpenPage) -> None:
    page = open_page(NARROW, bypass_csp=True)
    page.set_content(BAD)
    assert standards.sideways(page) != []
    assert [html for html in standards.small_targets(page, 60) if "button" in html] != []
    assert standards.wrong_sums(page) == [[100, 300]]
    assert len(standards.bare_tags(page)) == 1
    assert len(standards.long_words(page)) == 2
    assert standards.personal(page, {"line": "16135000001", "name": "王"}) == ["line"]
    assert standards.lost_by_spacing(page) != []
