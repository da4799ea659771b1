"""Lists by key: a sealed cursor that belongs to one reader, one list and one filter; nothing is counted."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from rest_framework import serializers

from portal.api.fields import QueryNumber, Sent, Text
from portal.api.operations import Call
from portal.cipher import Unsealable, seal, unseal

USUAL = 50
LONGEST_CURSOR = 400
Row = TypeVar("Row", bound=Model)
T = TypeVar("T")


class ListQuery(Sent):
    """How a list is asked for."""

    limit = QueryNumber(required=False, help_text="Rows a page, at most 100.")
    cursor = Text(required=False, max_length=LONGEST_CURSOR, help_text="`next` of the page before.")


def listed(call: Call, rows: QuerySet[Row], show: Callable[[Row], dict[str, Any]]) -> dict[str, Any]:
    """One page, newest first, and the cursor of the next; one query."""
    shown, following = page_of(call, rows)
    return {"items": [show(row) for row in shown], "next": following}


def page_of(call: Call, rows: QuerySet[Row]) -> tuple[list[Row], str | None]:
    """The rows of one page, newest first, and the cursor of the next; for a list that gathers more for all its rows."""
    size = int(call.query.get("limit", USUAL))
    if cursor := call.query.get("cursor"):
        rows = rows.filter(pk__lt=_key(call, str(cursor)))
    found = list(rows.order_by("-pk")[: size + 1])
    shown = found[:size]
    return shown, _cursor(call, shown[-1].pk) if len(found) > size else None


def listed_from_file(call: Call, rows: Sequence[T], show: Callable[[T], dict[str, Any]]) -> dict[str, Any]:
    """One page of what stands in a file, in the file's order; a row's key is its place there."""
    size = int(call.query.get("limit", USUAL))
    cursor = call.query.get("cursor")
    start = _key(call, str(cursor)) if cursor else 0
    shown = rows[start : start + size]
    following = _cursor(call, start + size) if start + size < len(rows) else None
    return {"items": [show(row) for row in shown], "next": following}


def _aad(call: Call) -> str:
    filters = {name: str(value) for name, value in sorted(call.query.items()) if name not in ("limit", "cursor")}
    return f"cursor:{call.operation.id}:{call.actor.ref}:{json.dumps(filters)}"


def _cursor(call: Call, pk: int) -> str:
    return base64.urlsafe_b64encode(seal(str(pk), _aad(call))).decode()


def _key(call: Call, cursor: str) -> int:
    try:
        return int(unseal(base64.urlsafe_b64decode(cursor.encode()), _aad(call)))
    except (Unsealable, binascii.Error, ValueError, UnicodeError):
        raise serializers.ValidationError({"cursor": [serializers.ErrorDetail("", "cursor")]}) from None
