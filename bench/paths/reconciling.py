"""Reconciliation: a ledger and a province's book of a million rows each, held against each other."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import closing
from datetime import date, datetime, timedelta
from statistics import median

import psycopg2
from django.db import connection
from psycopg2.extensions import cursor

from bench.cast import HOME, ROBOT, provinces
from bench.ground import Ground
from bench.report import Row
from bench.stock import stocked
from bss.digests import BUCKETS
from bss.simulated import databases
from bss.simulated.book import book_answer
from portal import clock
from settlement.models import Difference
from settlement.queries_reconciling import Span, own_digests
from settlement.services import reconciling

CASES, DAYS, ROUNDS = 250_000, 28, 3
CENTRE = ("settlement_account", "settlement_transfer", "settlement_entry", "bss_command")
KINDS = ("amount", "date", "missing_here", "missing_there", "twice")
ACCOUNTS = """
INSERT INTO settlement_account (operator, province, kind, counterpart) VALUES
('161', '32', 'provider', ''), ('161', '32', 'payable', '161_35'), ('161', '35', 'receivable', '161_32'),
('161', '35', 'bills', ''), ('161', '35', 'unbilled', ''), ('161', '35', 'prepayment', '')
"""
COMMANDS = """
INSERT INTO bss_command (ref, state, owner, lease_token, failures, case_ref, operator, province, verb, payload_box,
    facts, not_after, attempts, code, words, evidence_ref, created_at, ended_at, legs, booked_on)
SELECT rpad('command' || n, 26, 'x'), 'DONE', '', 0, 0, rpad('case' || n, 26, 'x'), '161', '35', 'settle', '', '{}', at,
    1, '', '', '', at, at,
    jsonb_build_object('agent', n %% 9000 + 3, 'prepayment', 7, 'receivable', -(n %% 9000 + 5), 'unbilled', -5),
    (at AT TIME ZONE 'Asia/Shanghai')::date
FROM generate_series(1, %(cases)s) n CROSS JOIN LATERAL (SELECT %(first)s + n %% %(days)s * interval '1 day' AS at) d
"""
TRANSFERS = """
WITH made AS (
    INSERT INTO settlement_transfer (ref, key, purpose, case_ref, command_ref, at, by_ref)
    SELECT rpad('ref' || n, 26, 'x'), 'reconciled' || n, 'collect', rpad('case' || n, 26, 'x'), '',
        %(first)s + n %% %(days)s * interval '1 day', 'bench'
    FROM generate_series(1, %(cases)s) n RETURNING id, substr(key, 11)::bigint AS n
)
INSERT INTO settlement_entry (transfer_id, account_id, fen)
SELECT made.id, a.id, leg.fen FROM made CROSS JOIN LATERAL (VALUES
    ('32', 'provider', n %% 9000 + 3), ('32', 'payable', -(n %% 9000 + 3)), ('35', 'receivable', n %% 9000 + 3),
    ('35', 'bills', -(n %% 9000 + 5)), ('35', 'unbilled', -5), ('35', 'prepayment', 7)
) AS leg(province, kind, fen) JOIN settlement_account a USING (province, kind)
"""
LOG = """
INSERT INTO command_log (command_id, case_ref, verb, payload, at, not_after, reply)
SELECT rpad('command' || n, 26, 'x'), rpad('case' || n, 26, 'x'), 'settle', '{}', %(first)s, %(first)s, '{}'
FROM generate_series(1, %(cases)s) n
"""
BOOK = """
INSERT INTO book (command_id, case_ref, number, account, fen, at)
SELECT rpad('command' || n, 26, 'x'), rpad('case' || n, 26, 'x'), '', leg.account, leg.fen,
    %(first)s + n %% %(days)s * interval '1 day'
FROM generate_series(1, %(cases)s) n CROSS JOIN LATERAL (VALUES
    ('agent', n %% 9000 + 3), ('prepayment', 7), ('receivable', -(n %% 9000 + 5)), ('unbilled', -5)
) AS leg(account, fen)
"""
FAULTS = (
    "UPDATE book SET fen = fen + 100 WHERE command_id = rpad('command1', 26, 'x') AND account = 'agent'",
    "UPDATE book SET at = at + interval '1 day' WHERE command_id = rpad('command2', 26, 'x') AND account = 'unbilled'",
    "DELETE FROM book WHERE command_id = rpad('command3', 26, 'x') AND account = 'prepayment'",
    """INSERT INTO book (command_id, case_ref, number, account, fen, at)
    SELECT command_id, case_ref, number, account, fen, at FROM book
    WHERE command_id = rpad('command4', 26, 'x') AND account = 'agent'""",
    """INSERT INTO book (command_id, case_ref, number, account, fen, at)
    SELECT command_id, rpad('nobody', 26, 'x'), number, account, fen, at FROM book
    WHERE command_id = rpad('command5', 26, 'x') AND account = 'agent'""",
)
"""One of each kind, past the laws of the book."""
OUR_ROWS = """
SELECT t.case_ref, CASE a.kind WHEN 'provider' THEN 'agent' WHEN 'bills' THEN 'receivable' ELSE a.kind END, sum(e.fen)
FROM settlement_transfer t JOIN settlement_entry e ON e.transfer_id = t.id
JOIN settlement_account a ON a.id = e.account_id
WHERE a.kind NOT IN ('payable', 'receivable') GROUP BY 1, 2 ORDER BY 1, 2
"""
THEIR_ROWS = "SELECT case_ref, account, sum(fen) FROM booked GROUP BY 1, 2 ORDER BY 1, 2"
HASHES = """
SELECT sum(('x' || encode(substr(sha256(convert_to(line, 'UTF8')), 1, 8), 'hex'))::bit(64)::bigint) FROM hashed
"""


def rows(ground: Ground) -> list[Row]:
    """The digests of both sides beside the scan of both, what hashing alone costs, and a run that finds every fault."""
    first = datetime.combine(clock.today() - timedelta(days=DAYS + 5), datetime.min.time(), clock.SHANGHAI)
    with provinces(ground):
        _fill(ground, {"cases": CASES, "days": DAYS, "first": first})
        day = clock.today() - timedelta(days=1)
        with closing(psycopg2.connect(databases.dsn(HOME))) as home, home.cursor() as book:
            spent = _digested(book, Span(HOME, day - timedelta(days=34), day))
            merged_s = _took(lambda: _merged(home))
        home_name = databases.database_name(HOME)
        with stocked(ground, home_name, ("book",)) as owner:
            for fault in FAULTS:
                owner.execute(fault)
        found_s = _took(lambda: _found(day))
    ratio, name, limit = spent["digests"] / spent["scan"], "reconciliation", ("scan of both", spent["scan"])
    every, hashing = found_s / spent["scan"], spent["hashing"] / spent["scan"]
    return [
        Row(name, spent["digests"], "s", "merge in Python", merged_s, *limit, ratio, "≤ 8 × the scan", ratio <= 8),
        Row(f"{name}, SHA-256 alone", spent["hashing"], "s", "-", None, *limit, hashing, "reported", ok=True),
        Row(f"{name}, five faults", found_s, "s", "merge in Python", merged_s, *limit, every, "all found", ok=True),
    ]


def _digested(book: cursor, span: Span) -> dict[str, float]:
    """Medians of the scan, of both sides' digests, which must agree, and of hashing as many lines as they have."""
    about = {"from": str(span.first_on), "to": str(span.last_on), "buckets": BUCKETS}
    book.execute("CREATE TEMP TABLE hashed AS SELECT case_ref || '|prepayment|2026-10-28|' || fen AS line FROM booked")
    spent: dict[str, list[float]] = defaultdict(list)
    for _ in range(ROUNDS):
        spent["scan"].append(_took(lambda: _sums(book)))
        spent["hashing"].append(2 * _took(lambda: book.execute(HASHES)))
        began = time.perf_counter()
        ours, theirs = own_digests(span, BUCKETS), book_answer(book, "book_digest", about, clock.now())
        spent["digests"].append(time.perf_counter() - began)
        if (ours.total, ours.nets) != (theirs["digest"], theirs["rows"]) or ours.nets != 4 * CASES:
            raise RuntimeError("the two books should agree")
    return {name: median(times) for name, times in spent.items()}


def _sums(book: cursor) -> None:
    book.execute("SELECT sum(fen) FROM book")
    with connection.cursor() as ours:
        ours.execute("SELECT sum(fen) FROM settlement_entry")


def _merged(home: psycopg2.extensions.connection) -> None:
    """The peer: both sides sorted by key, read row by row, and compared by a program."""
    with connection.connection.cursor(name="ours", withhold=True) as ours, home.cursor(name="theirs") as theirs:
        ours.itersize = theirs.itersize = 20_000
        ours.execute(OUR_ROWS)
        theirs.execute(THEIR_ROWS)
        if any(one != other for one, other in zip(ours, theirs, strict=True)):
            raise RuntimeError("the two books should agree")


def _found(day: date) -> None:
    """A run by the product itself, through the gateway: it must find what was planted and nothing else."""
    run = reconciling.start(HOME, day, by=ROBOT)
    while not run.ended_at:
        run = reconciling.run(run.ref, by=ROBOT)
    kinds = sorted(Difference.objects.filter(run=run).values_list("kind", flat=True))
    if kinds != sorted(KINDS):
        raise RuntimeError(f"planted {KINDS}, found {kinds}")


def _fill(ground: Ground, size: dict[str, object]) -> None:
    with stocked(ground, ground.database, CENTRE) as db:
        for statement in (ACCOUNTS, COMMANDS, TRANSFERS):
            db.execute(statement, size)
    with stocked(ground, databases.database_name(HOME), ("command_log", "book")) as db:
        for statement in (LOG, BOOK):
            db.execute(statement, size)


def _took(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
