"""Roles and databases: the owner migrates, the product only reads and writes rows, the provinces live apart."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from urllib.parse import quote

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import cursor, make_dsn, parse_dsn

OWNER = "tongban_owner"
APP = "tongban_app"
PROVINCES = "tongban_bss"
_LOCK = 0x746F6E67


@dataclass(frozen=True)
class Addresses:
    """Where the product, its migrations and its provinces connect."""

    app: str
    owner: str
    provinces: str

    def environment(self) -> dict[str, str]:
        """The variables that the settings read."""
        return {
            "DATABASE_APP_URL": self.app,
            "DATABASE_OWNER_URL": self.owner,
            "BSS_DATABASE_URL": self.provinces,
        }


def provision(admin_url: str, database: str, *, bss_url: str = "") -> Addresses:
    """Make the three roles and the database if they are missing; `admin_url` may create both.

    An account that may not create roles is used for everything: then only the triggers guard the append-only tables.
    """
    connection = psycopg2.connect(admin_url)
    connection.autocommit = True
    with connection.cursor() as db:
        db.execute("SELECT rolcreaterole OR rolsuper FROM pg_roles WHERE rolname = current_user")
        may_create_roles = bool((db.fetchone() or [False])[0])
        db.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        if may_create_roles:
            _make_roles(db, admin_url)
        owner = OWNER if may_create_roles else parse_dsn(admin_url).get("user", "")
        make_database(db, database, owner)
    connection.close()
    if not may_create_roles:
        everyone = address(admin_url, dbname=database)
        return Addresses(everyone, everyone, bss_url or admin_url)
    return Addresses(
        app=_as(admin_url, APP, database),
        owner=_as(admin_url, OWNER, database),
        provinces=bss_url or _as(admin_url, PROVINCES, "postgres"),
    )


def make_database(db: cursor, name: str, owner: str, *, template: str = "template0") -> None:
    """Create the database if it is missing."""
    db.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
    if db.fetchone() is None:
        statement = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}")
        db.execute(statement.format(sql.Identifier(name), sql.Identifier(owner), sql.Identifier(template)))


def address(url: str, **parts: str) -> str:
    """The same server with other parts (dbname, user, password), as a libpq URL."""
    all_parts = {**parse_dsn(make_dsn(url)), **parts}
    user = quote(all_parts.pop("user", ""), safe="")
    password = quote(all_parts.pop("password", ""), safe="")
    database = quote(all_parts.pop("dbname", "postgres"), safe="")
    query = "&".join(f"{key}={quote(str(value), safe='')}" for key, value in all_parts.items())
    credentials = f"{user}:{password}@" if password else f"{user}@"
    return f"postgresql://{credentials}/{database}?{query}"


def _make_roles(db: cursor, admin_url: str) -> None:
    rights = {OWNER: "", APP: "", PROVINCES: "CREATEDB CREATEROLE"}
    for role, right in rights.items():
        db.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
        if db.fetchone() is None:
            db.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)) + sql.SQL(f" {right}"))
            db.execute(sql.SQL("ALTER ROLE {} PASSWORD %s").format(sql.Identifier(role)), [_password(admin_url, role)])
            db.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(sql.Identifier(role)))
    db.execute(sql.SQL("GRANT pg_signal_backend TO {}").format(sql.Identifier(PROVINCES)))
    db.execute("SELECT current_setting('server_version_num')::int")
    if (db.fetchone() or [0])[0] >= 160000:
        # Since 16 a role's creator may not act as it unless it asked for that.
        statement = "ALTER ROLE {} SET createrole_self_grant = 'set, inherit'"
        db.execute(sql.SQL(statement).format(sql.Identifier(PROVINCES)))


def _as(admin_url: str, role: str, database: str) -> str:
    return address(admin_url, user=role, password=_password(admin_url, role), dbname=database)


def _password(admin_url: str, role: str) -> str:
    """Derived from the administrator's own, so that two checkouts on one server agree; none where none is needed."""
    secret = parse_dsn(admin_url).get("password", "")
    return hmac.new(secret.encode(), role.encode(), hashlib.sha256).hexdigest()[:32] if secret else ""
