"""What a killed supervisor left running: known by the paths of its world, ended before the next start.

On Linux the children of a killed supervisor die with it, but not at once: PostgreSQL writes out its pages, the web
server answers what it was asked. Whoever holds the world's lock is the only rightful owner, so everything else that
bears the world's mark is a leftover.
"""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from pathlib import Path

from portal.servers.places import CHECKOUT, World
from portal.servers.process import wait_for

MARK = "TONGBAN_HOUSE"
PATIENCE_S = 3.0
_PROC = Path("/proc")


def mark(world: World) -> dict[str, str]:
    """The environment variable by which a program of this world is known."""
    return {MARK: f"{CHECKOUT}:{world.name}"}


def orphans(world: World) -> list[int]:
    """Process ids of this world's programs; call it holding the world's lock. Empty where there is no /proc."""
    ours = [int(entry.name) for entry in _PROC.glob("[0-9]*") if int(entry.name) != os.getpid()]
    return [pid for pid in ours if _belongs(pid, world)]


def end_orphans(world: World, *, patience_s: float = PATIENCE_S) -> int:
    """Give the leftovers time to end, ask them, then kill them; returns how many there were."""
    found = orphans(world)
    if not found or _gone(world, patience_s):
        return len(found)
    for sign in (signal.SIGINT, signal.SIGKILL):
        for pid in orphans(world):
            with suppress(ProcessLookupError, PermissionError):
                os.kill(pid, sign)
        if _gone(world, patience_s):
            return len(found)
    raise RuntimeError(f"processes of an earlier start do not end: {orphans(world)}")


def _gone(world: World, limit_s: float) -> bool:
    with suppress(TimeoutError):
        wait_for(lambda: not orphans(world), what="the end of an earlier start", limit_s=limit_s)
        return True
    return False


def _belongs(pid: int, world: World) -> bool:
    """Python programs bear the mark; the servers, which write over their environment, name their folders."""
    places = (f"{world.sockets}/", str(world.postgres_data))
    arguments = _read(pid, "cmdline")
    if any(place.encode() in arguments for place in places) and _is_server(arguments):
        return True
    wanted = f"{MARK}={CHECKOUT}:{world.name}".encode()
    return wanted in _read(pid, "environ").split(b"\0")


def _is_server(arguments: bytes) -> bool:
    program = Path(arguments.split(b"\0", 1)[0].split(b" ", 1)[0].decode(errors="replace")).name
    return program in ("postgres", "valkey-server")


def _read(pid: int, name: str) -> bytes:
    try:
        return (_PROC / str(pid) / name).read_bytes()
    except OSError:
        return b""
