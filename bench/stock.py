"""Rows by the million: put in by the server's owner past triggers, keys and indexes, which stand again afterwards."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import cursor, make_dsn

from bench.ground import Ground
from tests.databases import LAWS

INDEXES = """
SELECT c.relname, pg_get_indexdef(x.indexrelid) FROM pg_index x JOIN pg_class c ON c.oid = x.indexrelid
WHERE x.indrelid = %s::regclass AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = x.indexrelid)
"""


@contextmanager
def stocked(ground: Ground, database: str, tables: Sequence[str]) -> Iterator[cursor]:
    """A cursor for statements whose rows are lawful by the way they are made; vacuumed at the end."""
    with closing(psycopg2.connect(make_dsn(ground.servers.admin_url, dbname=database))) as owner, owner.cursor() as db:
        db.execute("SET session_replication_role = replica")
        db.execute("SET maintenance_work_mem = '256MB'")
        db.execute("SET work_mem = '256MB'")
        db.execute(LAWS, [list(tables)])
        laws = db.fetchall()
        _switch(db, laws, "DISABLE TRIGGER")
        again = _without_indexes(db, tables)
        yield db
        for definition in again:
            db.execute(definition)
        _switch(db, laws, "ENABLE ALWAYS TRIGGER")
        owner.commit()
        owner.autocommit = True
        for table in tables:
            db.execute(sql.SQL("VACUUM ANALYZE {}").format(sql.Identifier(table)))


def _switch(db: cursor, laws: Sequence[tuple[str, str]], how: str) -> None:
    for table, law in laws:
        change = sql.SQL("ALTER TABLE {} {} {}")
        db.execute(change.format(sql.Identifier(table), sql.SQL(how), sql.Identifier(law)))


def _without_indexes(db: cursor, tables: Sequence[str]) -> list[str]:
    """Drop those that no constraint needs; gives how to make them again."""
    definitions = []
    for table in tables:
        db.execute(INDEXES, [table])
        for name, definition in db.fetchall():
            definitions.append(definition)
            db.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(name)))
    return definitions
