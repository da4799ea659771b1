"""Who waits for a lock in the database of this test: to let two things happen at once, and know that they do."""

from __future__ import annotations

from django.db import connection

WAITING = """SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid)
WHERE NOT granted AND datname = current_database()"""


def waiting() -> int:
    """How many sessions wait for a lock at this moment."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")  # a transaction sees the sessions of its first look otherwise
        cursor.execute(WAITING)
        return int(cursor.fetchone()[0])
