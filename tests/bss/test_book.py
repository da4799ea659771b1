"""The gateway's questions about a province's own book: one digest, and the rows of a bucket (S-03)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bss.digests import PAGE_ROWS, Net, bucket_of, digest_of
from bss.gateway import Ending, ask
from portal.actors import Actor
from portal.clock import SHANGHAI
from tests.bss.conftest import FUJIAN
from tests.databases import Servers
from tests.settlement.province_book import by_hand, in_book

NOON = datetime(2026, 11, 24, 12, tzinfo=SHANGHAI)
_INSERT = "INSERT INTO book (command_id, case_ref, number, account, fen, at) VALUES (%s, %s, '', %s, %s, %s)"
_REFS = st.text("01ABCxyz", min_size=1, max_size=6)
_ACCOUNTS = st.sampled_from(["agent", "prepayment", "receivable", "unbilled", "late_fee", "penalty"])
_FEN = st.integers(-(10**11), 10**11).filter(bool)
_HOURS = st.integers(-60, 60)
BOOKS = st.lists(st.tuples(_REFS, _ACCOUNTS, _HOURS, _FEN), max_size=12)


def put(servers: Servers, rows: list[tuple[str, str, int, int]]) -> None:
    """A book of these rows and no other: case, account, hours from noon, fen."""
    in_book(servers, FUJIAN, "DELETE FROM book")
    for case_ref, account, hours, fen in rows:
        in_book(servers, FUJIAN, _INSERT, f"k-{case_ref}", case_ref, account, fen, NOON + timedelta(hours=hours))


def digest(first: str, last: str, by: Actor) -> dict[str, Any]:
    """What the province says of these days."""
    answer = ask(FUJIAN, "book_digest", {"from": first, "to": last, "buckets": 64}, case_ref="", by=by)
    assert answer.ending is Ending.DONE
    return dict(answer.facts)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=BOOKS)
def test_the_digest_is_what_anyone_computes_from_the_page(
    way: str, fujian: object, servers: Servers, by: Actor, rows: list[tuple[str, str, int, int]]
) -> None:
    put(servers, rows)
    days = [(ref, account, (NOON + timedelta(hours=hours)).date(), fen) for ref, account, hours, fen in rows]
    inside = [(ref, account, str(day), fen) for ref, account, day, fen in days if day >= date(2026, 11, 23)]
    said = digest("2026-11-23", "2026-11-30", by)
    expected = by_hand(inside)
    assert {one["bucket"]: int(one["digest"]) for one in said["buckets"]} == expected
    assert int(said["digest"]) == sum(expected.values()) % 2**64


@given(rows=st.lists(st.tuples(_REFS, _ACCOUNTS, st.dates(), _FEN), unique_by=lambda row: row[:3]))
def test_our_own_reckoning_is_the_pages_too(rows: list[tuple[str, str, date, int]]) -> None:
    expected = by_hand([(ref, account, day.isoformat(), fen) for ref, account, day, fen in rows])
    nets = [Net(*row) for row in rows]
    for bucket in range(64):
        inside = [net for net in nets if bucket_of(net.case_ref, 64) == bucket]
        assert int(digest_of(inside)) == expected.get(bucket, 0)


def test_a_day_ends_at_midnight_in_shanghai(way: str, fujian: object, servers: Servers, by: Actor) -> None:
    put(servers, [("a", "agent", 11, 1), ("a", "agent", 12, 2)])
    assert digest("2026-11-24", "2026-11-24", by)["rows"] == 1
    rows = ask(FUJIAN, "book_rows", {"from": "2026-11-25", "buckets": 1, "bucket": 0}, case_ref="", by=by).facts["rows"]
    assert [(one["on"], one["fen"]) for one in rows] == [("2026-11-25", 2)]


def test_rows_come_by_page_and_each_once(way: str, fujian: object, servers: Servers, by: Actor) -> None:
    values = ",".join(f"('k', 'c', '', 'agent', {n}, '{NOON.isoformat()}')" for n in range(1, PAGE_ROWS + 6))
    in_book(servers, FUJIAN, f"INSERT INTO book (command_id, case_ref, number, account, fen, at) VALUES {values}")
    about: dict[str, Any] = {"from": "2026-11-24", "buckets": 64, "bucket": bucket_of("c", 64)}
    first = ask(FUJIAN, "book_rows", about, case_ref="", by=by).facts
    after = first["rows"][-1]["id"]
    second = ask(FUJIAN, "book_rows", {**about, "after": after}, case_ref="", by=by).facts
    assert (len(first["rows"]), first["more"], len(second["rows"]), second["more"]) == (PAGE_ROWS, True, 5, False)
    assert [one["fen"] for one in [*first["rows"], *second["rows"]]] == list(range(1, PAGE_ROWS + 6))


def test_only_the_bucket_that_was_asked_for_is_given_out(way: str, fujian: object, servers: Servers, by: Actor) -> None:
    refs = [f"case{n}" for n in range(40)]
    put(servers, [(ref, "agent", 0, 7) for ref in refs])
    for bucket in {bucket_of(ref, 8) for ref in refs}:
        about = {"from": "2026-11-24", "buckets": 8, "bucket": bucket}
        rows = ask(FUJIAN, "book_rows", about, case_ref="", by=by).facts["rows"]
        assert {one["case_ref"] for one in rows} == {ref for ref in refs if bucket_of(ref, 8) == bucket}


@pytest.mark.parametrize(
    "wrong", [{"buckets": 0}, {"buckets": 999}, {"bucket": 64}, {"bucket": -1}, {"from": "gestern"}, {"after": "x"}]
)
def test_a_question_that_is_none_is_refused(
    way: str, fujian: Callable[..., None], by: Actor, wrong: dict[str, Any]
) -> None:
    answer = ask(FUJIAN, "book_rows", wrong, case_ref="", by=by)
    assert (answer.ending, answer.code) == (Ending.REFUSED, "malformed_order")
