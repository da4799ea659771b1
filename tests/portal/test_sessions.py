"""A sign-out ends every session of that line or person, in each browser (D-04)."""

from __future__ import annotations

import pytest
from django.test import Client

from portal import clock
from portal.models import LineAccount, OneTimeCode, Person
from portal.rules.totp import code_at
from portal.services import codes


def line_browser(number: str) -> Client:
    """A browser in which the number signed in with its own code."""
    client = Client()
    client.post("/sign-in", {"phone": number})
    client.post("/sign-in/code", {"code": codes.derive(OneTimeCode.objects.get(ref=client.session["challenge"]))})
    return client


def test_a_line_that_signs_out_is_signed_out_in_its_other_browser(line: LineAccount) -> None:
    here = line_browser(line.number.plain)
    with clock.frozen(clock.now().replace(year=2031)):
        there = line_browser(line.number.plain)
    assert here.session.session_key != there.session.session_key
    assert [one.get("/my").status_code for one in (here, there)] == [200, 200]
    here.post("/sign-out")
    assert [one.get("/my").status_code for one in (here, there)] == [302, 302]


def test_staff_who_sign_out_are_signed_out_in_every_browser(clerk: tuple[Person, str]) -> None:
    browsers = [Client(), Client()]
    for minutes, client in enumerate(browsers):
        at = clock.now().replace(year=2031, minute=minutes)
        with clock.frozen(at):
            three = {"username": "wanglei", "password": "correct horse", "totp": code_at(clerk[1], at)}
            assert client.post("/staff/sign-in", three).status_code == 302
    with clock.frozen(at):
        assert [one.get("/desk").status_code for one in browsers] == [200, 200]
        browsers[1].post("/sign-out")
        assert [one.get("/desk").status_code for one in browsers] == [302, 302]


@pytest.mark.parametrize("path", ["/my", "/desk"])
def test_a_browser_that_never_signed_in_can_sign_out(database: object, path: str) -> None:
    client = Client()
    assert client.post("/sign-out").status_code == 302
    assert client.get(path).status_code == 302
