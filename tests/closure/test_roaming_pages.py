"""The roaming tail on the pages and in the API: agreed before settling, told until it is over (C-06)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from bss.simulated import BillSpec, BucketSpec, RoamingSpec
from closure.models import Case, Claim, RoamingTail
from closure.queries import current_quote
from closure.services import payment, refund, roaming
from portal import clock
from portal.services import subscribers
from tests.closure.conftest import NUMBER, ROBOT, World
from tests.closure.test_pages import file_by_pages, signed_in
from tests.closure.test_receipt import browser_of
from tests.closure.test_roaming import CARD, JAPAN, LAST, OVER_ON, OWED, OWN, came


def opened(world: World, fujian: Callable[..., None], **also: Any) -> tuple[Client, Case]:
    """The holder's browser with a quoted case of somebody who was abroad."""
    fujian(roamed=[JAPAN], roaming_by=LAST, **also)
    browser = signed_in(subscribers.sign_in(NUMBER, ROBOT))
    return browser, world.work(Case.objects.get(ref=file_by_pages(browser)))


def test_the_result_and_the_checklist_lead_to_the_choice(world: World, fujian: Callable[..., None]) -> None:
    browser, case = opened(world, fujian, buckets=[OWN])
    for page in ("result", "unbind"):
        assert f"/closure/{case.ref}/roaming" in browser.get(f"/closure/{case.ref}/{page}").content.decode()
    text = browser.get(f"/closure/{case.ref}/roaming").content.decode()
    assert [one for one in ("2027年1月31日", "最多留 100.00 元", "从退款里留一笔") if one not in text] == []


def test_keeping_back_is_chosen_shown_in_the_new_quote_and_refunded_by_a_route(
    world: World, fujian: Callable[..., None]
) -> None:
    browser, case = opened(world, fujian, buckets=[BucketSpec("b1", "own", 4200)])
    browser.post(f"/closure/{case.ref}/roaming", {"way": "keep", "quote": "1"})
    page = browser.get(f"/closure/{case.ref}/result").content.decode()
    assert [one for one in ("这份报价改了什么", "留着付漫游话费", "42.00") if one not in page] == []
    where = browser.post(f"/closure/{case.ref}/unbind", {}).headers["Location"]
    assert where == f"/closure/{case.ref}/refund"
    assert "用不完的退到哪里" in browser.get(where).content.decode()
    browser.post(where, {"route": "card", "destination": CARD, "quote": "2"})
    world.work(case)
    assert "留着 42.00 元等漫游账单" in browser_of(case).get(f"/closure/{case.ref}").content.decode()


def test_a_way_that_is_not_offered_is_asked_again(world: World, fujian: Callable[..., None]) -> None:
    browser, case = opened(world, fujian, bills=[OWED])
    assert browser.post(f"/closure/{case.ref}/roaming", {"way": "keep", "quote": "1"}).status_code == 422
    assert RoamingTail.objects.get().way == "bill"


def test_nothing_abroad_has_no_page_to_choose_on(world: World, fujian: Callable[..., None]) -> None:
    fujian(bills=[OWED])
    browser = signed_in(subscribers.sign_in(NUMBER, ROBOT))
    case = world.work(Case.objects.get(ref=file_by_pages(browser)))
    assert browser.get(f"/closure/{case.ref}/roaming").headers["Location"] == f"/closure/{case.ref}"


@pytest.mark.parametrize(("fen", "said"), [(1234, "漫游话费共 12.34 元"), (0, "没有漫游话费要付")])
def test_when_it_is_over_the_page_says_what_came(
    world: World, fujian: Callable[..., None], fen: int, said: str
) -> None:
    charges: list[RoamingSpec] = [came(fen)] if fen else []
    _, case = opened(world, fujian, roaming=charges)
    case.acknowledged_at = clock.now()
    case.save(update_fields=["acknowledged_at"])
    payment.settle_without_payment(case, 1, by=world.by)
    world.work(case)
    with clock.frozen(datetime(OVER_ON.year, OVER_ON.month, OVER_ON.day, 9, tzinfo=clock.SHANGHAI)):
        roaming.sweep(limit=5, by=ROBOT)
        page = browser_of(case).get(f"/closure/{case.ref}").content.decode()
    assert said in page
    assert [f"/claims/{claim.ref}" in page for claim in Claim.objects.all()] == [True] * bool(fen)


def test_a_bill_of_before_is_untouched_by_what_is_kept(world: World, fujian: Callable[..., None]) -> None:
    browser, case = opened(world, fujian, bills=[BillSpec(*OWED.__dict__.values())], buckets=[OWN])
    browser.post(f"/closure/{case.ref}/roaming", {"way": "keep", "quote": "1"})
    quote = current_quote(case)
    assert quote is not None
    assert (quote.total_fen, quote.lines.get(kind="kept").fen) == (5800 - 30000 + 10000, 10000)
    case.refresh_from_db()
    refund.choose_route(case, "card", CARD, by=world.by)
