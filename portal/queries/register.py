"""Where a number lives: the segment table in process, one indexed query for those that went elsewhere (G-02)."""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from portal.masked import Phone
from portal.models.register import NumberEntry, Operator, Rung, Segment

RELOAD_S = 5.0


@dataclass(frozen=True, slots=True)
class Home:
    """Who runs a number and in which province; ``original_operator`` is the one it was allocated to."""

    operator: str
    province: str
    original_operator: str
    state: str
    frozen_until: datetime | None


class _Segments:
    """The segment table of this process; an unknown beginning makes it look again, at most every few seconds."""

    def __init__(self) -> None:
        self.homes: dict[str, Home] = {}
        self.hotlines: dict[str, str] = {}
        self.read_at = -RELOAD_S

    def of(self, digits: str) -> Home | None:
        found = self.homes.get(digits[:7])
        if found is None and time.monotonic() - self.read_at >= RELOAD_S:
            self.load()
            found = self.homes.get(digits[:7])
        return found

    def load(self) -> None:
        rows = Segment.objects.values_list("prefix", "operator", "province")
        self.homes = {prefix: Home(op, province, op, Rung.IN_USE.value, None) for prefix, op, province in rows}
        self.hotlines = dict(Operator.objects.values_list("code", "hotline"))
        self.read_at = time.monotonic()

    def forget(self) -> None:
        self.homes, self.read_at = {}, -RELOAD_S


_segments = _Segments()
forget_segments = _segments.forget

# Plain SQL: building an ORM query costs four times the query (every page and message asks this).
_ONE = "SELECT operator, province, original_operator, state, frozen_until FROM portal_numberentry WHERE number = %s"
_MANY = """
SELECT number, operator, province, original_operator, state, frozen_until FROM portal_numberentry
WHERE number = ANY(%s)
"""


def home_of(number: Phone) -> Home | None:
    """The number's home, or None when its beginning was never allocated; one query."""
    with connection.cursor() as cursor:
        cursor.execute(_ONE, [int(number.plain)])
        row = cursor.fetchone()
    return _segments.of(number.plain) if row is None else Home(*row)


def held_since(number: Phone) -> datetime | None:
    """Since when the present holder has a recycled number; None for one that was never recycled (C-11)."""
    entry = NumberEntry.objects.filter(number=int(number.plain)).values_list("held_since", flat=True)
    return entry.first()


def hotline_of(operator: str) -> str:
    """The operator's hotline, which every notice names (N-09); "" for an unknown one."""
    return _segments.hotlines.get(operator, "")


def home_of_many(numbers: Iterable[Phone]) -> dict[Phone, Home | None]:
    """The homes of many numbers with one query."""
    wanted = list(numbers)
    with connection.cursor() as cursor:
        cursor.execute(_MANY, [[int(one.plain) for one in wanted]])
        elsewhere = {int(row[0]): Home(*row[1:]) for row in cursor.fetchall()}
    return {one: elsewhere.get(int(one.plain)) or _segments.of(one.plain) for one in wanted}
