"""Many threads that start at the same instant, each with a connection of its own."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

from django.db import connections

T = TypeVar("T")


def together(count: int, work: Callable[[int], T]) -> list[T | Exception]:
    """What each of `count` parallel calls returned or raised."""
    start = Barrier(count)

    def one(place: int) -> T | Exception:
        try:
            start.wait(20)
            return work(place)
        except Exception as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))
