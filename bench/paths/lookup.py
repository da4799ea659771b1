"""Number lookup: where a number lives, from the process's segments and from the database."""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median

from django.db import connection

from bench.ground import Ground
from bench.report import Row
from portal.masked import Phone
from portal.queries.register import home_of, home_of_many

NUMBERS = [Phone(f"16135{number:06d}") for number in range(1000)]


def rows(ground: Ground) -> list[Row]:
    """One at a time beside one round trip, and a thousand in one query."""
    trip, one, batch = [], [], []
    for _ in range(7):
        trip.append(_each_us(_round_trip, 500))
        one.append(_each_us(lambda: home_of(NUMBERS[7]), 500))
        batch.append(_each_us(lambda: home_of_many(NUMBERS), 5) / len(NUMBERS))
    ratio, each = median(one) / median(trip), median(batch)
    name = "number lookup"
    return [
        Row(name, median(one), "µs", "-", None, "round trip", median(trip), ratio, "≤ 2.5 round trips", ratio <= 2.5),
        Row(f"{name}, batch", each, "µs", "-", None, "-", None, each, "≤ 10 µs", each <= 10),
    ]


def _round_trip() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchone()


def _each_us(work: Callable[[], object], times: int) -> float:
    work()
    began = time.perf_counter()
    for _ in range(times):
        work()
    return (time.perf_counter() - began) / times * 1e6
