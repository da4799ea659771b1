"""Two sides of a book held against each other: which kinds of difference there are (S-03)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bss.digests import Net
from settlement.rules.reconciling import AMOUNT, DATE, MISSING_HERE, MISSING_THERE, TWICE, Booked, differences, nets_of

DAY = date(2026, 11, 24)
NEXT = DAY + timedelta(days=1)
OURS = [Net("c", "agent", DAY, 500)]
ROWS = st.lists(
    st.builds(
        Booked,
        st.integers(1, 10**6),
        st.sampled_from(["k1", "k2", "k3"]),
        st.sampled_from(["a", "b"]),
        st.sampled_from(["agent", "receivable"]),
        st.sampled_from([DAY, NEXT]),
        st.integers(-3, 3).filter(bool),
    ),
    unique_by=lambda row: row.position,
)


def booked(*rows: tuple[str, date, int]) -> list[Booked]:
    """The book's rows of one case and account: command, day, fen."""
    return [Booked(n, command, "c", "agent", on, fen) for n, (command, on, fen) in enumerate(rows, start=1)]


@pytest.mark.parametrize(
    ("rows", "kind", "theirs_fen", "theirs_on"),
    [
        ([], MISSING_THERE, 0, None),
        ([("k", DAY, 600)], AMOUNT, 600, None),
        ([("k", DAY, 500), ("k", DAY, 500)], TWICE, 1000, None),
        ([("k", NEXT, 500)], DATE, 500, NEXT),
        ([("k", DAY, 500), ("other", DAY, 7)], AMOUNT, 507, None),
    ],
)
def test_each_kind_is_called_by_its_name(
    rows: list[tuple[str, date, int]], kind: str, theirs_fen: int, theirs_on: date | None
) -> None:
    (one,) = differences(OURS, booked(*rows))
    assert (one.kind, one.on, one.ours_fen, one.theirs_fen, one.theirs_on) == (kind, DAY, 500, theirs_fen, theirs_on)


def test_what_only_home_has_is_missing_here_or_there_twice() -> None:
    found = differences(OURS, booked(("k", DAY, 500), ("k", NEXT, 500), ("x", NEXT + timedelta(days=1), 9)))
    assert [(one.kind, one.ours_fen, one.theirs_fen) for one in found] == [(TWICE, 0, 500), (MISSING_HERE, 0, 9)]


@given(rows=ROWS)
def test_a_book_agrees_with_its_own_sums(rows: list[Booked]) -> None:
    assert differences(nets_of(rows), rows) == []


@given(rows=ROWS, others=ROWS)
def test_there_is_a_difference_wherever_the_sums_differ_and_nowhere_else(
    rows: list[Booked], others: list[Booked]
) -> None:
    ours = nets_of(others)
    apart = {(net.case_ref, net.account) for net in set(ours) ^ set(nets_of(rows))}
    assert {(one.case_ref, one.account) for one in differences(ours, rows)} == apart
