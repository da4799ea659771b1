"""Fujian at home, Jiangsu visited; the robot that posts; raw connections as the product's role and as the owner."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import psycopg2
import pytest
from django.db import transaction
from psycopg2.extensions import connection

from bss.provinces import Bss
from portal.actors import Actor, robot
from portal.servers.provision import Addresses
from settlement.ledger import BILLS, PROVIDER, AccountKey, Leg
from settlement.models import Transfer
from settlement.services.ledger import post

FUJIAN = Bss("161", "35")
JIANGSU = Bss("161", "32")
CASE = "c" * 26
PROVIDER_ACCOUNT = AccountKey("161", "32", PROVIDER)
BILLS_ACCOUNT = AccountKey("161", "35", BILLS)

Connect = Callable[[str], connection]


@pytest.fixture
def by() -> Actor:
    """The robot that posts."""
    return robot("cashier")


@pytest.fixture
def connect(database: Addresses) -> Iterator[Connect]:
    """A raw connection to the test's database as `app` or as `owner`."""
    opened: list[connection] = []

    def as_role(role: str) -> connection:
        opened.append(psycopg2.connect(database.owner if role == "owner" else database.app))
        return opened[-1]

    yield as_role
    for each in opened:
        each.close()


def legs(fen: int = 300) -> list[Leg]:
    """Two legs that balance."""
    return [Leg(PROVIDER_ACCOUNT, fen), Leg(BILLS_ACCOUNT, -fen)]


def posted(by: Actor, key: str = "k1", fen: int = 300) -> Transfer:
    """One committed transfer."""
    with transaction.atomic(durable=True):
        return post("test", legs(fen), key=key, case_ref=CASE, by=by)
