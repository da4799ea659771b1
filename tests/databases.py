"""Databases for tests: one migrated template, named by the hash of what makes it, and a clone of it for each test."""

from __future__ import annotations

import fcntl
import os
from dataclasses import dataclass
from functools import cached_property

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import connection, parse_dsn

from portal.servers import sharing
from portal.servers.fingerprint import fingerprint
from portal.servers.places import HASH
from portal.servers.product import drop_database, manage
from portal.servers.provision import Addresses, address, provision

AS_OWNER = {"TONGBAN_DB_ROLE": "owner", "DJANGO_SETTINGS_MODULE": "portal.settings.test"}


@dataclass
class Servers:
    """The servers of this test process, and the names that belong to it alone."""

    lease: sharing.Lease
    admin_url: str
    bss_url: str
    redis_url: str

    @property
    def mark(self) -> str:
        """A prefix no other run and no other worker uses."""
        return f"tongban_{HASH}_s{self.lease.slot}"

    @cached_property
    def admin(self) -> connection:
        """A connection that may create and drop databases."""
        opened = psycopg2.connect(self.admin_url)
        opened.autocommit = True
        return opened

    def close(self) -> None:
        """Let go of the servers; the last run to do so ends them."""
        self.admin.close()
        self.lease.release()

    def clone(self, template: Addresses, name: str) -> Addresses:
        """A fresh copy of the template under this name, the old one gone with whoever was in it."""
        source = sql.Identifier(_database_of(template.app))
        target = sql.Identifier(name)
        with self.admin.cursor() as db:
            db.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(target))
            db.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy").format(target, source))
        return Addresses(address(template.app, dbname=name), address(template.owner, dbname=name), template.provinces)


def find_servers() -> Servers:
    """The servers named by the environment, or this checkout's own."""
    admin = os.environ.get("DATABASE_URL", "")
    broker = os.environ.get("REDIS_URL", "")
    lease = sharing.take(start=not (admin and broker))
    return Servers(
        lease=lease,
        admin_url=admin or sharing.WORLD.postgres_url("postgres", "postgres"),
        bss_url=os.environ.get("BSS_DATABASE_URL", ""),
        redis_url=broker or sharing.WORLD.redis_url(lease.slot),
    )


def build_template(servers: Servers) -> Addresses:
    """The migrated and granted template; made by the first process that needs it, the others wait."""
    name = f"tongban_{HASH}_template_{fingerprint()}"
    with sharing.lock_file("test-template.lock") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if _exists(servers, name):
            return provision(servers.admin_url, name, bss_url=servers.bss_url)
        raw = f"{servers.mark}_building"
        drop_database(servers.admin_url, raw)
        addresses = provision(servers.admin_url, raw, bss_url=servers.bss_url)
        for command in ("migrate", "grant_roles"):
            manage(command, {**addresses.environment(), **AS_OWNER})
        with servers.admin.cursor() as db:
            db.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(raw), sql.Identifier(name)))
    return provision(servers.admin_url, name, bss_url=servers.bss_url)


def _database_of(url: str) -> str:
    return str(parse_dsn(url)["dbname"])


def _exists(servers: Servers, name: str) -> bool:
    with servers.admin.cursor() as db:
        db.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        return db.fetchone() is not None
