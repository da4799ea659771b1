"""The cast of the ground floor: a line of Fujian, a clerk of Nanjing, the sweep."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest

from portal import nudges
from portal.actors import Actor, robot
from portal.clock import SHANGHAI
from portal.masked import Phone
from portal.models import LineAccount, Person
from portal.roles import Role
from portal.servers.provision import Addresses
from portal.services import staff, subscribers
from tests.broker import nudges_to
from tests.databases import Servers

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=SHANGHAI)


@pytest.fixture(autouse=True)
def heard_of_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test before this one learnt about the broker is forgotten."""
    monkeypatch.setattr(nudges, "broker", nudges.Broker())


@pytest.fixture
def no_broker(servers: Servers) -> Iterator[None]:
    """The broker is away."""
    with nudges_to("redis://127.0.0.1:1/0"):
        yield


@pytest.fixture
def noon() -> datetime:
    """A Tuesday."""
    return NOON


@pytest.fixture
def sweep() -> Actor:
    """The robot that looks after what messages forgot."""
    return robot("sweep")


@pytest.fixture
def fujian() -> Phone:
    """A number of the first network in Fujian."""
    return Phone("16135006721")


@pytest.fixture
def line(database: Addresses, fujian: Phone, sweep: Actor) -> LineAccount:
    """The account of the Fujian number."""
    return subscribers.sign_in(fujian, sweep)


@pytest.fixture
def clerk(database: Addresses, sweep: Actor) -> tuple[Person, str]:
    """A clerk of Nanjing and the secret of her device."""
    person, secret = staff.enrol("wanglei", "correct horse", "甲网江苏 0317", by=sweep)
    staff.grant(person, Role.CLERK, by=sweep, operator="161", province="32", store="nanjing-1")
    person.refresh_from_db()
    return person, secret
