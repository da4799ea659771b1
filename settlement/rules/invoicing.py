"""What an invoice says in figures: tax inside a price, line by line, and what a red note takes back (S-04).

Prices contain the tax. Each line is rounded once, half a fen away from zero; a sum is the sum of its lines, so that
net and tax always add up to what was charged, to the fen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from portal.rules.money import round_fen

TAXED = ("bills", "unbilled", "late_fee", "penalty")
"""The accounts of the home company whose turnover is a charge, in the order of the lines."""


@dataclass(frozen=True)
class Priced:
    """One line: what it is for, the rate in per mille, whole fen with tax and the tax in it; a red line below zero."""

    kind: str
    rate: int
    gross_fen: int
    vat_fen: int

    @property
    def net_fen(self) -> int:
        """Whole fen without tax."""
        return self.gross_fen - self.vat_fen


def vat_within(gross_fen: int, rate: int) -> int:
    """The tax contained in a price, whole fen: gross × rate ÷ (1000 + rate), rounded once."""
    if rate < 0:
        raise ValueError("a rate is zero or more")
    return round_fen(Fraction(gross_fen * rate, 1000 + rate))


def lines_of(charged: Mapping[str, int], rates: Mapping[str, int]) -> list[Priced]:
    """The lines of an invoice over what was charged, whole fen by kind; kinds of nothing have none.

    Raises ValueError for a kind that is not taxed or a charge below zero.
    """
    if not charged.keys() <= set(TAXED) or min(charged.values(), default=0) < 0:
        raise ValueError("a charge is of a taxed kind and not below zero")
    return [
        Priced(kind, rates[kind], fen, vat_within(fen, rates[kind])) for kind in TAXED if (fen := charged.get(kind, 0))
    ]


def red_lines(issued: Sequence[Priced], before: Sequence[Priced], back: Mapping[str, int]) -> list[Priced]:
    """The lines, below zero, by which `back` (whole fen by kind) is taken from an invoice and its earlier red notes.

    The tax given back is what remains less what then remains, so that red notes over the whole price take back the
    whole tax, however it was divided. Raises ValueError for more than is left of a kind, or for nothing at all.
    """
    left = {one.kind: one.gross_fen for one in issued}
    for one in before:
        left[one.kind] += one.gross_fen
    wanted = {kind: fen for kind, fen in back.items() if fen}
    if not wanted or any(fen < 0 or fen > left.get(kind, 0) for kind, fen in wanted.items()):
        raise ValueError("a red note takes back something, and no more than is left")
    return [_taken(one, left[one.kind], wanted[one.kind]) for one in issued if one.kind in wanted]


def _taken(one: Priced, left: int, fen: int) -> Priced:
    vat = vat_within(left - fen, one.rate) - vat_within(left, one.rate)
    return Priced(one.kind, one.rate, -fen, vat)
