"""Where an invariant looks: plain connections and raw SQL, nothing of the product's services."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg2.extensions import connection


@dataclass(frozen=True)
class Look:
    """Where a check looks: the centre, the home province, one case and its number."""

    centre: connection
    home: connection
    case_ref: str
    number: str

    @property
    def refs(self) -> list[str]:
        """Under what the case's money and orders go: its own ref, and that of what comes later from abroad."""
        tails = "SELECT t.ref FROM closure_roamingtail t JOIN closure_case c ON c.id = t.case_id WHERE c.ref = %s"
        return [self.case_ref, *(ref for (ref,) in self.rows(tails, self.case_ref))]

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Rows of the central database."""
        return _rows(self.centre, query, values)

    def theirs(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Rows of the home province's database."""
        return _rows(self.home, query, values)

    @property
    def case(self) -> Mapping[str, Any]:
        """The case as it stands."""
        found = self.rows("SELECT to_jsonb(c) FROM closure_case c WHERE ref = %s", self.case_ref)[0][0]
        instants = ("due_at", "lease_until", "filed_at", "closed_at")
        return {**found, **{name: datetime.fromisoformat(found[name]) for name in instants if found[name]}}


def _rows(opened: connection, query: str, values: tuple[Any, ...]) -> list[tuple[Any, ...]]:
    with opened.cursor() as db:
        db.execute(query, values)
        return list(db.fetchall())
