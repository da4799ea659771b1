"""A database of the bench's own, on the servers of the tests; nobody else's data."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.conf import settings
from django.db import connections
from psycopg2.extensions import parse_dsn

from portal.servers.provision import Addresses
from portal.settings import environment
from tests.databases import Servers, build_template, find_servers


@dataclass(frozen=True)
class Ground:
    """Where the bench works, and the process whose CPU counts as the server's."""

    servers: Servers
    addresses: Addresses
    postmaster: int

    @property
    def database(self) -> str:
        """The name of the portal's database."""
        return str(parse_dsn(self.addresses.app)["dbname"])

    @property
    def pgbench(self) -> list[str]:
        """The connection's part of a pgbench command line, as the product's own role."""
        parts = parse_dsn(self.addresses.app)
        return ["-h", parts["host"], "-U", parts["user"], parts["dbname"]]


@contextmanager
def ground() -> Iterator[Ground]:
    """Fresh from the migrations; this process points at it."""
    servers = find_servers()
    settings.REDIS_URL = servers.redis_url
    addresses = servers.clone(build_template(servers), f"{servers.mark}_bench")
    connections["default"].close()
    connections["default"].settings_dict.update(environment.database(addresses.app))
    with servers.admin.cursor() as db:
        db.execute("SELECT setting FROM pg_settings WHERE name = 'data_directory'")
        row = db.fetchone()
    assert row is not None
    with open(f"{row[0]}/postmaster.pid", encoding="ascii") as file:
        postmaster = int(file.readline())
    try:
        yield Ground(servers, addresses, postmaster)
    finally:
        connections.close_all()
        servers.close()
