"""The demo's clock: an offset in seconds in one file that every process reads (portal.clock)."""

from __future__ import annotations

import os
import tempfile
from datetime import timedelta
from pathlib import Path

from django.conf import settings

from portal.actors import Actor
from portal.errors import Invalid

FARTHEST = timedelta(days=3 * 366)


def offset() -> timedelta:
    """How far the demo's clock is ahead of real time."""
    path: Path | None = settings.CLOCK_FILE
    if path is None or not path.exists():
        return timedelta(0)
    return timedelta(seconds=float(path.read_text(encoding="ascii").strip() or "0"))


def forward(step: timedelta, *, by: Actor) -> timedelta:
    """Move the clock ahead by `step` and return the new offset.

    Raises Invalid ``error.demo.clock`` for a step backwards, no step, or one that ends beyond three years.
    """
    ahead = offset() + step
    if step <= timedelta(0) or ahead > FARTHEST:
        raise Invalid("error.demo.clock", field="amount")
    _write(ahead)
    return ahead


def back_to_real(*, by: Actor) -> None:
    """Real time again; what has happened stays."""
    _write(timedelta(0))


def _write(ahead: timedelta) -> None:
    """Replace the file in one step, so that no process ever reads half of it."""
    path: Path | None = settings.CLOCK_FILE
    if path is None:
        raise Invalid("error.demo.clock", field="amount")
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".clock-")
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(f"{ahead.total_seconds():.0f}\n")
    os.chmod(name, 0o644)
    os.replace(name, path)
