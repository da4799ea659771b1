"""What a simulated province says of its own book: its digests, and the rows of one bucket (docs/book-digest.md)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from psycopg2.extensions import cursor

from bss import answers
from bss.digests import BUCKETS, MODULUS, MOST_BUCKETS, PAGE_ROWS
from bss.simulated.replies import Refusal, Row, rows
from portal.clock import SHANGHAI

BOOK_QUESTIONS = frozenset({"book_digest", "book_rows"})
_DIGESTS = """
WITH nets AS (
    SELECT case_ref, account, on_date, sum(fen)::bigint AS fen FROM booked
    WHERE at >= %s AND at < %s GROUP BY 1, 2, 3 HAVING sum(fen) <> 0
), hashed AS (
    SELECT ('x' || encode(substr(sha256(convert_to(case_ref, 'UTF8')), 1, 4), 'hex'))::bit(32)::bigint %% %s AS bucket,
        ('x' || encode(substr(sha256(convert_to(
            case_ref || '|' || account || '|' || to_char(on_date, 'YYYY-MM-DD') || '|' || fen, 'UTF8'
        )), 1, 8), 'hex'))::bit(64)::bigint AS hash
    FROM nets
)
SELECT bucket, count(*) AS rows,
    mod(mod(sum(hash), 18446744073709551616) + 18446744073709551616, 18446744073709551616)::text AS digest
FROM hashed GROUP BY bucket ORDER BY bucket
"""
_PAGE = """
SELECT id, command_id, case_ref, account, on_date AS "on", fen FROM booked
WHERE at >= %s AND at < %s AND case_hash %% %s = %s AND id > %s ORDER BY id LIMIT %s
"""


def book_answer(db: cursor, question: str, about: Mapping[str, Any], now: datetime) -> Row:
    """The facts of one question about the book; it names no line. Refusal when it is not asked as it should be."""
    try:
        since, until = _days(about, now.astimezone(SHANGHAI).date())
        buckets = int(about.get("buckets", BUCKETS))
        bucket, after = int(about.get("bucket", 0)), int(about.get("after", 0))
    except (TypeError, ValueError, OverflowError) as error:
        raise Refusal(answers.MALFORMED_ORDER, "问题不合格式") from error
    if not 0 < buckets <= MOST_BUCKETS or not 0 <= bucket < buckets:
        raise Refusal(answers.MALFORMED_ORDER, "问题不合格式")
    if question == "book_rows":
        found = rows(db, _PAGE, since, until, buckets, bucket, after, PAGE_ROWS + 1)
        return {"rows": found[:PAGE_ROWS], "more": len(found) > PAGE_ROWS}
    found = rows(db, _DIGESTS, since, until, buckets)
    total = sum(int(one["digest"]) for one in found) % MODULUS
    return {"digest": str(total), "rows": sum(one["rows"] for one in found), "buckets": found}


def _days(about: Mapping[str, Any], today: date) -> tuple[datetime, datetime]:
    """From when to when a row counts: whole days in Shanghai, the last one included; today where none is named."""
    first = date.fromisoformat(str(about.get("from") or today))
    last = date.fromisoformat(str(about.get("to") or first))
    return _midnight(first), _midnight(last + timedelta(days=1))


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)
