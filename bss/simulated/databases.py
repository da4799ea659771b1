"""The provinces' databases: one template named by the hash of its schema, one clone and one role per province.

Made and dropped by the account of settings.BSS_DATABASE_URL (it may create databases and roles); used by the
province's own role, which may enter its own database only. Names: database and role are both `bss_161_35`.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg2
from django.conf import settings
from psycopg2 import sql
from psycopg2.extensions import ISOLATION_LEVEL_AUTOCOMMIT, connection, cursor, make_dsn, parse_dsn

from bss.provinces import Bss
from bss.simulated import pools

_SCHEMA = Path(__file__).with_name("schema.sql")
_TENANT = "tongban_bss_tenant"
_LOCK = 0x627373
_USED = """
SELECT relname, pg_relation_size(oid) FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND pg_relation_size(oid) > 0 ORDER BY oid DESC
"""
"""What refers to a table was made after it, so it comes first."""
_GROWN = 512 * 1024


def template_name() -> str:
    """`bss_template_<hash of schema.sql>`: a changed schema is a new template."""
    return f"bss_template_{hashlib.sha256(_SCHEMA.read_bytes()).hexdigest()[:12]}"


def database_name(bss: Bss) -> str:
    """The province's database, and its role: `bss_161_35`."""
    return f"{settings.BSS_DATABASE_PREFIX}_{bss.code}"


def dsn(bss: Bss) -> str:
    """How the province's own role connects to the province's own database."""
    name = database_name(bss)
    given = parse_dsn(make_dsn(settings.BSS_DATABASE_URL))
    parts = {**given, "dbname": name, "user": name, "password": _password(given, name)}
    parts.setdefault("connect_timeout", "3")
    return str(make_dsn(**{key: value for key, value in parts.items() if value}))


def create_template() -> str:
    """Make the template database if it is absent (one maker at a time) and return its name."""
    name = template_name()
    with _server() as db, _locked(db):
        _make_role(db, _TENANT, login=False)
        if _exists(db, name):
            return name
        raw = f"{name}_building"
        db.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(raw)))
        db.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(raw)))
        _fill(raw)
        db.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(raw), sql.Identifier(name)))
    return name


def clone(bss: Bss) -> None:
    """Make the province's database anew from the template, the old one gone with whoever was in it."""
    template, name = create_template(), database_name(bss)
    pools.forget(bss)
    with _server() as db:
        with _locked(db):
            _make_role(db, name, login=True)
        strategy = sql.SQL("file_copy" if _unsafe_and_fast(db) else "wal_log")
        db.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        db.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY {}").format(
                sql.Identifier(name), sql.Identifier(template), strategy
            )
        )
        db.execute(sql.SQL("REVOKE CONNECT ON DATABASE {} FROM PUBLIC").format(sql.Identifier(name)))
        db.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(sql.Identifier(name), sql.Identifier(name)))


def exists(bss: Bss) -> bool:
    """Whether the province has its database."""
    with _server() as db:
        return _exists(db, database_name(bss))


def present() -> list[Bss]:
    """The provinces that have a database, in order of their codes."""
    prefix = f"{settings.BSS_DATABASE_PREFIX}_"
    with _server() as db:
        db.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s) ORDER BY 1", [prefix])
        names = [str(name).removeprefix(prefix).split("_") for (name,) in db.fetchall()]
    return [Bss(*parts) for parts in names if len(parts) == 2 and all(part.isdigit() for part in parts)]


def drop(bss: Bss) -> None:
    """Remove the province's database and its role."""
    name = sql.Identifier(database_name(bss))
    pools.forget(bss)
    with _server() as db:
        db.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
        db.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(name))


def reset(bss: Bss) -> None:
    """Empty the province and make it honest again; its books too, which only the owner of the tables can do."""
    with _server(database_name(bss)) as db:
        db.execute(_USED)
        used = [(sql.Identifier(name), size) for name, size in db.fetchall()]
        db.execute("BEGIN")
        db.execute("ALTER TABLE book DISABLE TRIGGER only_added")
        for table, _ in used:
            db.execute(sql.SQL("DELETE FROM {}").format(table))
        db.execute("ALTER TABLE book ENABLE TRIGGER only_added")
        db.execute("INSERT INTO temper DEFAULT VALUES")
        db.execute("COMMIT")
        for table, size in used:
            if size > _GROWN:
                db.execute(sql.SQL("VACUUM {}").format(table))


def close_pools() -> None:
    """Close this process's idle connections to all provinces."""
    pools.close_all()


@contextmanager
def _server(database: str = "") -> Iterator[cursor]:
    with closing(_connect(database)) as opened, opened.cursor() as db:
        yield db


def _connect(database: str) -> connection:
    given = parse_dsn(make_dsn(settings.BSS_DATABASE_URL))
    opened: connection = psycopg2.connect(**{**given, "dbname": database or given.get("dbname") or "postgres"})
    opened.set_isolation_level(ISOLATION_LEVEL_AUTOCOMMIT)
    return opened


@contextmanager
def _locked(db: cursor) -> Iterator[None]:
    db.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
    try:
        yield
    finally:
        db.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])


def _fill(database: str) -> None:
    rights = "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {}"
    with _server(database) as db:
        db.execute("BEGIN")
        db.execute(_SCHEMA.read_text())
        db.execute(sql.SQL(rights).format(sql.Identifier(_TENANT)))
        db.execute(sql.SQL("REVOKE UPDATE, DELETE ON book, command_log FROM {}").format(sql.Identifier(_TENANT)))
        db.execute("COMMIT")


def _make_role(db: cursor, name: str, *, login: bool) -> None:
    db.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name])
    if db.fetchone() is not None:
        return
    db.execute(sql.SQL("CREATE ROLE {}").format(sql.Identifier(name)))
    if login:
        db.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(_TENANT), sql.Identifier(name)))
        password = _password(parse_dsn(make_dsn(settings.BSS_DATABASE_URL)), name)
        db.execute(sql.SQL("ALTER ROLE {} LOGIN PASSWORD %s").format(sql.Identifier(name)), [password or None])


def _password(given: dict[str, str], role: str) -> str:
    """Derived from the account's own, so that every process agrees; none where the server asks for none."""
    secret = given.get("password", "")
    return hmac.new(secret.encode(), role.encode(), hashlib.sha256).hexdigest()[:32] if secret else ""


def _exists(db: cursor, name: str) -> bool:
    db.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
    return db.fetchone() is not None


def _unsafe_and_fast(db: cursor) -> bool:
    """Without fsync (tests) a file copy is the faster clone; with it, it costs two checkpoints."""
    db.execute("SHOW fsync")
    row = db.fetchone()
    return row is not None and row[0] == "off"
