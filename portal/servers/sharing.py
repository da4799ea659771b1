"""The servers of the tests: shared by every test run of this checkout, gone soon after the last one.

A run holds a shared lock on `users.lock` while it lasts, however it ends. The daemon holds the servers; when it can
take that lock for itself, nobody is left, and it stops them. `slot` numbers keep runs side by side apart.
"""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import dataclass
from io import TextIOWrapper

import psycopg2
from psycopg2 import sql

from portal.servers import postgres, valkey
from portal.servers.fingerprint import fingerprint
from portal.servers.places import CHECKOUT, DATA, World
from portal.servers.process import wait_for
from portal.servers.supervisor import Supervisor

WORLD = World("test")
LINGER_S = 60
SLOTS = 64


@dataclass
class Lease:
    """One run's hold on the servers: keep the object alive as long as they are needed."""

    slot: int
    files: list[TextIOWrapper]

    def release(self) -> None:
        """Let go."""
        for file in self.files:
            file.close()


def lock_file(name: str) -> TextIOWrapper:
    """An open file to lock."""
    DATA.mkdir(exist_ok=True)
    return (DATA / name).open("a", encoding="ascii")


def take(*, start: bool = True) -> Lease:
    """Hold a slot and, unless external servers are used, the servers, starting them if nobody has yet."""
    users = lock_file("test-users.lock")
    if start:
        with lock_file("test-start.lock") as starting:
            fcntl.flock(starting, fcntl.LOCK_EX)
            fcntl.flock(users, fcntl.LOCK_SH)
            if not ready():
                _start_daemon()
                _drop_leftovers()
    slot, held = _free_slot()
    return Lease(slot, [users, held])


def ready() -> bool:
    """Whether both servers answer."""
    return postgres.answers(WORLD.postgres_url("postgres", "postgres")) and valkey.answers(WORLD.redis_url())


def serve() -> None:
    """The daemon: both servers with the fast flags, until no run has held them for a while."""
    if os.fork():
        os._exit(0)
    os.setsid()
    alone = lock_file("test-daemon.lock")
    fcntl.flock(alone, fcntl.LOCK_EX)
    users = lock_file("test-users.lock")
    with Supervisor() as supervisor:
        supervisor.start(postgres.program(WORLD, fast=True))
        supervisor.start(valkey.program(WORLD))
        supervisor.keep(until=_Idle(users))


class _Idle:
    """True once nobody has held the users' lock for LINGER_S; the lock is then ours."""

    def __init__(self, users: TextIOWrapper) -> None:
        self.users = users
        self.last_used = time.monotonic()

    def __call__(self) -> bool:
        try:
            fcntl.flock(self.users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self.last_used = time.monotonic()
            return False
        if time.monotonic() - self.last_used > LINGER_S:
            return True
        fcntl.flock(self.users, fcntl.LOCK_UN)
        return False


def _start_daemon() -> None:
    log = DATA / "logs" / "test" / "daemon.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as words:
        subprocess.run(
            [sys.executable, "-m", "portal.servers", "test-servers"],
            cwd=CHECKOUT,
            stdin=subprocess.DEVNULL,
            stdout=words,
            stderr=words,
            check=True,
            env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
        )
    wait_for(ready, what=f"the test servers (see {log})", limit_s=60)


def _drop_leftovers() -> None:
    """Old templates and clones of earlier runs; nobody else is here yet."""
    admin = psycopg2.connect(WORLD.postgres_url("postgres", "postgres"))
    admin.autocommit = True
    with closing(admin), admin.cursor() as db:
        db.execute("SELECT datname FROM pg_database WHERE starts_with(datname, 'tongban_')")
        for (name,) in db.fetchall():
            if not name.endswith(fingerprint()):
                db.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _free_slot() -> tuple[int, TextIOWrapper]:
    for slot in range(SLOTS):
        file = lock_file(f"test-slot-{slot}.lock")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.close()
            continue
        return slot, file
    raise RuntimeError(f"{SLOTS} test runs at once are enough")
