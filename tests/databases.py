"""Databases for tests: one migrated template, named by the hash of what makes it, and a clone of it for each test."""

from __future__ import annotations

import fcntl
import hashlib
import os
import subprocess
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import connection

from portal.servers import sharing
from portal.servers.places import CHECKOUT, HASH
from portal.servers.provision import Addresses, address, provision


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
    name = f"tongban_{HASH}_template_{_fingerprint()}"
    with sharing.lock_file("test-template.lock") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if _exists(servers, name):
            return provision(servers.admin_url, name, bss_url=servers.bss_url)
        raw = f"{servers.mark}_building"
        with servers.admin.cursor() as db:
            db.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(raw)))
        addresses = provision(servers.admin_url, raw, bss_url=servers.bss_url)
        for command in ("migrate", "grant_roles"):
            manage(command, addresses)
        with servers.admin.cursor() as db:
            db.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(raw), sql.Identifier(name)))
    return provision(servers.admin_url, name, bss_url=servers.bss_url)


def manage(command: str, addresses: Addresses) -> None:
    """Run a management command as the owner, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "manage.py", *command.split()],
        cwd=CHECKOUT,
        env={
            **os.environ,
            **addresses.environment(),
            "TONGBAN_DB_ROLE": "owner",
            "DJANGO_SETTINGS_MODULE": "portal.settings.test",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"manage.py {command} failed:\n{done.stdout}{done.stderr}")


def _database_of(url: str) -> str:
    return psycopg2.extensions.parse_dsn(url)["dbname"]


def _exists(servers: Servers, name: str) -> bool:
    with servers.admin.cursor() as db:
        db.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        return db.fetchone() is not None


def _fingerprint() -> str:
    """Of every file that shapes the database: migrations, SQL, reference data, the grants."""
    patterns = ("*/migrations/*.py", "*/**/*.sql", "portal/management/commands/grant_roles.py", "*/reference/*")
    files = sorted({path for pattern in patterns for path in CHECKOUT.glob(pattern) if _ours(path)})
    digest = hashlib.sha256()
    for path in files:
        digest.update(str(path.relative_to(CHECKOUT)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]


def _ours(path: Path) -> bool:
    return path.is_file() and not path.relative_to(CHECKOUT).parts[0].startswith(".")
