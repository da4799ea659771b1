"""Changing how simulated provinces behave."""

from __future__ import annotations

from typing import Any

from bss.gateway import Bss
from bss.simulated.tempers import Temper, set_temper, temper_of
from demo.cast.subscribers import OBSTRUCTIVE, SLOW
from demo.queries import seeded_provinces
from portal.actors import Actor

USUAL_MS = 50
SLOW_MS = 1500
OBSTRUCTED = ("release_contract", "close_line")
"""What an obstructive province of the demo refuses: orders, not the holder check, so that one sees the case go on."""


def present() -> list[tuple[Bss, str, int]]:
    """Every seeded province with its temper and the milliseconds it thinks, in operator and province order."""
    moods = ((bss, temper_of(bss)) for bss in seeded_provinces())
    return [(bss, mood.temper.value, round(mood.latency_s * 1000)) for bss, mood in moods]


def known(code: str) -> Bss | None:
    """The seeded province named `161_35`, None for any other text."""
    return next((bss for bss in seeded_provinces() if bss.code == code), None)


def change(bss: Bss, temper: str, latency_ms: int, *, by: Actor) -> None:
    """Set one province's temper and latency; it holds from the next exchange on."""
    knobs: dict[str, Any] = {"latency_ms": latency_ms}
    if temper == Temper.OBSTRUCTIVE:
        knobs["only"] = OBSTRUCTED
    set_temper(bss, Temper(temper), **knobs)


def make_all_honest(*, by: Actor) -> None:
    """Every province honest at the usual pace."""
    for bss in seeded_provinces():
        change(bss, Temper.HONEST, USUAL_MS, by=by)


def set_out(bss: Bss, *, by: Actor) -> None:
    """The temper a freshly seeded province starts with: one obstructs, one is slow, the others are honest."""
    first = {OBSTRUCTIVE: (Temper.OBSTRUCTIVE, USUAL_MS), SLOW: (Temper.SLOW, SLOW_MS)}
    temper, latency_ms = first.get(bss, (Temper.HONEST, USUAL_MS))
    change(bss, temper, latency_ms, by=by)
