"""What an order works on in a simulated province, and what it leaves behind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from psycopg2.extensions import cursor

from bss import answers
from bss.adapters import Order
from bss.simulated.replies import Refusal, Row


@dataclass(frozen=True)
class Effect:
    """What one order changed: fen moved, the command it undoes, facts for the reply, legs of the province's books.

    `undo` is what a later `reverse` must know of how things were.
    """

    fen: int = 0
    undoes: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    book: Mapping[str, int] = field(default_factory=dict)
    undo: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class At:
    """Where and when an order works."""

    db: cursor
    line: Row
    order: Order
    payload: Mapping[str, Any]
    now: datetime

    @property
    def number(self) -> str:
        return str(self.line["number"])

    def do(self, query: str, *values: object) -> int:
        """Run a statement and return how many rows it changed."""
        self.db.execute(query, values)
        return self.db.rowcount

    def fen(self, name: str) -> int:
        """A sum of the payload: whole fen, not negative; Refusal otherwise."""
        value = self.payload.get(name, 0)
        if type(value) is not int or value < 0:
            raise Refusal(answers.MALFORMED_ORDER, f"{name} 不是金额")
        return value
