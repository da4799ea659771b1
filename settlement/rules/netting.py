"""What each company of an operator is owed by each other one, as a matrix whose sums anyone can redo (S-01, S-02).

Companies are named by code (`161_35`). A cell is what its row is owed by its column, in signed fen: minus means that
the row owes. Between two companies both books are read: a row's own accounts make its cells, so that two cells which
are not each other's opposite show that the books of the two disagree.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any


@dataclass(frozen=True, order=True)
class Line:
    """One account of a statement: turnover in signed fen, and the number of its entries."""

    operator: str
    province: str
    kind: str
    counterpart: str
    fen: int
    n: int

    @property
    def company(self) -> str:
        """The code of the company that owns the account."""
        return f"{self.operator}_{self.province}"


@dataclass(frozen=True)
class Cell:
    """What `row` is owed by `column`, and the number of entries on the row's accounts."""

    row: str
    column: str
    fen: int
    n: int


@dataclass(frozen=True)
class Difference:
    """Two companies whose books about each other are not opposite: `fen` is their sum."""

    one: str
    other: str
    fen: int


@dataclass(frozen=True)
class Position:
    """A company over all its pairs, in fen: what it gets, what it pays (both positive), and the difference."""

    company: str
    gets: int
    pays: int
    net: int


@dataclass(frozen=True)
class Matrix:
    """Rows and columns in the order of their codes; a pair without entries has no cell."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: Mapping[tuple[str, str], Cell]

    def cell(self, row: str, column: str) -> Cell | None:
        """The cell of a pair, None where nothing was posted."""
        return self.cells.get((row, column))

    def of_row(self, row: str) -> int:
        """What a company is owed altogether: this it gets when the statement is settled, or pays when it is minus."""
        return sum(cell.fen for cell in self.cells.values() if cell.row == row)

    def of_column(self, column: str) -> int:
        """What all others are owed by a company, by their own books."""
        return sum(cell.fen for cell in self.cells.values() if cell.column == column)

    @property
    def positions(self) -> list[Position]:
        """What each company gets and pays, pair by pair, and the one sum it comes to."""
        found = []
        for row in self.rows:
            cells = [cell.fen for cell in self.cells.values() if cell.row == row]
            gets, pays = sum(fen for fen in cells if fen > 0), -sum(fen for fen in cells if fen < 0)
            found.append(Position(row, gets, pays, gets - pays))
        return found

    @property
    def total(self) -> int:
        """The sum of all cells: 0 when all books agree."""
        return sum(cell.fen for cell in self.cells.values())

    @property
    def moved(self) -> int:
        """What changes hands when everybody pays or gets one sum."""
        return sum(max(0, self.of_row(row)) for row in self.rows)

    @property
    def differences(self) -> list[Difference]:
        """Pairs of companies, both with rows here, whose cells are not opposite; the largest first."""
        found = []
        for one in self.rows:
            for other in (code for code in self.rows if code > one):
                fen = sum(cell.fen for key in ((one, other), (other, one)) if (cell := self.cells.get(key)))
                if fen:
                    found.append(Difference(one, other, fen))
        return sorted(found, key=lambda one: -abs(one.fen))


def matrix_of(lines: Sequence[Line]) -> Matrix:
    """The matrix of some lines; both kinds of account of a pair meet in one cell."""
    fen: dict[tuple[str, str], int] = defaultdict(int)
    n: dict[tuple[str, str], int] = defaultdict(int)
    for line in lines:
        fen[line.company, line.counterpart] += line.fen
        n[line.company, line.counterpart] += line.n
    cells = {key: Cell(*key, fen[key], n[key]) for key in fen}
    rows = tuple(sorted({row for row, _ in cells}))
    return Matrix(rows, tuple(sorted({column for _, column in cells})), cells)


def month_of(day: date) -> tuple[date, date]:
    """The first and the last day of a day's month."""
    first = day.replace(day=1)
    return first, (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)


def frozen_from(last_on: date, freeze_day: int) -> date:
    """The day from which a month that ends on `last_on` may be frozen: day `freeze_day` of the next one, at least 1."""
    return last_on + timedelta(days=max(1, freeze_day))


def book_text(head: Mapping[str, Any], lines: Sequence[Line], corrections: Sequence[tuple[str, str, str]]) -> bytes:
    """The canonical text of a statement, which is hashed and signed: JSON, sorted, no spaces.

    `lines`: [operator, province, kind, counterpart, fen, n] in this order; `corrections`: [transfer, number, why].
    """
    body = {
        **head,
        "lines": [[one.operator, one.province, one.kind, one.counterpart, one.fen, one.n] for one in sorted(lines)],
        "corrections": [list(one) for one in sorted(corrections)],
    }
    return json.dumps(body, ensure_ascii=True, sort_keys=True, separators=(",", ":")).encode()
