"""JSON read strictly: one reading only, and nothing the database cannot hold (RELIABILITY §5)."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import IO, Any

from rest_framework import exceptions
from rest_framework.parsers import BaseParser

from portal.api.problems import Malformed, TooLarge

DEEPEST = 8
LONGEST_NUMBER = 18
MOST_MEMBERS = 200


class Twice(str):
    """The name of a member that stands twice; it marks where."""

    __slots__ = ()


class NoNumber:
    """NaN, an infinity, or more digits than any amount has."""


class StrictJson(BaseParser):
    """`application/json` in UTF-8: duplicate names, NaN, NUL and half characters are refused by name."""

    media_type = "application/json"

    def parse(self, stream: IO[Any], media_type: str | None = None, parser_context: Any = None) -> Any:
        """The object sent. Malformed (400), TooLarge (413), or ValidationError (422) that names the member."""
        limit = parser_context["view"].operation_or_none.limit if parser_context else 0
        raw = stream.read(limit + 1)
        if len(raw) > limit:
            raise TooLarge
        try:
            body = json.loads(
                raw.decode("utf-8"),
                object_pairs_hook=_pairs,
                parse_constant=lambda _text: NoNumber(),
                parse_float=_float,
                parse_int=_int,
            )
        except (ValueError, RecursionError) as error:
            raise Malformed from error
        if not isinstance(body, dict):
            raise exceptions.ValidationError({"": [exceptions.ErrorDetail("", "object")]})
        _judge(body, "", 0)
        return body


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    body: dict[str, Any] = {}
    for name, value in pairs:
        if name in body:
            body[Twice(name + "\x00twice")] = name
        body[name] = value
    return body


def _float(text: str) -> Any:
    value = float(text)
    return value if math.isfinite(value) else NoNumber()


def _int(text: str) -> Any:
    return int(text) if len(text.lstrip("-")) <= LONGEST_NUMBER else NoNumber()


def _judge(value: Any, where: str, depth: int) -> None:
    """Raise for the first member nobody can store or read in one way only."""
    if depth > DEEPEST or (isinstance(value, Mapping) and len(value) > MOST_MEMBERS):
        raise _wrong(where, "deep")
    if isinstance(value, Mapping):
        for name, inner in value.items():
            _judge_member(name, inner, where, depth)
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            _judge(inner, f"{where}[{place}]", depth + 1)
    elif isinstance(value, NoNumber):
        raise _wrong(where, "number")
    elif isinstance(value, str) and not _storable(value):
        raise _wrong(where, "characters")


def _judge_member(name: str, inner: Any, where: str, depth: int) -> None:
    if isinstance(name, Twice):
        raise _wrong(_below(where, inner), "twice")
    if not _storable(name):
        raise _wrong(where, "characters")
    _judge(inner, _below(where, name), depth + 1)


def _below(where: str, name: str) -> str:
    return f"{where}.{name[:60]}" if where else name[:60]


def _storable(text: str) -> bool:
    return "\x00" not in text and (text.isascii() or not any("\ud800" <= sign <= "\udfff" for sign in text))


def _wrong(where: str, code: str) -> exceptions.ValidationError:
    return exceptions.ValidationError({where: [exceptions.ErrorDetail("", code)]})
