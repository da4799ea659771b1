"""Daily totals, built by increments, equal to the full sum of the entries at every horizon (S-01, decision 23)."""

from __future__ import annotations

from django.db import connection, transaction

from portal import clock
from settlement.ledger import SETTLE
from settlement.models import Counted, DailyTotal

MARK = "daily"
_HORIZON = """
WITH seen AS MATERIALIZED (SELECT txid_current_snapshot() AS at),
running AS MATERIALIZED (
    SELECT txid_snapshot_xip(at) AS xact FROM seen UNION SELECT txid_current_if_assigned()
),
placed AS MATERIALIZED (
    SELECT l.transactionid::text::bigint AS xid, a.datname = current_database() AS here
    FROM pg_locks l JOIN pg_stat_activity a USING (pid)
    WHERE l.locktype = 'transactionid' AND l.mode = 'ExclusiveLock' AND l.granted
),
oldest AS (
    SELECT r.xact, p.here FROM running r LEFT JOIN placed p ON p.xid = r.xact %% 4294967296
    WHERE r.xact >= %(since)s AND p.here IS NOT FALSE ORDER BY r.xact LIMIT 1
)
SELECT txid_snapshot_xmax(at), least(txid_snapshot_xmax(at), xact), xact >= txid_snapshot_xmax(at) OR here
FROM seen LEFT JOIN oldest ON true
"""
"""What had begun on the server, how far this database is through, and whether that is sure.

A snapshot names the running transactions of all databases; one that writes elsewhere can never post here and must not
hold the books back. One that ended before its lock was looked for counts as ours: NULL, look again.
"""
_LOOKS = 20
_ADD = """
INSERT INTO settlement_dailytotal AS d (account_id, "on", settling, fen, debit_fen, n)
SELECT e.account_id, (t.at AT TIME ZONE 'Asia/Shanghai')::date, t.purpose = %(settle)s,
    sum(e.fen)::bigint, coalesce(sum(e.fen) FILTER (WHERE e.fen > 0), 0)::bigint, count(*)
FROM settlement_transfer t JOIN settlement_entry e ON e.transfer_id = t.id
WHERE t.xact >= %(since)s AND t.xact < %(up_to)s
GROUP BY 1, 2, 3
ON CONFLICT (account_id, "on", settling) DO UPDATE
SET fen = d.fen + EXCLUDED.fen, debit_fen = d.debit_fen + EXCLUDED.debit_fen, n = d.n + EXCLUDED.n
"""


class CountedBackwards(RuntimeError):
    """The database counts its transactions anew: it was restored elsewhere, and the totals must be rebuilt."""


def count() -> int:
    """Add what was committed since the last time; returns the horizon now reached. A transaction of its own."""
    with transaction.atomic(durable=True):
        return count_within()


def count_within() -> int:
    """The same in the caller's transaction, which holds the mark until its end.

    The horizon is the oldest transaction of this database still running: whatever is below it is committed and seen,
    or never will be, so each transfer is added exactly once. Raises CountedBackwards when the database's own count of
    transactions lies below the last horizon.
    """
    mark = _locked()
    up_to = _horizon(mark.up_to)
    if up_to > mark.up_to:
        with connection.cursor() as cursor:
            cursor.execute(_ADD, {"settle": SETTLE, "since": mark.up_to, "up_to": up_to})
        Counted.objects.filter(pk=mark.pk).update(up_to=up_to, at=clock.now())
    return up_to


def _horizon(since: int) -> int:
    with connection.cursor() as cursor:
        for _ in range(_LOOKS):
            cursor.execute("SELECT pg_stat_clear_snapshot()")  # who is connected is kept for a whole transaction
            cursor.execute(_HORIZON, {"since": since})
            begun, up_to, sure = cursor.fetchone()
            if begun < since:
                raise CountedBackwards(f"counted up to {since}, and the database is at {begun}")
            if sure is not None:
                break
    return int(up_to)


def recount() -> int:
    """Throw the totals away and add up all entries; returns the horizon reached."""
    with transaction.atomic(durable=True):
        mark = _locked()
        DailyTotal.objects.all().delete()
        Counted.objects.filter(pk=mark.pk).update(up_to=0)
        return count_within()


def _locked() -> Counted:
    Counted.objects.bulk_create([Counted(name=MARK)], ignore_conflicts=True)
    return Counted.objects.select_for_update().get(name=MARK)
