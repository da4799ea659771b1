"""Crash points, found and not listed: every commit of a write, gateway call and publish says that it is reached.

Installed in a child process only. A point's name is `flow/step/site#n`: the n-th time that site is reached in that step
of that flow. Autocommit writes are an error: they would be points that nobody counts.
"""

from __future__ import annotations

import os
import re
import signal
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

from bss.services import health
from chaos import tally
from portal import nudges

WRITES = re.compile(r"\s*(?:WITH\b.*?\b)?(INSERT|UPDATE|DELETE|TRUNCATE|MERGE)\b", re.IGNORECASE | re.DOTALL)


class WriteOutsideTransaction(AssertionError):
    """A row was written in autocommit: no crash point stands before it."""


def die() -> None:
    """SIGKILL to this very process."""
    os.kill(os.getpid(), signal.SIGKILL)


@dataclass
class Watch:
    """Counts the points of one run and, when told to, dies at one of them, or does what `act` does there.

    `die_at` is its index; where the run takes another turn than the one that was counted, it is the next point at one
    of the `sites`.
    """

    flow: str
    die_at: int | None = None
    tell: Callable[[str], None] = lambda _point: None
    act: Callable[[], None] = die
    sites: tuple[str, ...] = ("",)
    struck: bool = False
    step: str = "start"
    seen: list[str] = field(default_factory=list)
    times: Counter[str] = field(default_factory=Counter)

    def reach(self, site: str) -> None:
        """A point is reached; when it is the one, it happens."""
        place = f"{self.flow}/{self.step}/{site}"
        self.times[place] += 1
        point = f"{place}#{self.times[place]}"
        self.seen.append(point)
        due = self.die_at is not None and len(self.seen) > self.die_at
        if due and not self.struck and site.startswith(self.sites):
            self.struck = True
            self.tell(point)
            self.act()


class _Current:
    """The watch of this process, or none."""

    watch: Watch | None = None


def reach(site: str) -> None:
    """Tell this process's watch, if there is one."""
    if _Current.watch is not None:
        _Current.watch.reach(site)


def step(name: str) -> None:
    """What follows belongs to this step."""
    if _Current.watch is not None:
        _Current.watch.step = name


def install(watch: Watch) -> None:
    """Put the hooks in place, for the rest of this process's life."""
    _Current.watch = watch
    commit = BaseDatabaseWrapper._commit  # type: ignore[attr-defined]

    def watched(self: BaseDatabaseWrapper) -> Any:
        if not _wrote(self):
            return commit(self)
        reach("commit.before")
        done = commit(self)
        reach("commit.after")
        return done

    BaseDatabaseWrapper._commit = watched  # type: ignore[attr-defined]
    connection.execute_wrappers.append(_no_autocommit_write)
    nudges.broker = Silence()  # type: ignore[assignment]
    _count_what_is_shed()


def _wrote(opened: BaseDatabaseWrapper) -> bool:
    """Whether the open transaction wrote or locked a row: nothing can be lost with one that only read."""
    with opened.connection.cursor() as db:
        db.execute("SELECT pg_current_xact_id_if_assigned() IS NOT NULL")
        row = db.fetchone()
    return row is not None and bool(row[0])


def _count_what_is_shed() -> None:
    may_pass = health.may_pass

    def watched(*of: Any, **limits: Any) -> bool:
        passes = may_pass(*of, **limits)
        if not passes:
            tally.count("shed_load")
        return passes

    health.may_pass = watched


def _no_autocommit_write(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
    if WRITES.match(str(sql)) and not context["connection"].in_atomic_block:
        raise WriteOutsideTransaction(str(sql)[:80])
    return execute(sql, params, many, context)


class Silence:
    """A broker that takes every message and delivers none: whatever happens, happens by the sweep."""

    def send(self, task_name: str, ids: tuple[str | int, ...]) -> bool:
        """A point before and one after each publish."""
        reach(f"publish.{task_name}.before")
        reach(f"publish.{task_name}.after")
        return True
