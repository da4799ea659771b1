"""Quote, receipt, refund slip and certificate on paper: one A4 sheet each, nothing cut, the QR reads (UX 6.18)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from demo.cast.shapes import own
from tests import qr
from tests.journeys.conftest import OpenPage
from tests.journeys.paper import DPI, cut, drawn, on_paper, sheets_of
from tests.journeys.prepared import closed, planted, seated
from tests.journeys.product import RunningProduct
from tests.journeys.test_closure import pay
from tests.journeys.visitor import Visitor, ordinary

CONTROLS = ("大字版", "需要帮忙", "无障碍", "打印这一页", "下一步", "撤回申请", "看进度", "打开这件事", "有异议")
LEAST_MM, MOST_MM = 24, 31
"""The code on paper: three centimetres with its margin (UX 2.1)."""


@pytest.fixture
def on_one_sheet(tmp_path: Path) -> Callable[..., list[str]]:
    """One A4 sheet that holds these words, no control, and nothing cut; gives the drawn sheet."""

    def look(page: Page, name: str, *words: str) -> list[str]:
        pdf = on_paper(page)
        sheets = sheets_of(pdf)
        assert len(sheets) == 1
        assert [one for one in words if one not in sheets[0]] == []
        assert [one for one in CONTROLS if one in sheets[0]] == []
        assert cut(page) == []
        return drawn(pdf, page, tmp_path, name)

    return look


def leads_to_a_valid_certificate(rows: list[str], stranger: Page, product: RunningProduct) -> None:
    """The code on the sheet is large enough, holds the address of the public check, and that page says it is valid."""
    code = qr.read(rows)
    assert LEAST_MM <= code.width / DPI * 25.4 <= MOST_MM
    assert code.text.startswith(f"{product.url}/v/")
    stranger.goto(code.text)
    expect(stranger.locator("h1")).to_contain_text("有效")


def test_quote_receipt_and_certificate_are_one_sheet_each(
    page: Page,
    open_page: OpenPage,
    product: RunningProduct,
    on_one_sheet: Callable[..., list[str]],
    axe: Callable[[Page], None],
    tmp_path: Path,
) -> None:
    visitor = Visitor(page, ordinary("37", 0), contact="16932700072")
    visitor.file()
    visitor.see("看每一笔怎么算的")
    on_one_sheet(page, "quote", "天÷", "核对结果", "还需支付")
    visitor.acknowledge()
    pay(visitor, "付款成功")
    visitor.see("已销户")
    page.goto(f"{visitor.case}/receipt")
    axe(page)
    on_one_sheet(page, "receipt", "收据", "SJ", "江苏甲网", "山东甲网", "审计链", "已付")
    page.goto(f"{visitor.case}/certificate")
    visitor.see("下载凭证")
    stranger = open_page()
    leads_to_a_valid_certificate(on_one_sheet(page, "certificate", "凭证号", "冻结至"), stranger, product)
    served = page.request.get(f"{visitor.case}/certificate.pdf").body()
    (sheet,) = sheets_of(served)
    assert "凭证号" in sheet
    leads_to_a_valid_certificate(drawn(served, page, tmp_path, "certificate-served"), stranger, product)


def test_a_refund_slip_is_one_sheet_in_both_languages(
    page: Page, inside: RunningProduct, on_one_sheet: Callable[..., list[str]]
) -> None:
    line = planted(ordinary("37", 47), buckets=[own(1200)])
    visitor = seated(page, closed(line, "16932700140", "cash"), line, inside)
    page.goto(f"{visitor.case}/receipt")
    on_one_sheet(page, "slip", "退费单", "SJ", "12.00", "山东甲网", "审计链")
    page.goto(f"/language/switch?to=en&next={visitor.case}/receipt")
    on_one_sheet(page, "slip-en", "Refundslip", "SJ", "12.00yuan")


def test_the_print_button_prints(page: Page) -> None:
    visitor = Visitor(page, ordinary("37", 1), contact="16932700073")
    page.add_init_script("window.print = () => { document.title = 'printed' }")
    visitor.file()
    visitor.acknowledge()
    pay(visitor, "付款成功")
    visitor.see("已销户")
    page.goto(f"{visitor.case}/receipt")
    page.get_by_role("button", name="打印这一页").click()
    assert page.title() == "printed"
