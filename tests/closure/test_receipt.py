"""The receipt and the refund as the holder sees them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client

from bss.simulated import BillSpec, BucketSpec
from closure.models import Case
from closure.queries import settling_link
from closure.services import payment, refund
from closure.words.told import refund_note
from portal.actors import robot
from portal.models import Movement
from portal.services import subscribers
from portal.sessions import CASE as OPENED
from settlement.models import Payment
from settlement.simulated.provider import decide
from tests.closure.conftest import CONTACT, HOLDER, ID, NUMBER, World
from tests.closure.test_pages import signed_in

OWED = BillSpec("2026-10", 125_000, 0, date(2026, 11, 1), date(2026, 11, 14))
OWN = BucketSpec("own", "own", 3650, "预存")


def browser_of(case: Case) -> Client:
    """The browser that filed the case; it may look at it after the line is gone."""
    browser = Client()
    session = browser.session
    session[OPENED] = case.ref
    session.save()
    return browser


@pytest.fixture
def paid(world: World, fujian: Callable[..., None]) -> Case:
    """A case whose sum of more than a thousand yuan is paid."""
    fujian(bills=[OWED])
    case = world.quoted()
    charge = payment.pay(case, "card", 1, by=world.by)
    decide(charge.ref, "paid")
    return world.work(case)


def refunded(world: World, fujian: Callable[..., None], route: str) -> Case:
    """A case with money back by a route, closed and paid out."""
    fujian(buckets=[OWN])
    case = world.quoted()
    refund.choose_route(case, route, "6222020000000000000" if route == "card" else "", by=world.by)
    payment.settle_without_payment(case, 1, by=world.by)
    return world.work(case)


def test_the_receipt_names_payer_agent_payment_and_the_chains_head_d_03_s_01(world: World, paid: Case) -> None:
    """The paper the visited store prints for the home province (C-18)."""
    page = browser_of(paid).get(f"/closure/{paid.ref}/receipt").content.decode()
    link, charge = settling_link(paid), Payment.objects.get(case_ref=paid.ref)
    assert link is not None
    facts = (link.hash[:16], charge.provider_ref, "江苏甲网", "福建甲网", f"SJ{(paid.case_no or '')[2:]}", "1,2")
    assert [one for one in facts if one not in page] == []
    assert [one for one in (NUMBER.plain, CONTACT.plain, HOLDER.plain, ID.plain) if one in page] == []


def test_a_case_that_is_not_settled_has_no_receipt(world: World, fujian: Callable[..., None]) -> None:
    fujian(bills=[OWED])
    case = world.quoted()
    browser = browser_of(case)
    assert browser.get(f"/closure/{case.ref}/receipt").headers["Location"] == f"/closure/{case.ref}"
    assert "/receipt" not in browser.get(f"/closure/{case.ref}").content.decode()


def test_a_strangers_receipt_is_not_there(world: World, paid: Case) -> None:
    stranger = signed_in(subscribers.sign_in(CONTACT, robot("test")))
    assert stranger.get(f"/closure/{paid.ref}/receipt").status_code == 404


def test_cash_waits_in_a_store_and_is_never_called_refunded_before_it_is_fetched_c_05(
    world: World, fujian: Callable[..., None]
) -> None:
    note = refund_note(refunded(world, fujian, "cash"), "zh")
    assert note is not None
    assert "等您去取" in note["title"]
    assert "已退" not in note["title"] + note["text"]
    assert {store["address"] for store in note["stores"]} >= {"南京市玄武区演示路 1 号"}
    assert "取款码" in note["text"]


def test_a_refund_to_a_card_says_so_with_its_last_digits_c_05(world: World, fujian: Callable[..., None]) -> None:
    note = refund_note(refunded(world, fujian, "card"), "zh")
    assert note is not None
    assert note["text"] == "已退 36.50 元，退到尾号 0000 的银行卡。"


def test_what_the_home_province_did_is_credited_to_its_system(world: World, paid: Case) -> None:
    page = browser_of(paid).get(f"/closure/{paid.ref}").content.decode()
    assert Movement.objects.filter(subject_ref=paid.ref).count() >= 5
    assert "福建甲网系统" in page
    assert "付款机构" in page
    assert ">系统<" not in page
