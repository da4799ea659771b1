"""Net settlement: a month's turnover of five million entries, from the daily totals and in full, beside the scan."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable
from datetime import date
from functools import partial
from statistics import median

from django.db import connection

from bench.ground import Ground
from bench.report import Row
from bench.stock import stocked
from settlement import queries_statements as queries
from settlement.ledger import MUTUAL
from settlement.models import Account
from settlement.services import counting

TRANSFERS, ROUNDS = 2_500_000, 5
Turnover = dict[int, tuple[int, int]]
OPERATOR, LAST_ON = "161", date(2026, 12, 31)
TABLES = ("settlement_account", "settlement_transfer", "settlement_entry")
ACCOUNTS = """
INSERT INTO settlement_account (operator, province, kind, counterpart)
SELECT '161', a::text, kind, '161_' || b FROM generate_series(11, 41) a, generate_series(11, 41) b,
    unnest('{payable,receivable}'::text[]) kind WHERE a <> b
"""
FILL = """
WITH pairs AS (
    SELECT (row_number() OVER (ORDER BY d.id)) - 1 AS n, count(*) OVER () AS all_of, d.id AS debtor, c.id AS creditor
    FROM settlement_account d JOIN settlement_account c ON c.kind = 'receivable' AND c.operator = d.operator
        AND c.counterpart = d.operator || '_' || d.province AND d.counterpart = c.operator || '_' || c.province
    WHERE d.kind = 'payable'
), made AS (
    INSERT INTO settlement_transfer (ref, key, purpose, case_ref, command_ref, at, by_ref)
    SELECT 'bench' || n, 'bench' || n, 'collect', '', '',
        '2026-10-01 00:00+08'::timestamptz + n %% 31 * interval '1 day', 'bench' FROM generate_series(1, %s) n
    RETURNING id
)
INSERT INTO settlement_entry (transfer_id, account_id, fen)
SELECT made.id, leg.account, leg.fen FROM made JOIN pairs ON pairs.n = made.id %% pairs.all_of
CROSS JOIN LATERAL (
    VALUES (pairs.debtor, -(made.id %% 9000 + 1)), (pairs.creditor, made.id %% 9000 + 1)
) AS leg(account, fen)
"""
SCAN = "SELECT sum(fen) FROM settlement_entry"
IN_FULL = "SELECT account_id, sum(fen)::bigint, count(*) FROM settlement_entry GROUP BY account_id"


def rows(ground: Ground) -> list[Row]:
    """The same figures three ways, proved equal; a loop in Python over the entries as the peer, once."""
    _fill(ground)
    began = time.perf_counter()
    counting.count()
    counted_s = time.perf_counter() - began
    ways: dict[str, Callable[[], Turnover | None]] = {
        "scan": _scan,
        "in full": _in_full,
        "totals": partial(queries.mutual_turnover, OPERATOR, LAST_ON),
    }
    spent: dict[str, list[float]] = defaultdict(list)
    found = {}
    for _ in range(ROUNDS):
        for name, way in ways.items():
            began = time.perf_counter()
            found[name] = way()
            spent[name].append(time.perf_counter() - began)
    began = time.perf_counter()
    equal = _owed(found["in full"]) == found["totals"] == _owed(_python_loop())
    loop_s, middle = time.perf_counter() - began, {name: median(times) for name, times in spent.items()}
    return [
        _row("net settlement, in full", middle["in full"], middle["scan"], loop_s, 4.5, equal=equal),
        _row("net settlement, daily totals", middle["totals"], middle["scan"], loop_s, 0.4, equal=equal),
        Row(
            "net settlement, first count",
            counted_s,
            "s",
            "-",
            None,
            "scan",
            middle["scan"],
            counted_s / middle["scan"],
            "reported",
            ok=True,
        ),
    ]


def _row(path: str, ours_s: float, scan_s: float, loop_s: float, most: float, *, equal: bool) -> Row:
    ratio = ours_s / scan_s
    target = f"≤ {most} × the scan, equal"
    return Row(path, ours_s, "s", "Python loop", loop_s, "scan", scan_s, ratio, target, equal and ratio <= most)


def _fill(ground: Ground) -> None:
    """Two and a half million transfers of two legs, made to balance."""
    with stocked(ground, ground.database, TABLES) as db:
        db.execute(ACCOUNTS)
        db.execute(FILL, [TRANSFERS])


def _scan() -> None:
    with connection.cursor() as cursor:
        cursor.execute(SCAN)
        cursor.fetchone()


def _in_full() -> Turnover:
    with connection.cursor() as cursor:
        cursor.execute(IN_FULL)
        return {account: (fen, n) for account, fen, n in cursor.fetchall()}


def _owed(every: Turnover | None) -> Turnover:
    """Of all accounts those by which companies owe each other."""
    mutual = set(Account.objects.filter(kind__in=MUTUAL).values_list("pk", flat=True))
    return {account: figures for account, figures in (every or {}).items() if account in mutual}


def _python_loop() -> Turnover:
    """Every entry fetched and added up, as a program would that knows no SQL."""
    found: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    with connection.connection.cursor(name="loop", withhold=True) as cursor:
        cursor.itersize = 20_000
        cursor.execute("SELECT account_id, fen FROM settlement_entry")
        for account, fen in cursor:
            found[account][0] += fen
            found[account][1] += 1
    return {account: (fen, n) for account, (fen, n) in found.items()}
