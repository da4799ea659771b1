"""Paging by key, not by offset: a page costs the same wherever it lies, and nothing is counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.db.models import Model, QuerySet

PAGE_SIZE = 50
LARGEST_KEY = 2**63 - 1
Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True)
class Page(Generic[Row]):
    """One page, newest first. `older` and `newer` are the keys of the pages beside it, None at the ends."""

    rows: Sequence[Row]
    older: int | None
    newer: int | None


def page_of(rows: QuerySet[Row], *, before: str = "", after: str = "", size: int = PAGE_SIZE) -> Page[Row]:
    """The `size` newest rows, those older than key `before`, or those just newer than key `after`; one query.

    A key that is no number is read as absent.
    """
    if (key := key_of(after)) is not None:
        found = list(rows.filter(pk__gt=key).order_by("pk")[: size + 1])
        shown = found[:size][::-1]
        return Page(shown, shown[-1].pk if shown else None, shown[0].pk if len(found) > size else None)
    key = key_of(before)
    found = list((rows if key is None else rows.filter(pk__lt=key)).order_by("-pk")[: size + 1])
    shown = found[:size]
    return Page(
        shown,
        shown[-1].pk if len(found) > size else None,
        shown[0].pk if shown and key is not None else None,
    )


def key_of(text: str) -> int | None:
    """A positive key of at most 19 ASCII digits that the database can hold."""
    if not (text.isascii() and text.isdigit() and len(text) <= 19):
        return None
    return min(int(text), LARGEST_KEY)
