"""Whole fen, one rounding, splits that sum."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.errors import Invalid
from portal.rules.money import fen, round_fen, split_fen, yuan


@pytest.mark.parametrize(
    ("typed", "value"),
    [("251.88", 25188), ("0", 0), ("0.5", 50), (" 12 ", 1200), ("２５１．８８", 25188), ("100000000000", 10**13)],
)
def test_yuan_are_read_as_whole_fen(typed: str, value: int) -> None:
    assert fen(typed) == value


@pytest.mark.parametrize(
    "typed", ["-1", "0.005", "1e3", "1,000", "¥1", "NaN", "Infinity", "1_000", ".5", "5.", "1²", "٣", "1\n2\x00"]
)
def test_what_is_no_plain_sum_is_refused(typed: str) -> None:
    with pytest.raises(Invalid, match=r"error\.money\.format"):
        fen(typed)


@pytest.mark.parametrize(("typed", "key"), [("", "empty"), ("100000000000.01", "large"), ("9" * 16, "format")])
def test_nothing_and_too_much_have_words_of_their_own(typed: str, key: str) -> None:
    with pytest.raises(Invalid) as refusal:
        fen(typed)
    assert refusal.value.key == f"error.money.{key}"


@given(st.integers(min_value=0, max_value=10**13))
def test_what_is_written_is_read_back(value: int) -> None:
    assert fen(yuan(value)) == value


@pytest.mark.parametrize(
    ("exact", "rounded"),
    [
        (Fraction(1, 2), 1),
        (Fraction(5, 2), 3),
        (Fraction(7, 2), 4),
        (Fraction(249, 100), 2),
        (Fraction(-1, 2), -1),
        (Fraction(-5, 2), -3),
        (Fraction(3, 1000), 0),
    ],
)
def test_half_a_fen_goes_away_from_zero(exact: Fraction, rounded: int) -> None:
    assert round_fen(exact) == rounded


@given(st.integers(-(10**9), 10**9), st.lists(st.integers(0, 10**6), min_size=1).filter(any))
def test_parts_sum_to_the_total_and_none_is_off_by_a_fen(total: int, weights: list[int]) -> None:
    parts = split_fen(total, weights)
    assert sum(parts) == total
    assert all(abs(part - Fraction(total * w, sum(weights))) < 1 for part, w in zip(parts, weights, strict=True))


def test_a_remainder_goes_to_the_first_of_equals() -> None:
    assert split_fen(100, [1, 1, 1]) == [34, 33, 33]
    assert split_fen(-100, [1, 1, 1]) == [-34, -33, -33]


@pytest.mark.parametrize("weights", [[0, 0], [-1, 2]])
def test_weights_that_mean_nothing_are_an_error_of_ours(weights: list[int]) -> None:
    with pytest.raises(ValueError, match="weights"):
        split_fen(100, weights)
