"""The campaign's own databases: a clone of the tests' template, provinces of its own prefix, nobody else's data."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg2
from django.conf import settings
from django.db import connections, transaction
from django.urls import reverse
from psycopg2.extensions import connection, make_dsn

from bss.provinces import Bss
from bss.simulated import databases as provinces
from portal import register
from portal.lexicon import texts
from portal.servers.provision import Addresses
from portal.settings import environment
from tests.databases import Servers, build_template, find_servers

FUJIAN, JIANGSU, GUIZHOU = Bss("161", "35"), Bss("161", "32"), Bss("161", "52")
PROVINCES = (FUJIAN, JIANGSU, GUIZHOU)


@dataclass
class Ground:
    """Where one campaign works."""

    servers: Servers
    addresses: Addresses

    @contextmanager
    def centre(self) -> Iterator[connection]:
        """A plain connection of the owner to the central database, for checks in raw SQL."""
        with _plain(self.addresses.owner) as opened:
            yield opened

    @contextmanager
    def province(self, bss: Bss) -> Iterator[connection]:
        """A plain connection to a province's own database."""
        with _plain(provinces.dsn(bss)) as opened:
            yield opened


@contextmanager
def _plain(dsn: str) -> Iterator[connection]:
    opened = psycopg2.connect(dsn)
    opened.autocommit = True
    try:
        yield opened
    finally:
        opened.close()


def prepare() -> Ground:
    """Servers, a fresh central database and fresh provinces; this process points at them."""
    servers = find_servers()
    settings.REDIS_URL = servers.redis_url
    addresses = servers.clone(build_template(servers), f"{servers.mark}_chaos")
    connections["default"].close()
    connections["default"].settings_dict.update(environment.database(addresses.app))
    settings.BSS_DATABASE_URL = addresses.provinces
    settings.BSS_DATABASE_PREFIX = f"{servers.mark}c"
    with transaction.atomic():
        register.load_reference(demo=True)
    for bss in PROVINCES:
        provinces.clone(bss)
    _Owner.servers = servers
    _warm()
    leave()
    return Ground(servers, addresses)


class _Owner:
    """Who owns the servers of this process's ground."""

    servers: Servers | None = None


def past_the_laws(bss: Bss, query: str, *values: object) -> int:
    """Do what a province's own laws forbid, as whoever owns its server could; gives how many rows it touched."""
    if _Owner.servers is None:
        raise RuntimeError("no ground was prepared")
    dsn = make_dsn(_Owner.servers.admin_url, dbname=provinces.database_name(bss))
    with _plain(dsn) as opened, opened.cursor() as db:
        db.execute("SET session_replication_role = replica")
        db.execute(query, values)
        return db.rowcount


def _warm() -> None:
    """Read here once what every forked child would read anew: addresses and words."""
    reverse("home")
    texts()


def leave() -> None:
    """Close every connection of this process: what is forked must open its own."""
    connections.close_all()
    provinces.close_pools()


def exit_child(code: int) -> None:
    """End a forked child without running what its parent registered for its end."""
    os._exit(code)
