"""Databases for tests: one migrated template, named by the hash of what makes it, and clones of it.

A clone costs half a second, most of it checkpoints, so a test's database is swept and used again: the rows of the
tables that were empty go, the counters start anew, whoever is still connected is thrown out. A test that changed the
schema or the rows of the template leaves a database that is cloned anew, and so is one that has grown (the servers of
the tests never vacuum).
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import cached_property

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import connection, cursor, make_dsn, parse_dsn

from portal.servers import sharing
from portal.servers.fingerprint import fingerprint
from portal.servers.places import HASH
from portal.servers.product import drop_database, manage
from portal.servers.provision import Addresses, address, provision

WATCH = """
CREATE SCHEMA kept;
CREATE TABLE kept.altered (command text);
CREATE FUNCTION kept.note() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER AS
$$ BEGIN INSERT INTO kept.altered VALUES (tg_tag); END $$;
CREATE EVENT TRIGGER kept_altered ON ddl_command_end EXECUTE FUNCTION kept.note();
"""
ALONE = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
USED = "SELECT relname FROM pg_class WHERE relname = ANY(%s) AND relkind = 'r' AND pg_relation_size(oid) > 0"
LAWS = """
SELECT relname, tgname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
WHERE relname = ANY(%s) AND tgenabled = 'A' AND NOT tgisinternal ORDER BY 1, 2
"""
"""What fires whatever the session asks for."""
COUNTED = """
SELECT sequencename, start_value, last_value FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL
"""
MOST_GROWN = 8 * 1024 * 1024
AS_OWNER = {"TONGBAN_DB_ROLE": "owner", "DJANGO_SETTINGS_MODULE": "portal.settings.test"}


@dataclass(frozen=True)
class Rows:
    """What a clone has to begin with: its empty tables, a hash over the rows of each other one, its counters."""

    empty: list[str]
    hashes: dict[str, int]
    counters: dict[str, int]
    size: int

    @classmethod
    def of(cls, db: cursor) -> Rows:
        """Read it all."""
        db.execute(TABLES)
        hashes = {name: _hash_of(db, name) for (name,) in db.fetchall()}
        db.execute(COUNTED)
        counters = {name: last for name, _, last in db.fetchall()}
        empty = [name for name, rows in hashes.items() if not rows]
        return cls(empty, {name: rows for name, rows in hashes.items() if rows}, counters, _size(db))

    def restore(self, db: cursor) -> bool:
        """Empty what was empty, past triggers and keys; turn the counters back; say whether the rest is as it was."""
        db.execute("SET session_replication_role = replica")
        db.execute(USED, [self.empty])
        used = [name for (name,) in db.fetchall()]
        db.execute(LAWS, [used])
        laws = db.fetchall()
        db.execute("BEGIN")
        db.execute("ALTER EVENT TRIGGER kept_altered DISABLE")
        for table, law in laws:
            db.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER {}").format(sql.Identifier(table), sql.Identifier(law)))
        for table in used:
            db.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
        for table, law in laws:
            again = sql.SQL("ALTER TABLE {} ENABLE ALWAYS TRIGGER {}")
            db.execute(again.format(sql.Identifier(table), sql.Identifier(law)))
        db.execute("ALTER EVENT TRIGGER kept_altered ENABLE")
        db.execute("COMMIT")
        db.execute(COUNTED)
        for name, start, _ in db.fetchall():
            last = self.counters.get(name)
            db.execute("SELECT setval(%s, %s, %s)", [f'public."{name}"', last or start, last is not None])
        return all(_hash_of(db, name) == rows for name, rows in self.hashes.items())


@dataclass
class Servers:
    """The servers of this test process, and the names that belong to it alone."""

    lease: sharing.Lease
    admin_url: str
    bss_url: str
    redis_url: str
    swept: dict[str, Rows] = field(default_factory=dict)

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

    def watch(self, template: Addresses, name: str) -> None:
        """Make a clone that can be swept."""
        self.clone(template, name)
        if self._may_watch:
            with self._inside(name) as db:
                db.execute(WATCH)
                self.swept[name] = Rows.of(db)

    def sweep(self, name: str) -> bool:
        """Take out of a watched clone what a test put in; says no when that does not make it as it was."""
        before = self.swept.pop(name, None)
        if before is None:
            return False
        with self._inside(name) as db:
            db.execute(ALONE)
            db.execute("SELECT EXISTS (SELECT FROM kept.altered)")
            if db.fetchone() != (False,):
                return False
            if _size(db) > before.size + MOST_GROWN or not before.restore(db):
                return False
        self.swept[name] = before
        return True

    @cached_property
    def _may_watch(self) -> bool:
        """Only a superuser may watch a database for changes of its schema."""
        with self.admin.cursor() as db:
            db.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
            return bool(db.fetchone() == (True,))

    @contextmanager
    def _inside(self, name: str) -> Iterator[cursor]:
        opened = psycopg2.connect(make_dsn(self.admin_url, dbname=name))
        opened.autocommit = True
        with closing(opened), opened.cursor() as db:
            yield db

    def clone(self, template: Addresses, name: str) -> Addresses:
        """A fresh copy of the template under this name, the old one gone with whoever was in it."""
        source = sql.Identifier(_database_of(template.app))
        target = sql.Identifier(name)
        with self.admin.cursor() as db:
            db.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(target))
            db.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy").format(target, source))
        return renamed(template, name)


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


def renamed(template: Addresses, name: str) -> Addresses:
    """The addresses of a clone of this name."""
    return Addresses(address(template.app, dbname=name), address(template.owner, dbname=name), template.provinces)


def _size(db: cursor) -> int:
    """Bytes of the database's files."""
    db.execute("SELECT pg_database_size(current_database())")
    row = db.fetchone()
    assert row is not None
    return int(row[0])


def _hash_of(db: cursor, table: str) -> int:
    """Over the rows of a table in any order; 0 when it has none."""
    db.execute(sql.SQL("SELECT coalesce(sum(hashtextextended(t::text, 0)), 0) FROM {} t").format(sql.Identifier(table)))
    row = db.fetchone()
    assert row is not None
    return int(row[0])


def _database_of(url: str) -> str:
    return str(parse_dsn(url)["dbname"])


def _exists(servers: Servers, name: str) -> bool:
    with servers.admin.cursor() as db:
        db.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        return db.fetchone() is not None
