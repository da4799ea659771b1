"""`manage.py grant_roles`: what the product's role may do, set by the owner after each migration.

The product reads and writes rows and changes no table. Ledger, audit and history take new rows only (CONVENTIONS 9):
the role has no right to change or delete one, and triggers refuse it even to the owner.
"""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import connection, transaction
from psycopg2 import sql

from portal.servers.provision import APP

APPEND_ONLY = frozenset(
    {"settlement_transfer", "settlement_entry", "portal_auditentry", "portal_auditanchor", "portal_movement"}
    | {"settlement_statementline", "settlement_statementcorrection", "settlement_statementpaper"}
    | {"settlement_invoiceline", "settlement_invoicepaper"}
)
READ_ONLY = frozenset({"django_migrations"})


class Command(BaseCommand):
    """Grant the product's role its rights in this database."""

    help = "Grant the product's role its rights on every table (run as the owner, after migrate)."

    def add_arguments(self, parser: CommandParser) -> None:
        """The role's name, for deployments that chose another."""
        parser.add_argument("--role", default=APP)

    def handle(self, *args: Any, **options: Any) -> None:
        """Grant; a database without the role (one account for all) is left as it is."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [options["role"]])
            if cursor.fetchone() is None:
                self.stderr.write(f"no role {options['role']}: one account does everything, only triggers guard it")
                return
        with transaction.atomic():
            self._grant(sql.Identifier(options["role"]))

    def _grant(self, role: sql.Identifier) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
            tables = [name for (name,) in cursor.fetchall()]
            cursor.execute(sql.SQL("REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {}").format(role))
            cursor.execute(sql.SQL("REVOKE CREATE ON SCHEMA public FROM PUBLIC"))
            cursor.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(role))
            cursor.execute(sql.SQL("GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {}").format(role))
            for table in tables:
                statement = sql.SQL("GRANT {} ON {} TO {}")
                cursor.execute(statement.format(sql.SQL(_rights(table)), sql.Identifier(table), role))


def _rights(table: str) -> str:
    if table in READ_ONLY:
        return "SELECT"
    return "SELECT, INSERT" if table in APPEND_ONLY else "SELECT, INSERT, UPDATE, DELETE"
