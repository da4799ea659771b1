"""Child processes that never outlive their parent, not even when it is killed with SIGKILL."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from pwd import struct_passwd

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


@dataclass(frozen=True)
class Program:
    """What to run, as whom, where its words go, how it likes to be stopped, and the loopback port it answers at."""

    name: str
    argv: tuple[str, ...]
    log: Path
    env: Mapping[str, str] = field(default_factory=dict)
    cwd: str = "/"
    account: struct_passwd | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    orphan_signal: signal.Signals = signal.SIGKILL
    stop_limit_s: float = 15.0
    port: int = 0


def spawn(program: Program) -> subprocess.Popen[bytes]:
    """Start the program in a session of its own: the terminal's Ctrl-C reaches the supervisor only."""
    program.log.parent.mkdir(parents=True, exist_ok=True)
    account = program.account
    with program.log.open("ab") as log:
        return subprocess.Popen(
            program.argv,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=program.cwd,
            env={**os.environ, **program.env},
            start_new_session=True,
            user=account.pw_uid if account else None,
            group=account.pw_gid if account else None,
            extra_groups=[] if account else None,
            preexec_fn=die_with_parent(program.orphan_signal),
        )


def halt(process: subprocess.Popen[bytes], program: Program) -> None:
    """Ask the program to stop; after its limit it is killed."""
    if process.poll() is not None:
        return
    process.send_signal(program.stop_signal)
    try:
        process.wait(program.stop_limit_s)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def wait_for(ready: Callable[[], bool], *, what: str, limit_s: float) -> None:
    """Poll until `ready`; TimeoutError names what did not come."""
    end = time.monotonic() + limit_s
    while not ready():
        if time.monotonic() > end:
            raise TimeoutError(f"{what} was not ready within {limit_s:g} s")
        time.sleep(0.05)


def die_with_parent(orphan_signal: signal.Signals) -> Callable[[], None] | None:
    """Runs in the child after the change of account, because that change would clear the death signal."""
    if _LIBC is None:
        return None
    parent = os.getpid()

    def set_death_signal() -> None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, int(orphan_signal))
        if os.getppid() != parent:
            os._exit(1)

    return set_death_signal
