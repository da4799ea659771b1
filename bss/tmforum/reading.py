"""What a question is on the wire: resources of a few tables in one listing, and back again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bss.shapes import LIST_LIMIT, Malformed
from bss.tmforum.places import Resource, Table


@dataclass(frozen=True)
class Part:
    """The resources of one table in a listing, and the fact they make: one, at most one (`maybe`), or a list (`many`).

    Without a `fact` the resource's facts are the answer's own.
    """

    table: Table
    fact: str = ""
    how: str = "one"


@dataclass(frozen=True)
class Reading:
    """A question: where it is searched and how its answer is written.

    `total` is (fact, list, member): a sum that is not sent, because whoever has the list can add it up.
    """

    collection: str
    view: str
    parts: tuple[Part, ...]
    total: tuple[str, str, str] | None = None

    def out(self, facts: Mapping[str, Any], number: str) -> list[Resource]:
        """The listing that says these facts of the line `number`."""
        listing: list[Resource] = []
        for part in self.parts:
            value = facts.get(part.fact) if part.fact else facts
            ones: Any = (value or []) if part.how == "many" else [] if value is None else [value]
            listing += [part.table.out(one, number) for one in ones]
        return listing

    def back(self, listing: Any, number: str) -> dict[str, Any]:
        """The facts of a listing. Raises Malformed at whatever is not as the tables say."""
        if not isinstance(listing, list) or len(listing) > LIST_LIMIT:
            raise Malformed("$")
        found: dict[str, list[dict[str, Any]]] = {part.table.type: [] for part in self.parts}
        tables = {part.table.type: part.table for part in self.parts}
        for n, one in enumerate(listing):
            kind = one.get("@type") if isinstance(one, dict) else None
            if not isinstance(kind, str) or kind not in tables:
                raise Malformed(f"$[{n}].@type")
            found[kind].append(tables[kind].back(one, f"$[{n}]", number))
        facts: dict[str, Any] = {}
        for part in self.parts:
            facts |= _fact(part, found[part.table.type])
        if self.total is not None:
            total, listed, member = self.total
            facts[total] = sum(one[member] for one in facts[listed])
        return facts


def _fact(part: Part, ones: list[dict[str, Any]]) -> dict[str, Any]:
    if part.how == "many":
        return {part.fact: ones}
    if len(ones) > 1 or (part.how == "one" and not ones):
        raise Malformed(f"$ ({part.table.type})")
    if not part.fact:
        return ones[0]
    return {part.fact: ones[0] if ones else None}
