"""Idle connections to the provinces, few per process: 124 provinces × workers must stay under max_connections.

A connection is taken for one exchange and given back; at most eight of one province (one
verification) and sixteen in all lie idle, the
longest unused is closed first. A connection that failed is closed, never given back.
"""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg2
from psycopg2.extensions import connection

from bss.provinces import Bss

EACH, ALL = 8, 16

_idle: OrderedDict[int, tuple[Bss, connection]] = OrderedDict()
_guard = threading.Lock()


@contextmanager
def taken(bss: Bss, dsn: Callable[[], str], *, autocommit: bool = False) -> Iterator[connection]:
    """A connection for one exchange: committed and kept when the body ends, closed when it raises.

    `autocommit` saves a reader the two round trips of a transaction.

    Raises psycopg2.OperationalError when the province cannot be entered.
    """
    opened = _take(bss) or psycopg2.connect(dsn())
    try:
        opened.autocommit = autocommit
        yield opened
        if not autocommit:
            opened.commit()
    except BaseException:
        opened.close()
        raise
    _give_back(bss, opened)


def forget(bss: Bss) -> None:
    """Close the idle connections of one province."""
    while (opened := _take(bss)) is not None:
        opened.close()


def close_all() -> None:
    """Close every idle connection of this process."""
    with _guard:
        gone = [opened for _, opened in _idle.values()]
        _idle.clear()
    for opened in gone:
        opened.close()


def _take(bss: Bss) -> connection | None:
    with _guard:
        for key, (owner, opened) in reversed(_idle.items()):
            if owner == bss:
                del _idle[key]
                return opened
    return None


def _give_back(bss: Bss, opened: connection) -> None:
    gone: list[connection] = []
    with _guard:
        _idle[id(opened)] = (bss, opened)
        mine = [key for key, (owner, _) in _idle.items() if owner == bss]
        for key in mine[:-EACH]:
            gone.append(_idle.pop(key)[1])
        while len(_idle) > ALL:
            gone.append(_idle.popitem(last=False)[1][1])
    for each in gone:
        each.close()


def _leave_parents_connections() -> None:
    """A child must neither use nor close what its parent opened: the sockets are shared."""
    global _guard
    _guard = threading.Lock()
    _inherited.extend(opened for _, opened in _idle.values())
    _idle.clear()


_inherited: list[connection] = []
os.register_at_fork(after_in_child=_leave_parents_connections)
