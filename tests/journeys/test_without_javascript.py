"""With JavaScript off: each way a refund goes, papers for a returned order, and acting for somebody else (UX 6.2)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page

from closure import states
from demo.cast import terms
from demo.cast.shapes import own
from portal import clock
from tests.journeys.prepared import arrived, fresh, planted, quoted, seated
from tests.journeys.product import RunningProduct
from tests.journeys.test_refunds import CARD, choose
from tests.journeys.test_standing import act_for
from tests.journeys.test_ties import PDF
from tests.journeys.test_unreachable import a_photo
from tests.journeys.visitor import Visitor, ordinary

WAYS = {"card": (50, "16932700150"), "line": (51, "16932700151"), "cash": (52, "16932700152")}
"""Which line of Shandong, and whose contact number."""


@pytest.mark.parametrize("way", WAYS)
def test_a_refund_is_sent_each_way(page_without_js: Page, inside: RunningProduct, way: str) -> None:
    n, contact = WAYS[way]
    line = planted(ordinary("37", n), buckets=[own(1200)])
    same = {"holder_name": line.spec.holder_name, "holder_id": line.spec.holder_id}
    other = planted(ordinary("37", 53), **same) if way == "line" else line
    visitor = seated(page_without_js, quoted(line, contact), line, inside)
    page_without_js.goto(f"{visitor.case}/refund")
    choose(visitor, way, {"card": CARD, "line": other.number.plain}.get(way, ""))
    visitor.see_after_reloading("现金等您去取" if way == "cash" else "已退 12.00 元")


def test_papers_for_a_returned_order_are_sent(page_without_js: Page, inside: RunningProduct) -> None:
    line = planted(ordinary("35", 30), ties=[terms.family_with_consent(clock.today())])
    case = quoted(line, "16932700153")
    visitor, page = seated(page_without_js, case, line, inside), page_without_js
    visitor.see_after_reloading("有一件事要您补上")
    visitor.tap(visitor.button("去补材料"))
    visitor.tap(visitor.button("交上去"))
    visitor.see("请选一个文件", 1000)
    page.locator("[name=attachment]").set_input_files(PDF)  # type: ignore[arg-type]
    visitor.tap(visitor.button("交上去"))
    visitor.see_after_reloading("看费用，接着办")
    page.goto(f"{visitor.case}/unbind")
    visitor.tap(visitor.button("我已看过，继续"))
    arrived(fresh(case), states.CLOSED)
    page.goto(visitor.case)
    visitor.see("号码已销户", 1000)


def test_a_delegate_closes_for_somebody_else(page_without_js: Page, inside: RunningProduct, tmp_path: Path) -> None:
    line = replace(planted(ordinary("35", 31)), visiting="35")
    visitor = Visitor(page_without_js, line, contact="16932700154")
    visitor.sign_in("/closure/acting/delegate")
    act_for(visitor, photo=a_photo(tmp_path), papers=("letter",), live=True)
    visitor.see_after_reloading("店员在看您的材料")
    visitor.tap(visitor.button("看材料和进度"))
    visitor.see("授权书", 1000)
