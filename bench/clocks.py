"""Time and CPU of both sides: what the clients burnt, and what PostgreSQL burnt for them meanwhile."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median

_TICK_S = 1 / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Spent:
    """One window of work: how many operations, in how long, for how much CPU of clients and of the server (s)."""

    done: int
    wall_s: float
    client_s: float
    server_s: float

    @property
    def rate(self) -> float:
        """Operations a second."""
        return self.done / self.wall_s

    @property
    def cpu_ms(self) -> float:
        """CPU of both sides for one operation."""
        return 1000 * (self.client_s + self.server_s) / self.done


def postgres_s(postmaster: int) -> float:
    """CPU seconds of the server so far: its living processes, and those it has buried."""
    total = sum(_stat(postmaster, slice(13, 17)))
    for child in Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text(encoding="ascii").split():
        total += sum(_stat(int(child), slice(13, 15)))
    return total * _TICK_S


def _stat(pid: int, fields: slice) -> list[int]:
    """utime, stime and, for a parent, those of its dead children; nothing for a process that just ended."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except FileNotFoundError:
        return []
    return [int(one) for one in ["", "", *text.rpartition(")")[2].split()][fields]]


def window(postmaster: int, work: Callable[[], tuple[int, float]]) -> Spent:
    """Run `work`, which gives how much it did and the CPU of its clients, and watch the clock and the server."""
    server, began = postgres_s(postmaster), time.monotonic()
    done, client_s = work()
    return Spent(done, time.monotonic() - began, client_s, postgres_s(postmaster) - server)


def interleaved(rounds: int, sides: Mapping[str, Callable[[], Spent]]) -> dict[str, Spent]:
    """Each side once a round, so that the machine's moods meet all of them; of each the round of the median rate."""
    found: dict[str, list[Spent]] = {name: [] for name in sides}
    for _ in range(rounds):
        for name, measure in sides.items():
            found[name].append(measure())
    middle = {name: median(one.rate for one in all_of) for name, all_of in found.items()}
    return {name: min(all_of, key=lambda one: abs(one.rate - middle[name])) for name, all_of in found.items()}
