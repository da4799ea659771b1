"""Where a fact stands in a TM Forum resource: tables of rows, read both ways by pure functions.

A row names a fact, its place and its kind. A place is a path (`productPrice[0].price.taxIncludedAmount`) or, for what
TM Forum has no name for, a characteristic (`#single_card`). Reading checks every step and type and raises `Malformed`
with the place; nothing is repaired. What no row names is left out, whatever it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import pairwise
from typing import Any, Protocol, cast

from bss.shapes import FEN_LIMIT, LIST_LIMIT, Malformed
from portal.clock import SHANGHAI

Resource = dict[str, Any]
_STEP = re.compile(r"([^\[\]]+)(?:\[([0-9])\])?")
_MISSING = object()


class Kind(Protocol):
    """How one value is written, and read back."""

    def out(self, value: Any) -> Any: ...

    def back(self, value: Any, path: str) -> Any: ...


@dataclass(frozen=True)
class Plain:
    """The value itself; its type is the shape's affair (bss.questions)."""

    def out(self, value: Any) -> Any:
        return value

    def back(self, value: Any, path: str) -> Any:
        return value


@dataclass(frozen=True)
class Money:
    """Whole fen as yuan with its currency, TM Forum's Money or, with other keys, its Quantity.

    A number of yuan is exact: fen / 100 is the float nearest to it, and no other float is taken.
    """

    amount: str = "value"
    unit: str = "unit"

    def out(self, value: Any) -> Any:
        return {self.amount: value / 100, self.unit: "CNY"}

    def back(self, value: Any, path: str) -> int:
        if not isinstance(value, dict) or value.get(self.unit) != "CNY":
            raise Malformed(path)
        yuan: Any = value.get(self.amount)
        if type(yuan) not in (int, float) or not abs(yuan) <= FEN_LIMIT / 100:
            raise Malformed(path)
        fen: int = round(yuan * 100)
        if fen / 100 != yuan:
            raise Malformed(path)
        return fen


@dataclass(frozen=True)
class Day:
    """A date as the instant of its midnight in Shanghai; read from any aware instant of that day."""

    def out(self, value: Any) -> Any:
        day = date.fromisoformat(value)
        return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI).isoformat()

    def back(self, value: Any, path: str) -> str:
        if not isinstance(value, str) or len(value) > 40:
            raise Malformed(path)
        try:
            instant = datetime.fromisoformat(value)
            if instant.tzinfo is None:
                raise Malformed(path)
            return instant.astimezone(SHANGHAI).date().isoformat()
        except (ValueError, OverflowError) as error:
            raise Malformed(path) from error


@dataclass(frozen=True)
class Month:
    """A bill's month as the instant it begins."""

    def out(self, value: Any) -> Any:
        return Day().out(f"{value}-01")

    def back(self, value: Any, path: str) -> str:
        day = Day().back(value, path)
        if not day.endswith("-01"):
            raise Malformed(path)
        return day[:7]


@dataclass(frozen=True)
class Word:
    """One word of ours for one of theirs."""

    words: Mapping[Any, str]

    def out(self, value: Any) -> Any:
        return self.words[value]

    def back(self, value: Any, path: str) -> Any:
        found = [ours for ours, theirs in self.words.items() if theirs == value]
        if len(found) != 1:
            raise Malformed(path)
        return found[0]


@dataclass(frozen=True)
class Maybe:
    """None is left out."""

    kind: Kind

    def out(self, value: Any) -> Any:
        return _MISSING if value is None else self.kind.out(value)

    def back(self, value: Any, path: str) -> Any:
        return self.kind.back(value, path)


@dataclass(frozen=True)
class Row:
    """One fact and its place; `optional` facts may be absent on both sides."""

    fact: str
    at: str
    kind: Kind = field(default_factory=Plain)
    optional: bool = False


@dataclass(frozen=True)
class Shown:
    """A fact said once more, in TM Forum's coarser words: it must agree with the exact one."""

    fact: str
    at: str
    words: Mapping[str, str]


@dataclass(frozen=True)
class Table:
    """A kind of resource: its `@type`, its rows, what always stands in it, and where its characteristics and its
    line's number stand.
    """

    rows: tuple[Row, ...]
    type: str = ""
    base: str = ""
    fixed: Mapping[str, Any] = field(default_factory=dict)
    bag: str = "productCharacteristic"
    line: str = ""
    shown: tuple[Shown, ...] = ()

    def out(self, facts: Mapping[str, Any], number: str = "") -> Resource:
        """The resource that says these facts; `number` is the line they are of."""
        resource: Resource = {"@type": self.type, "@baseType": self.base} if self.type else {}
        for at, value in self.fixed.items():
            _put(resource, at, value)
        if self.line and number:
            _put(resource, self.line, number)
        for row in self.rows:
            value = row.kind.out(facts[row.fact]) if row.fact in facts else _MISSING
            if value is not _MISSING:
                self._place(resource, row.at, value)
        for one in self.shown:
            _put(resource, one.at, one.words[facts[one.fact]])
        return resource

    def back(self, resource: Any, path: str, number: str = "") -> dict[str, Any]:
        """The facts a resource says. Raises Malformed, also when it speaks of another line than `number`."""
        if not isinstance(resource, dict) or (self.type and resource.get("@type") != self.type):
            raise Malformed(f"{path}.@type")
        for at, value in self.fixed.items():
            if _get(resource, at, path) != value:
                raise Malformed(f"{path}.{at}")
        if self.line and number and _get(resource, self.line, path) != number:
            raise Malformed(f"{path}.{self.line}")
        named = self.characteristics(resource, path)
        facts: dict[str, Any] = {}
        for row in self.rows:
            value = named.get(row.at[1:], _MISSING) if row.at[0] == "#" else _get(resource, row.at, path)
            facts |= _fact(row, value, f"{path}.{row.at}")
        for one in self.shown:
            exact = facts[one.fact]
            if not isinstance(exact, str) or _get(resource, one.at, path) != one.words.get(exact):
                raise Malformed(f"{path}.{one.at}")
        return facts

    def characteristics(self, resource: Resource, path: str) -> dict[str, Any]:
        """The characteristics by name, each once."""
        bag = _get(resource, self.bag, path)
        if bag is _MISSING:
            return {}
        if not isinstance(bag, list) or len(bag) > LIST_LIMIT:
            raise Malformed(f"{path}.{self.bag}")
        named: dict[str, Any] = {}
        for one in bag:
            name = one.get("name") if isinstance(one, dict) else None
            if not isinstance(name, str) or "value" not in one or name in named:
                raise Malformed(f"{path}.{self.bag}")
            named[name] = one["value"]
        return named

    def _place(self, resource: Resource, at: str, value: Any) -> None:
        if at[0] == "#":
            self.add(resource, at[1:], value)
        else:
            _put(resource, at, value)

    def add(self, resource: Resource, name: str, value: Any) -> None:
        """One more characteristic."""
        bag = _get(resource, self.bag, "$")
        _put(resource, self.bag, [*([] if bag is _MISSING else bag), {"name": name, "value": value}])


@dataclass(frozen=True)
class Many:
    """A list of resources of one table, inside another."""

    table: Table

    def out(self, value: Any) -> Any:
        return [self.table.out(one) for one in value]

    def back(self, value: Any, path: str) -> list[dict[str, Any]]:
        if not isinstance(value, list) or len(value) > LIST_LIMIT:
            raise Malformed(path)
        return [self.table.back(one, f"{path}[{n}]") for n, one in enumerate(value)]


@dataclass(frozen=True)
class Inner:
    """A resource of one table, inside another."""

    table: Table

    def out(self, value: Any) -> Any:
        return self.table.out(value)

    def back(self, value: Any, path: str) -> dict[str, Any]:
        return self.table.back(value, path)


def _fact(row: Row, value: Any, path: str) -> dict[str, Any]:
    """What a row makes of the value at its place."""
    if value is not _MISSING:
        return {row.fact: row.kind.back(value, path)}
    if isinstance(row.kind, Maybe):
        return {row.fact: None}
    if row.optional:
        return {}
    raise Malformed(path)


def _steps(at: str) -> list[str | int]:
    steps: list[str | int] = []
    for part in at.split("."):
        found = _STEP.fullmatch(part)
        if found is None:
            raise ValueError(at)
        steps.append(found[1])
        steps += [int(found[2])] if found[2] else []
    return steps


def _put(resource: Resource, at: str, value: Any) -> None:
    """Write a value at its place, making the objects and lists that lead there."""
    steps = _steps(at)
    here: Any = resource
    for step, after in pairwise(steps):
        fresh: Any = [] if isinstance(after, int) else {}
        if isinstance(step, int):
            here.extend([fresh] if len(here) == step else [])
            here = here[step]
        else:
            here = here.setdefault(step, fresh)
    if isinstance(here, list):
        here.append(value)
    else:
        here[steps[-1]] = value


def _get(resource: Any, at: str, path: str) -> Any:
    """The value at a place, or _MISSING; Malformed when the way leads through something else than objects and lists."""
    here = resource
    for step in _steps(at):
        if not isinstance(here, list if isinstance(step, int) else dict):
            raise Malformed(f"{path}.{at}")
        absent = len(here) <= step if isinstance(step, int) else step not in here
        if absent:
            return _MISSING
        here = cast(Any, here)[step]
    return here
