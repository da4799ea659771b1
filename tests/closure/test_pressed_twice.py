"""A button pressed twice, both requests in the product at once: one thing is done, both land where it is (UX 6.16)."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

from django.conf import settings
from django.db import connections, transaction
from django.test import Client

from bss.simulated import BillSpec, BucketSpec
from closure.models import Case
from portal.models import LineAccount
from portal.servers.process import wait_for
from settlement.models import Payment, Payout
from tests.closure.conftest import World
from tests.closure.test_pages import signed_in
from tests.waiting import waiting

OWED = BillSpec("2026-10", 5800, 0, date(2026, 11, 1), date(2026, 11, 14))


def pressed_twice(owner: Client, path: str, data: dict[str, Any]) -> list[Any]:
    """Two requests of one browser that wait for the same case, then go on."""
    cookie = owner.cookies[settings.SESSION_COOKIE_NAME].value

    def press() -> Any:
        browser = Client()
        browser.cookies[settings.SESSION_COOKIE_NAME] = cookie
        try:
            return browser.post(path, data)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        with transaction.atomic():
            list(Case.objects.select_for_update())
            pressed = [pool.submit(press) for _ in range(2)]
            wait_for(lambda: waiting() == 2, what="two requests that wait for the case", limit_s=20)
        return [one.result(30) for one in pressed]


def places(owner: Client, answers: list[Any]) -> set[str]:
    """Where each press led the browser to in the end."""
    assert [one.status_code for one in answers] == [302, 302]
    landed = [owner.get(one.headers["Location"], follow=True) for one in answers]
    assert [one.status_code for one in landed] == [200, 200]
    return {one.request["PATH_INFO"] for one in landed}


def browser_of(case: Case) -> Client:
    """The filer's browser."""
    return signed_in(LineAccount.objects.get(ref=case.account_ref))


def test_one_case_is_filed(world: World, fujian: Callable[..., None]) -> None:
    fujian()
    draft = world.draft()
    owner = browser_of(draft)
    answers = pressed_twice(owner, "/closure/confirm", {"draft": draft.ref})
    assert places(owner, answers) == {f"/closure/{draft.ref}/result"}
    assert Case.objects.count() == 1


def test_the_checklist_is_left_once(world: World, fujian: Callable[..., None]) -> None:
    fujian()
    case = world.work(world.file())
    owner = browser_of(case)
    answers = pressed_twice(owner, f"/closure/{case.ref}/unbind", {})
    assert places(owner, answers) == {f"/closure/{case.ref}"}


def test_one_payment_is_opened(world: World, fujian: Callable[..., None]) -> None:
    fujian(bills=[OWED])
    case = world.quoted()
    owner = browser_of(case)
    answers = pressed_twice(owner, f"/closure/{case.ref}/pay", {"method": "card", "quote": 1})
    assert places(owner, answers) == {f"/closure/{case.ref}/pay"}
    assert Payment.objects.count() == 1


def test_one_refund_is_sent(world: World, fujian: Callable[..., None]) -> None:
    fujian(buckets=[BucketSpec("b1", "own", 3650)])
    case = world.quoted()
    chosen = {"route": "cash", "destination": "", "quote": 1}
    owner = browser_of(case)
    answers = pressed_twice(owner, f"/closure/{case.ref}/refund", chosen)
    assert places(owner, answers) == {f"/closure/{case.ref}"}
    assert Payout.objects.count() <= 1


def test_a_case_is_withdrawn_once(world: World, fujian: Callable[..., None]) -> None:
    fujian()
    case = world.quoted()
    owner = browser_of(case)
    answers = pressed_twice(owner, f"/closure/{case.ref}/withdraw", {})
    assert places(owner, answers) == {f"/closure/{case.ref}"}
