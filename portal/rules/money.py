"""Whole fen in integers, one rounding, splits that sum (CONVENTIONS 9)."""

import re
from collections.abc import Sequence
from fractions import Fraction

from portal.errors import Invalid
from portal.rules.text import squeezed

LARGEST_FEN = 10**13
"""A hundred billion yuan: far above any sum here and far below a bigint."""

_FORM = re.compile(r"([0-9]{1,15})(?:\.([0-9]{1,2}))?\Z")


def fen(text: str, *, field: str = "amount") -> int:
    """Read yuan such as "251.88" as whole fen.

    Full-width digits and spaces are taken; signs, commas, exponents, currency marks and a third decimal are not:
    Invalid ``error.money.empty | format | large``.
    """
    plain = squeezed(text)
    if plain == "":
        raise Invalid("error.money.empty", field=field)
    match = _FORM.match(plain)
    if match is None:
        raise Invalid("error.money.format", field=field)
    value = int(match[1]) * 100 + int((match[2] or "").ljust(2, "0"))
    if value > LARGEST_FEN:
        raise Invalid("error.money.large", field=field)
    return value


def yuan(fen: int) -> str:
    """Fen as yuan with two decimals: 25188 is "251.88"."""
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100}.{abs(fen) % 100:02d}"


def grouped(fen: int) -> str:
    """Fen as people read them, thousands apart: 1234567 is "12,345.67"."""
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100:,}.{abs(fen) % 100:02d}"


def round_fen(exact: Fraction) -> int:
    """The one rounding: half a fen goes away from zero, so that a reversal mirrors what it reverses."""
    size = (2 * abs(exact.numerator) + exact.denominator) // (2 * exact.denominator)
    return -size if exact < 0 else size


def split_fen(total: int, weights: Sequence[int]) -> list[int]:
    """Split fen by weights so that the parts sum to the total (largest remainder, ties to the first).

    Raises ValueError for a negative weight or when no weight is above zero.
    """
    whole = sum(weights)
    if whole <= 0 or min(weights) < 0:
        raise ValueError("weights must be zero or more, and one above zero")
    size = abs(total)
    parts = [size * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda place: -(size * weights[place] % whole))
    for place in by_remainder[: size - sum(parts)]:
        parts[place] += 1
    return [-part for part in parts] if total < 0 else parts
