"""Into a province's own book with the rights of whoever owns the server: past its triggers and its keys."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from contextlib import closing
from typing import Any

import psycopg2
from psycopg2.extensions import make_dsn

from bss.provinces import Bss
from bss.simulated.databases import database_name
from tests.databases import Servers

Row = tuple[Any, ...]


def in_book(servers: Servers, bss: Bss, query: str, *values: object) -> list[Row]:
    """Run one statement in the province's database, whatever its laws say, and give its rows."""
    dsn = make_dsn(servers.admin_url, dbname=database_name(bss))
    with closing(psycopg2.connect(dsn)) as opened, opened, opened.cursor() as db:
        db.execute("SET session_replication_role = replica")
        db.execute(query, values)
        return db.fetchall() if db.description else []


def by_hand(rows: list[Row]) -> dict[int, int]:
    """Bucket of 64 → digest, computed from nothing but the page docs/book-digest.md; rows: case, account, day, fen."""
    sums: defaultdict[tuple[str, str, str], int] = defaultdict(int)
    for case_ref, account, day, fen in rows:
        sums[case_ref, account, day] += fen
    digests: defaultdict[int, int] = defaultdict(int)
    for (case_ref, account, day), fen in sums.items():
        if fen:
            bucket = int(hashlib.sha256(case_ref.encode()).hexdigest()[:8], 16) % 64
            text = f"{case_ref}|{account}|{day}|{fen}"
            digests[bucket] = (digests[bucket] + int(hashlib.sha256(text.encode()).hexdigest()[:16], 16)) % 2**64
    return dict(digests)
