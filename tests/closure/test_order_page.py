"""The page of an order: what is missing, sending it, chasing it; nobody else's order is there (C-07, C-17)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from bss.simulated import TieSpec
from closure.models import Case, Supplement
from closure.queries import untie_order
from portal.actors import robot
from portal.models import WorkOrder
from portal.services import subscribers
from tests.closure.conftest import CONTACT, NUMBER, World
from tests.closure.test_orders import PAPER, PDF
from tests.closure.test_pages import file_by_pages, signed_in


def opened(world: World, fujian: Callable[..., None], tie: TieSpec) -> tuple[Client, Case, WorkOrder]:
    fujian(ties=[tie])
    browser = signed_in(subscribers.sign_in(NUMBER, robot("test")))
    case = world.work(Case.objects.get(ref=file_by_pages(browser)))
    return browser, case, untie_order(case, tie.id)


def address(case: Case, order: WorkOrder) -> str:
    return f"/closure/{case.ref}/orders/{order.ref}"


def test_the_progress_page_leads_to_what_is_missing(world: World, fujian: Callable[..., None]) -> None:
    browser, case, order = opened(world, fujian, TieSpec("t1", needs=PAPER))
    page = browser.get(f"/closure/{case.ref}").content.decode()
    assert "有一件事要您补上" in page and address(case, order) in page
    page = browser.get(address(case, order)).content.decode()
    assert PAPER in page and "2026-11-24 10:12 + 2 d = 2026-11-26 10:12 (C-17)" in page


def test_a_paper_is_sent_by_the_form_and_a_second_press_sends_nothing(
    world: World, fujian: Callable[..., None]
) -> None:
    browser, case, order = opened(world, fujian, TieSpec("t1", needs=PAPER))
    for _ in range(2):
        sent = {"action": "supply", "sends": 1, "note": "", "attachment": SimpleUploadedFile("李强.pdf", PDF)}
        assert browser.post(address(case, order), sent).status_code == 302
    assert Supplement.objects.count() == 1
    assert world.work(case).state == "QUOTED"
    assert "已答复" in browser.get(f"/closure/{case.ref}").content.decode()


@pytest.mark.parametrize("content", [b"", b"GIF89a", b"%PDF-1.4 torn"])
def test_a_wrong_file_is_said_at_its_field(world: World, fujian: Callable[..., None], content: bytes) -> None:
    browser, case, order = opened(world, fujian, TieSpec("t1", needs=PAPER))
    sent = {"action": "supply", "sends": 1, "attachment": SimpleUploadedFile("a.pdf", content)}
    answer = browser.post(address(case, order), sent)
    assert answer.status_code == 422
    assert "PDF、JPG" in answer.content.decode()


@pytest.mark.parametrize("form", [{}, {"action": "supply"}, {"action": "supply", "sends": "x\x00"}, {"action": "no"}])
def test_a_form_without_its_fields_breaks_nothing(
    world: World, fujian: Callable[..., None], form: dict[str, str]
) -> None:
    browser, case, order = opened(world, fujian, TieSpec("t1", needs=PAPER))
    assert browser.post(address(case, order), form).status_code == 422


def test_an_order_is_chased_once_in_two_hours(world: World, fujian: Callable[..., None]) -> None:
    browser, case, order = opened(world, fujian, TieSpec("t1", by_hand=True))
    assert browser.post(address(case, order), {"action": "chase"}).status_code == 302
    again = browser.post(address(case, order), {"action": "chase"})
    assert (again.status_code, "120 分钟后可再催" in again.content.decode()) == (429, True)
    assert "已催 1 次" in browser.get(address(case, order)).content.decode()


def test_while_the_province_prepares_the_page_says_who_and_until_when(
    world: World, fujian: Callable[..., None]
) -> None:
    browser, case, _ = opened(world, fujian, TieSpec("t1", by_hand=True))
    answer = browser.post(f"/closure/{case.ref}/unbind")
    assert answer.headers["Location"] == f"/closure/{case.ref}"
    page = browser.get(f"/closure/{case.ref}").content.decode()
    assert "在准备解除关联业务" in page and "11月25日 10:12" in page
    assert "2026-11-24 10:12 + 24 h = 2026-11-25 10:12 (C-07)" in page


def test_a_strangers_order_and_an_absent_one_are_not_there(world: World, fujian: Callable[..., None]) -> None:
    browser, case, order = opened(world, fujian, TieSpec("t1", needs=PAPER))
    stranger = signed_in(subscribers.sign_in(CONTACT, robot("test")))
    assert stranger.get(address(case, order)).status_code == 404
    assert browser.get(f"/closure/{case.ref}/orders/{'0' * 26}").status_code == 404
