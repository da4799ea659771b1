"""What only grows (CONVENTIONS 9): the product's role holds no right to change or delete it."""

from __future__ import annotations

import pytest
from django.db import ProgrammingError, connection

from portal.management.commands.grant_roles import APPEND_ONLY
from portal.servers.provision import Addresses


@pytest.mark.parametrize("table", sorted(APPEND_ONLY))
def test_the_products_role_may_add_and_nothing_else(database: Addresses, table: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_table_privilege(current_user, %s, 'INSERT')", [table])
        assert cursor.fetchone() == (True,)
        for statement in (f"DELETE FROM {table}", f"TRUNCATE {table}", f"UPDATE {table} SET id = id"):
            with pytest.raises(ProgrammingError, match="permission denied"):
                cursor.execute(statement)


def test_every_table_with_a_guard_of_its_rows_is_among_them(database: Addresses) -> None:
    guarded = "SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE tgname LIKE %s"
    with connection.cursor() as cursor:
        cursor.execute(guarded, [r"%\_rows\_stay"])
        assert {table for (table,) in cursor.fetchall()} <= APPEND_ONLY
