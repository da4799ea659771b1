"""Accounts added up by company: what a finance clerk looks at first (S-02)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from settlement.ledger import BANK, CASH, CASH_DIFFERENCE, CLEARING, PAYABLE, PROVIDER, RECEIVABLE

GROUPS = ("money", RECEIVABLE, PAYABLE, CLEARING, "own")
"""The columns of the tree; `money` is what a company has in hand, `own` everything with its own subscribers."""
_IN_HAND = frozenset({PROVIDER, CASH, BANK, CASH_DIFFERENCE})


@dataclass(frozen=True)
class CompanyRow:
    """One company: balances in signed fen in the order of `GROUPS`, their sum, and how many accounts moved."""

    company: str
    fen: tuple[int, ...]
    total_fen: int
    accounts: int


def by_company(balances: Iterable[tuple[str, str, int]]) -> list[CompanyRow]:
    """Rows in the order of the companies' codes, from (company, kind of account, signed fen)."""
    sums: dict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(GROUPS, 0))
    count: dict[str, int] = defaultdict(int)
    for company, kind, fen in balances:
        sums[company]["money" if kind in _IN_HAND else kind if kind in GROUPS else "own"] += fen
        count[company] += 1
    return [
        CompanyRow(company, tuple(groups.values()), sum(groups.values()), count[company])
        for company, groups in sorted(sums.items())
    ]


def sum_of(rows: Iterable[CompanyRow]) -> CompanyRow:
    """All rows in one; over one operator's whole books its total is 0 unless operators owe each other."""
    found = list(rows)
    columns = tuple(sum(row.fen[at] for row in found) for at in range(len(GROUPS)))
    return CompanyRow("", columns, sum(columns), sum(row.accounts for row in found))
