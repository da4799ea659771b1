"""The running product as the journeys see it: its address, its processes, and the faults one can do to it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

import redis

from portal.servers.places import CHECKOUT, DATA, HASH, World
from portal.servers.process import Program, halt, spawn, wait_for
from portal.servers.product import Product
from portal.servers.provision import provision

WORLD = World("journeys")
STATE = DATA / f"{WORLD.name}.json"
PROGRAM = Program(
    name="journeys",
    argv=(sys.executable, "-m", "portal.servers", "journeys"),
    log=DATA / "logs" / "journeys.log",
    env={"PYTHONPATH": str(CHECKOUT)},
    cwd=str(CHECKOUT),
    orphan_signal=signal.SIGTERM,
    stop_limit_s=60,
)
START_LIMIT_S = 300
"""Another run of the same checkout may hold the journeys' servers: this one waits for it."""


class State(TypedDict):
    """What the supervisor writes of itself."""

    supervisor: int
    url: str
    pids: dict[str, int]


@dataclass
class RunningProduct:
    """Started by `start()`; `url` is its address."""

    process: subprocess.Popen[bytes]
    url: str

    def pid(self, program: str) -> int:
        """The present process id of postgres, valkey, web, worker or beat."""
        return _state()["pids"][program]

    def kill(self, program: str) -> None:
        """SIGKILL, then wait until the supervisor has started it again."""
        dead = self.pid(program)
        for pid in [dead, *(_children_of(dead) if program == "web" else [])]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        wait_for(lambda: self.pid(program) != dead, what=f"a new {program}", limit_s=20)
        wait_for(self._answers, what="the web server", limit_s=30)

    def _answers(self) -> bool:
        """Whether the web server, perhaps a new one, takes requests."""
        try:
            with urllib.request.urlopen(f"{self.url}/healthz", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def flush_broker(self) -> None:
        """Lose every message."""
        with redis.Redis.from_url(os.environ.get("REDIS_URL") or WORLD.redis_url()) as broker:
            broker.flushall()

    def stop(self) -> None:
        """End it, and everything it started."""
        halt(self.process, PROGRAM)


def _children_of(pid: int) -> list[int]:
    """A web server's workers go on serving for a moment when their master is killed: they die with it here."""
    listed = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(child) for child in listed.read_text(encoding="ascii").split()] if listed.exists() else []


def start() -> RunningProduct:
    """A fresh product: new databases, seeded world, web, worker and beat."""
    PROGRAM.log.parent.mkdir(parents=True, exist_ok=True)
    PROGRAM.log.write_bytes(b"")
    process = spawn(PROGRAM)
    try:
        wait_for(_is_up(process), what=f"the product (see {PROGRAM.log})", limit_s=START_LIMIT_S)
    except BaseException:
        halt(process, PROGRAM)
        raise
    return RunningProduct(process, _state()["url"])


def _is_up(process: subprocess.Popen[bytes]) -> Callable[[], bool]:
    def up() -> bool:
        if process.poll() is not None:
            raise RuntimeError(f"the product ended at once:\n{PROGRAM.log.read_text(encoding='utf-8')[-4000:]}")
        return STATE.exists() and _state()["supervisor"] == process.pid

    return up


def _state() -> State:
    found: State = json.loads(STATE.read_text(encoding="ascii"))
    return found


@dataclass(frozen=True)
class Inside:
    """How a test reaches the running product's database and provinces by itself."""

    app: str
    provinces: str
    prefix: str


def addresses_of(product: RunningProduct) -> Inside:
    """The addresses the product was started with; on outside servers as its supervisor names them."""
    described = Product(WORLD, "portal.settings.test", 0, fresh=True)
    outside = os.environ.get("DATABASE_URL", "")
    found = provision(
        outside or WORLD.postgres_url("postgres", "postgres"),
        described.database,
        bss_url=os.environ.get("BSS_DATABASE_URL", ""),
    )
    prefix = f"bss_{HASH}_{WORLD.name}" if outside else "bss"
    return Inside(found.app, found.provinces, os.environ.get("BSS_DATABASE_PREFIX", prefix))
