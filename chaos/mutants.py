"""Can the campaign fail? Each patch spoils the product in one way, and a named invariant has to catch it.

A patch begins with `caught by: <invariant>` and lines `trial: play|every <flow>` or `trial: cell <flow> <at> <fault>`.
It goes on a copy of this very commit; one that no longer applies is a failure (RELIABILITY 2.6).
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
CHECKOUT = HERE.parent
PATCHES = HERE / "mutants"
SCRATCH = CHECKOUT / ".data" / f"mutants-{os.getpid()}"
"""A folder of this run's own: the servers of the last one may linger for a minute."""
GIT = ("/usr/bin/env", "git")
HOLDER = "from tests.databases import find_servers; held = find_servers(); print('up', flush=True); input()"
CAUGHT = "caught"
LIMIT_S = 300
SERVERS = ("DATABASE_URL", "REDIS_URL", "BSS_DATABASE_URL")


@dataclass(frozen=True)
class Mutant:
    """One way to spoil the product: the invariant that has to notice, and the trials in which it can."""

    name: str
    invariant: str
    trials: tuple[str, ...]
    path: Path


def all_of() -> list[Mutant]:
    """Every patch, in the order of the names; ValueError for one that does not say what catches it."""
    return [_read(path) for path in sorted(PATCHES.glob("*.patch"))]


def _read(path: Path) -> Mutant:
    head = path.read_text(encoding="utf-8").split("\ndiff --git", 1)[0].splitlines()
    said = [line.partition(": ")[::2] for line in head if ": " in line]
    invariant = next((value for name, value in said if name == "caught by"), "")
    trials = tuple(value for name, value in said if name == "trial")
    if not (invariant and trials):
        raise ValueError(f"{path.name} does not say what catches it, and where")
    return Mutant(path.stem, invariant, trials, path)


def run(say: Callable[[str], None], *, seed: int, only: str = "", but: str = "") -> dict[str, str]:
    """Try each mutant; gives what became of it by name: "caught" or what went wrong. `but` leaves an invariant out."""
    found: dict[str, str] = {}
    with _copy() as where:
        for mutant in all_of():
            if only in mutant.name:
                found[mutant.name] = _try(mutant, where, seed=seed, but=but)
                say(f"{mutant.name}: {found[mutant.name]}")
    return found


@contextmanager
def _copy() -> Iterator[Path]:
    """A copy of the commit with servers of its own, up until all mutants were tried."""
    _discard()
    _git(CHECKOUT, "worktree", "add", "-q", "--force", "--detach", str(SCRATCH), "HEAD")
    (SCRATCH / ".venv").symlink_to(CHECKOUT / ".venv")
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER], cwd=SCRATCH, env=_env(), stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        if holder.stdout is None or holder.stdout.readline().strip() != b"up":
            raise RuntimeError("the copy's servers did not start")
        yield SCRATCH
    finally:
        holder.communicate(b"\n")
        _discard()


def _discard() -> None:
    shutil.rmtree(SCRATCH, ignore_errors=True)
    _git(CHECKOUT, "worktree", "prune")


def _try(mutant: Mutant, where: Path, *, seed: int, but: str) -> str:
    _git(where, "checkout", "-q", "--", ".")
    if subprocess.run([*GIT, "apply", "--whitespace=nowarn", str(mutant.path)], cwd=where, check=False).returncode:
        return "the patch no longer applies"
    command = [sys.executable, "-m", "chaos", "some", *mutant.trials, "--seed", str(seed)]
    try:
        done = subprocess.run(
            command, cwd=where, env=_env(), capture_output=True, text=True, check=False, timeout=LIMIT_S
        )
    except subprocess.TimeoutExpired:
        return f"no end within {LIMIT_S} s"
    if not done.stdout.startswith("{"):
        return f"no trial was held: {done.stderr[-300:]}"
    wrong = set(json.loads(done.stdout.splitlines()[-1])) - {but}
    return CAUGHT if mutant.invariant in wrong else f"missed by {mutant.invariant}; found: {sorted(wrong)}"


def _env() -> dict[str, str]:
    """This process's environment, without the servers of this checkout: the copy has its own."""
    return {**{name: text for name, text in os.environ.items() if name not in SERVERS}, "PYTHONDONTWRITEBYTECODE": "1"}


def _git(where: Path, *words: str) -> None:
    subprocess.run([*GIT, *words], cwd=where, check=True, capture_output=True)
