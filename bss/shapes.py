"""Checking what a province sent, because an answer is untrusted input: sized, typed, bounded; unknown keys dropped.

A shape has one verb, `read(value, path)`: the checked value, or `Malformed` naming the place. Nothing is repaired,
with one exception: control and direction characters are cut out of text, so that a province cannot turn a page round.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol

FEN_LIMIT = 10**12
LIST_LIMIT = 500
_MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])\Z")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")


class Malformed(Exception):
    """The value at `path` is not what the question's shape asks for."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


class Shape(Protocol):
    """Anything that can read a decoded JSON value."""

    def read(self, value: Any, path: str) -> Any: ...


@dataclass(frozen=True)
class Text:
    """A string of at most `limit` characters."""

    limit: int = 200

    def read(self, value: Any, path: str) -> str:
        """The text without control, direction and lone surrogate characters."""
        if not isinstance(value, str) or len(value) > self.limit:
            raise Malformed(path)
        return "".join(c for c in value if unicodedata.category(c) not in ("Cc", "Cf", "Cs"))


@dataclass(frozen=True)
class OneOf:
    """One of a closed set of words."""

    words: frozenset[str]

    def read(self, value: Any, path: str) -> str:
        """The word."""
        if not isinstance(value, str) or value not in self.words:
            raise Malformed(path)
        return value


@dataclass(frozen=True)
class Fen:
    """Whole fen (or another count): an int, never a bool or a float, between `least` and 10^12."""

    least: int = 0

    def read(self, value: Any, path: str) -> int:
        """The number."""
        if type(value) is not int or not self.least <= value <= FEN_LIMIT:
            raise Malformed(path)
        return value


@dataclass(frozen=True)
class Flag:
    """true or false."""

    def read(self, value: Any, path: str) -> bool:
        """The flag."""
        if not isinstance(value, bool):
            raise Malformed(path)
        return value


@dataclass(frozen=True)
class Day:
    """An ISO date, kept as text."""

    def read(self, value: Any, path: str) -> str:
        """The date's text."""
        if not isinstance(value, str) or not _DAY.match(value):
            raise Malformed(path)
        try:
            date.fromisoformat(value)
        except ValueError as error:
            raise Malformed(path) from error
        return value


@dataclass(frozen=True)
class Month:
    """A bill's month, `2026-10`."""

    def read(self, value: Any, path: str) -> str:
        """The month's text."""
        if not isinstance(value, str) or not _MONTH.match(value):
            raise Malformed(path)
        return value


@dataclass(frozen=True)
class Instant:
    """An ISO instant with its offset, kept as text."""

    def read(self, value: Any, path: str) -> str:
        """The instant's text."""
        if not isinstance(value, str) or len(value) > 40:
            raise Malformed(path)
        try:
            moment = datetime.fromisoformat(value)
        except ValueError as error:
            raise Malformed(path) from error
        if moment.tzinfo is None:
            raise Malformed(path)
        return value


@dataclass(frozen=True)
class Maybe:
    """null, or the shape inside."""

    shape: Shape

    def read(self, value: Any, path: str) -> Any:
        """None or the inner value."""
        return None if value is None else self.shape.read(value, path)


@dataclass(frozen=True)
class ListOf:
    """A list of at most 500 values of one shape."""

    shape: Shape

    def read(self, value: Any, path: str) -> list[Any]:
        """The checked list."""
        if not isinstance(value, list) or len(value) > LIST_LIMIT:
            raise Malformed(path)
        return [self.shape.read(entry, f"{path}[{n}]") for n, entry in enumerate(value)]


@dataclass(frozen=True)
class Fields:
    """An object: every key of `needed` is there, keys of `optional` may be, any other is dropped."""

    needed: Mapping[str, Shape]
    optional: Mapping[str, Shape] = field(default_factory=dict)

    def read(self, value: Any, path: str) -> dict[str, Any]:
        """The checked object with known keys only."""
        if not isinstance(value, dict):
            raise Malformed(path)
        found: dict[str, Any] = {}
        for key, shape in self.needed.items():
            if key not in value:
                raise Malformed(f"{path}.{key}")
            found[key] = shape.read(value[key], f"{path}.{key}")
        for key, shape in self.optional.items():
            if key in value:
                found[key] = shape.read(value[key], f"{path}.{key}")
        return found
