"""What happens to a line outside every case: a top-up, a bill run, calls (C-12). For tests and the demo world."""

from __future__ import annotations

from datetime import date, timedelta

from bss.provinces import Bss
from bss.simulated import databases, pools
from portal import clock

_KEPT = "INSERT INTO events (number, kind, at, fen, bucket, name) VALUES (%s, %s, %s, %s, %s, %s)"


def top_up(bss: Bss, number: str, fen: int, *, bucket: str = "own") -> None:
    """Money put into the holder's own bucket."""
    with pools.taken(bss, lambda: databases.dsn(bss)) as opened, opened.cursor() as db:
        db.execute(
            "INSERT INTO buckets (number, id, kind, name, fen) VALUES (%s, %s, 'own', '话费余额', %s)"
            " ON CONFLICT (number, id) DO UPDATE SET fen = buckets.fen + excluded.fen",
            [number, bucket, fen],
        )
        db.execute(_KEPT, [number, "top_up", clock.now(), fen, bucket, ""])


def call(bss: Bss, number: str, fen: int, *, bucket: str = "own") -> None:
    """Usage paid at once from a bucket."""
    with pools.taken(bss, lambda: databases.dsn(bss)) as opened, opened.cursor() as db:
        db.execute("UPDATE buckets SET fen = fen - %s WHERE number = %s AND id = %s", [fen, number, bucket])
        db.execute(_KEPT, [number, "calls", clock.now(), -fen, bucket, ""])


def bill_run(bss: Bss, number: str, month: str, fen: int) -> None:
    """A month's bill is issued; usage up to it is no longer unbilled."""
    today = clock.today()
    with pools.taken(bss, lambda: databases.dsn(bss)) as opened, opened.cursor() as db:
        db.execute(
            "INSERT INTO bills (number, month, fen, paid_fen, issued_on, due_on) VALUES (%s, %s, %s, 0, %s, %s)",
            [number, month, fen, today, today + timedelta(days=14)],
        )
        db.execute("UPDATE lines SET unbilled_from = %s WHERE number = %s", [date(today.year, today.month, 1), number])
        db.execute(_KEPT, [number, "bill_run", clock.now(), -fen, "", month])


def change(bss: Bss, number: str, column: str, value: str) -> None:
    """A change nobody named: what a proof must find. `column` is plan_code or state."""
    statements = {
        "plan_code": "UPDATE lines SET plan_code = %s WHERE number = %s",
        "state": "UPDATE lines SET state = %s WHERE number = %s",
    }
    with pools.taken(bss, lambda: databases.dsn(bss)) as opened, opened.cursor() as db:
        db.execute(statements[column], [value, number])
