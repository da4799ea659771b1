"""Browsers without a browser: Django's client against the real pages and a database of its own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from django.test import Client

from portal.actors import robot
from portal.clock import SHANGHAI, now
from portal.models import OneTimeCode, Person
from portal.roles import Role
from portal.rules.totp import code_at
from portal.servers.provision import Addresses
from portal.services import codes, staff

NUMBER = "16135006721"
PASSWORD = "correct horse"
MORNING = datetime(2026, 11, 24, 10, 12, tzinfo=SHANGHAI)
SignIn = Callable[..., Client]


@pytest.fixture
def world(database: Addresses) -> Addresses:
    """Provinces, operators and segments of the demo: the migrations put them in."""
    return database


@pytest.fixture
def visitor(database: Addresses) -> Client:
    """A browser for what one only reads."""
    return Client()


@pytest.fixture
def browser(world: Addresses) -> Client:
    """A browser nobody signed in with."""
    return Client()


def code_for(client: Client) -> str:
    """The code that was sent to this browser's number."""
    return codes.derive(OneTimeCode.objects.get(ref=client.session["challenge"]))


def sign_in_line(client: Client, after: str = "/my") -> str:
    """Sign the Fujian number in; gives the address one lands on."""
    client.post("/sign-in", {"phone": NUMBER, "next": after})
    answer = client.post("/sign-in/code", {"code": code_for(client)})
    return str(answer.headers.get("Location", ""))


@pytest.fixture
def subscriber(browser: Client) -> Client:
    """The subscriber of Fujian, signed in."""
    sign_in_line(browser)
    return browser


@pytest.fixture
def clerk(world: Addresses) -> tuple[Person, str]:
    """A clerk of Nanjing and the secret of her device."""
    by = robot("test")
    person, secret = staff.enrol("wanglei", PASSWORD, "甲网江苏 0317", by=by)
    staff.grant(person, Role.CLERK, by=by, operator="161", province="32", store="nanjing-1")
    person.refresh_from_db()
    return person, secret


def sign_in_clerk(client: Client, clerk: tuple[Person, str], **also: str) -> str:
    """Sign the clerk in with the right three things unless told otherwise; gives the address one lands on."""
    three = {"username": clerk[0].username, "password": PASSWORD, "totp": code_at(clerk[1], now())}
    return str(client.post("/staff/sign-in", three | also).headers.get("Location", ""))
