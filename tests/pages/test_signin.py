"""Signing in: the same answer for every number, a new session id, and a way back that stays on this site."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from portal.actors import robot
from portal.clock import frozen
from portal.models import LineAccount, Person
from portal.services import staff
from tests.pages.conftest import MORNING, NUMBER, code_for, sign_in_clerk, sign_in_line

Clerk = tuple[Person, str]
ELSEWHERE = (
    "//evil.example",
    "https://evil.example",
    "https:evil",
    "\\\\evil",
    "/\\evil",
    "javascript:alert(1)",
    "/a\n",
)


def test_a_number_and_its_code_sign_in(browser: Client) -> None:
    assert sign_in_line(browser) == "/my"
    assert "161****6721" in browser.get("/my").content.decode()


def test_the_full_number_is_in_no_page(browser: Client) -> None:
    sent = browser.post("/sign-in", {"phone": NUMBER}, follow=True)
    browser.post("/sign-in/code", {"code": code_for(browser)})
    assert NUMBER not in sent.content.decode() + browser.get("/my").content.decode()


@pytest.mark.parametrize("number", ["16135006721", "16135999999", "17400000000"])
def test_every_number_gets_the_same_page(browser: Client, number: str) -> None:
    answer = browser.post("/sign-in", {"phone": number})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/sign-in/code")


@pytest.mark.parametrize("number", ["", "123", "abc", "１６１３５００６７２１x"])
def test_a_number_that_is_none_is_said_at_its_field(browser: Client, number: str) -> None:
    answer = browser.post("/sign-in", {"phone": number})
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.content.decode()
    assert "<title>有 1 处要改：" in answer.content.decode()


def test_a_wrong_code_says_how_many_tries_are_left(browser: Client) -> None:
    browser.post("/sign-in", {"phone": NUMBER})
    wrong = f"{(int(code_for(browser)) + 1) % 10**6:06d}"
    answer = browser.post("/sign-in/code", {"code": wrong})
    assert answer.status_code == 422
    assert "还可试 4 次" in answer.content.decode()


def test_the_session_id_changes_at_sign_in(browser: Client) -> None:
    browser.post("/sign-in", {"phone": NUMBER})
    before = browser.session.session_key
    browser.post("/sign-in/code", {"code": code_for(browser)})
    assert browser.session.session_key != before


def test_after_signing_in_one_is_where_one_wanted_to_go(browser: Client) -> None:
    assert sign_in_line(browser, "/my/access") == "/my/access"


@pytest.mark.parametrize("elsewhere", ELSEWHERE)
def test_nobody_is_led_to_another_site(browser: Client, elsewhere: str) -> None:
    assert sign_in_line(browser, elsewhere) == "/my"
    assert browser.get("/language/switch", {"to": "en", "next": elsewhere}).headers["Location"] == "/"


def test_another_code_within_the_minute_is_refused_in_words(browser: Client) -> None:
    browser.post("/sign-in", {"phone": NUMBER})
    answer = browser.post("/sign-in/resend")
    assert answer.status_code == 429
    assert "分钟后再要" in answer.content.decode()
    assert int(answer.headers["Retry-After"]) > 0


def test_the_code_page_without_a_number_leads_back(browser: Client) -> None:
    assert browser.get("/sign-in/code").headers["Location"] == "/sign-in"


def test_signing_out_ends_the_session_everywhere(subscriber: Client) -> None:
    other = Client()
    other.cookies.load({name: cookie.value for name, cookie in subscriber.cookies.items()})
    assert subscriber.post("/sign-out").headers["Location"] == "/sign-in?out"
    assert other.get("/my").status_code == 302


def test_a_session_ends_with_its_line(subscriber: Client) -> None:
    LineAccount.objects.update(ended_at=MORNING)
    assert subscriber.get("/my").headers["Location"] == "/sign-in?next=%2Fmy"


def test_a_clerk_needs_all_three(browser: Client, clerk: Clerk) -> None:
    for wrong in ({"password": "x"}, {"totp": "000000"}, {"username": "nobody"}):
        assert sign_in_clerk(browser, clerk, **wrong) == ""
    assert sign_in_clerk(browser, clerk) == "/desk"


def test_an_idle_clerk_is_signed_out_after_fifteen_minutes(browser: Client, clerk: Clerk) -> None:
    with frozen(MORNING):
        sign_in_clerk(browser, clerk)
    with frozen(MORNING + timedelta(minutes=14)):
        assert browser.get("/my").status_code == 403
    with frozen(MORNING + timedelta(minutes=30)):
        assert browser.get("/my").status_code == 302


def test_a_disabled_clerk_is_out_at_once(browser: Client, clerk: Clerk) -> None:
    sign_in_clerk(browser, clerk)
    staff.disable(clerk[0].ref, by=robot("test"))
    assert browser.get("/my").status_code == 302
