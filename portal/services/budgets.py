"""Counters in PostgreSQL that hold at any number of parallel requests (RELIABILITY §3.7)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from portal.clock import now
from portal.errors import TooMany


@dataclass(frozen=True, slots=True)
class Limit:
    """At most ``most`` in ``window_s`` seconds, counted from the first use, under a key that holds no plain value."""

    key: str
    most: int
    window_s: int


# One statement: each row is locked in the order of its key, the window begins anew once it is over, and a full one
# is not touched, so that it is missing from what comes back. A window that begins more than its length from now (the
# demo's clock was set back) is over too; less than that is only another process that was quicker.
_SPEND = """
INSERT INTO portal_budget AS budget (key, since_at, used)
SELECT key, %(now)s, 1 FROM unnest(%(keys)s::text[]) AS wanted(key) ORDER BY key
ON CONFLICT (key) DO UPDATE SET
    since_at = CASE WHEN {over} THEN %(now)s ELSE budget.since_at END,
    used = CASE WHEN {over} THEN 1 ELSE budget.used + 1 END
WHERE budget.used < {most} OR {over}
RETURNING key
"""
_WINDOW = "make_interval(secs => (%(windows)s::int[])[array_position(%(keys)s::text[], budget.key::text)])"
_MOST = "(%(mosts)s::int[])[array_position(%(keys)s::text[], budget.key::text)]"
_OVER = f"(budget.since_at + {_WINDOW} <= %(now)s OR budget.since_at > %(now)s + {_WINDOW})"
_STATEMENT = _SPEND.format(over=_OVER, most=_MOST)


def spend(limits: Sequence[Limit], *, error: str = "error.too_many", field: str = "") -> None:
    """Use each limit once, all or none, in the caller's transaction.

    Raises TooMany with the longest wait in ``retry_after`` seconds; the caller's transaction then rolls back, so a
    refused request costs nothing.
    """
    at = now()
    values: dict[str, Any] = {
        "now": at,
        "keys": [one.key for one in limits],
        "mosts": [one.most for one in limits],
        "windows": [one.window_s for one in limits],
    }
    with connection.cursor() as cursor:
        cursor.execute(_STATEMENT, values)
        granted = {row[0] for row in cursor.fetchall()}
        full = [one for one in limits if one.key not in granted]
        if full:
            raise TooMany(error, retry_after=_wait(full, at), field=field, rule_id="D-04")


def _wait(full: Sequence[Limit], at: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT key, since_at FROM portal_budget WHERE key = ANY(%s)", [[one.key for one in full]])
        since = dict(cursor.fetchall())
    ends = [since[one.key] + timedelta(seconds=one.window_s) for one in full if one.key in since]
    return max([1, *(int((end - at).total_seconds()) + 1 for end in ends)])
