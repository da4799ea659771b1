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
SUSPENDING = (signal.SIGSTOP, signal.SIGCONT)
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
    world: World = WORLD

    def pid(self, program: str) -> int:
        """The present process id of postgres, valkey, web, worker or beat."""
        return _state(self.world)["pids"][program]

    def kill(self, program: str, by: signal.Signals = signal.SIGKILL) -> None:
        """End a program at once, then wait until the supervisor has started it again."""
        dead = self.pid(program)
        self.strike(program, by)
        wait_for(lambda: self.pid(program) != dead, what=f"a new {program}", limit_s=20)
        wait_for(self._answers, what="the web server", limit_s=30)

    def strike(self, program: str, by: signal.Signals) -> None:
        """Send a program a signal, and its children too when it is one that lives on in them."""
        pid = self.pid(program)
        for one in [pid, *(children_of(pid) if program == "web" or by in SUSPENDING else [])]:
            with suppress(ProcessLookupError):
                os.kill(one, by)

    def _answers(self) -> bool:
        """Whether the web server, perhaps a new one, takes requests."""
        try:
            with urllib.request.urlopen(f"{self.url}/healthz", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def flush_broker(self) -> None:
        """Lose every message."""
        with redis.Redis.from_url(os.environ.get("REDIS_URL") or self.world.redis_url()) as broker:
            broker.flushall()

    def stop(self) -> None:
        """End it, and everything it started."""
        halt(self.process, _program(self.world))


def children_of(pid: int) -> list[int]:
    """A web server's workers go on serving for a moment when their master is killed: they die with it here."""
    listed = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(child) for child in listed.read_text(encoding="ascii").split()] if listed.exists() else []


def start(world: World = WORLD) -> RunningProduct:
    """A fresh product: new databases, seeded world, web, worker and beat."""
    program = _program(world)
    program.log.parent.mkdir(parents=True, exist_ok=True)
    program.log.write_bytes(b"")
    process = spawn(program)
    try:
        wait_for(_is_up(process, world), what=f"the product (see {program.log})", limit_s=START_LIMIT_S)
    except BaseException:
        halt(process, program)
        raise
    return RunningProduct(process, _state(world)["url"], world)


def _program(world: World) -> Program:
    """The supervisor of a world: `python -m portal.servers <its name>`."""
    return Program(
        name=world.name,
        argv=(sys.executable, "-m", "portal.servers", world.name),
        log=DATA / "logs" / f"{world.name}.log",
        env={"PYTHONPATH": str(CHECKOUT)},
        cwd=str(CHECKOUT),
        orphan_signal=signal.SIGTERM,
        stop_limit_s=60,
    )


def _is_up(process: subprocess.Popen[bytes], world: World) -> Callable[[], bool]:
    def up() -> bool:
        if process.poll() is not None:
            said = _program(world).log.read_text(encoding="utf-8")
            raise RuntimeError(f"the product ended at once:\n{said[-4000:]}")
        return _state_file(world).exists() and _state(world)["supervisor"] == process.pid

    return up


def _state_file(world: World) -> Path:
    return DATA / f"{world.name}.json"


def _state(world: World) -> State:
    found: State = json.loads(_state_file(world).read_text(encoding="ascii"))
    return found


@dataclass(frozen=True)
class Inside:
    """How a test reaches the running product's database and provinces by itself."""

    app: str
    owner: str
    provinces: str
    prefix: str


def addresses_of(product: RunningProduct, *, apart: bool = False) -> Inside:
    """The addresses the product was started with; on outside servers as its supervisor names them."""
    world = product.world
    described = Product(world, "portal.settings.test", 0, fresh=True, apart=apart)
    outside = os.environ.get("DATABASE_URL", "")
    beside = described.provinces_world.postgres_url("postgres", "postgres") if apart else ""
    found = provision(
        outside or world.postgres_url("postgres", "postgres"),
        described.database,
        bss_url=os.environ.get("BSS_DATABASE_URL") or beside,
    )
    prefix = f"bss_{HASH}_{world.name}" if outside else "bss"
    return Inside(found.app, found.owner, found.provinces, os.environ.get("BSS_DATABASE_PREFIX", prefix))
