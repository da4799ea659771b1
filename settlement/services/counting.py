"""Daily totals, built by increments, equal to the full sum of the entries at every horizon (S-01, decision 23)."""

from __future__ import annotations

from django.db import connection, transaction

from portal import clock
from settlement.ledger import SETTLE
from settlement.models import Counted, DailyTotal

MARK = "daily"
_HORIZON = "SELECT txid_snapshot_xmin(txid_current_snapshot())"
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

    The horizon is the oldest transaction still running: whatever is below it is committed and seen, or never will be,
    so each transfer is added exactly once. Raises CountedBackwards when the horizon lies below the last one.
    """
    mark = _locked()
    with connection.cursor() as cursor:
        cursor.execute(_HORIZON)
        up_to = int(cursor.fetchone()[0])
        if up_to < mark.up_to:
            raise CountedBackwards(f"counted up to {mark.up_to}, and the database is at {up_to}")
        if up_to > mark.up_to:
            cursor.execute(_ADD, {"settle": SETTLE, "since": mark.up_to, "up_to": up_to})
            Counted.objects.filter(pk=mark.pk).update(up_to=up_to, at=clock.now())
    return up_to


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
