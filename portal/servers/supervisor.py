"""Keeps a set of programs running: one that dies is started again; when it stops, all stop, last started first."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass

from portal.servers.process import Program, halt, spawn

QUICK_DEATHS = 60
"""So many exits within seconds of the start mean that the program cannot run at all."""


@dataclass
class Child:
    """A running program, and how often it died young."""

    program: Program
    process: subprocess.Popen[bytes]
    started: float
    quick_deaths: int = 0


class Supervisor:
    """Owns its children; use as a context manager so that nothing is left behind."""

    def __init__(self) -> None:
        self.children: list[Child] = []

    def __enter__(self) -> Supervisor:
        signal.signal(signal.SIGTERM, _leave)
        signal.signal(signal.SIGINT, _leave)
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop()

    def start(self, program: Program) -> Child:
        """Start one more program."""
        child = Child(program, spawn(program), time.monotonic())
        self.children.append(child)
        return child

    def stop(self) -> None:
        """Stop all, last started first; a second Ctrl-C does not interrupt it."""
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        while self.children:
            child = self.children.pop()
            halt(child.process, child.program)

    def revive(self) -> None:
        """Start again what has died. A crashed PostgreSQL leaves its memory block for a moment: it is tried again."""
        for child in self.children:
            if child.process.poll() is None:
                continue
            young = time.monotonic() - child.started < 5
            child.quick_deaths = child.quick_deaths + 1 if young else 0
            if child.quick_deaths > QUICK_DEATHS:
                raise RuntimeError(f"{child.program.name} does not start; see {child.program.log}\n{_tail(child)}")
            if young:
                time.sleep(0.1)
            child.process = spawn(child.program)
            child.started = time.monotonic()

    def wait_until(self, ready: Callable[[], bool], *, what: str, limit_s: float) -> None:
        """Poll until `ready`, reviving meanwhile; TimeoutError names what did not come."""
        end = time.monotonic() + limit_s
        while not ready():
            self.revive()
            if time.monotonic() > end:
                raise TimeoutError(f"{what} was not ready within {limit_s:g} s")
            time.sleep(0.05)

    def keep(self, until: Callable[[], bool] = lambda: False) -> None:
        """Watch the children until `until` or a signal."""
        while not until():
            self.revive()
            time.sleep(0.2)

    def pids(self) -> dict[str, int]:
        """The process ids by name, as they are now."""
        return {child.program.name: child.process.pid for child in self.children}


def _leave(_number: int, _frame: object) -> None:
    raise SystemExit(0)


def _tail(child: Child) -> str:
    return "\n".join(child.program.log.read_text(encoding="utf-8", errors="replace").splitlines()[-15:])
