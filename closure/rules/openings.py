"""Who may close from when: single-card lines first, by home province and channel (C-16)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from closure.rules.finding import BLOCK, Facts, Finding

WHO = frozenset({"C-08", "C-09", "C-24", "C-25"})


@dataclass(frozen=True)
class Opened:
    """From when a channel is open to a circle: `from_on` None means that no date is told yet."""

    is_open: bool
    from_on: date | None = None


def state_of(rows: Iterable[tuple[str, date]], *, single: bool, on: date) -> Opened:
    """Whether a line may close on a day, by the rows (circle, from_on) of its home province and channel.

    A place without rows is open to everybody: the duty has held since 2019-01-01 (C-01).
    """
    found = list(rows)
    if not found:
        return Opened(True)
    starts = [from_on for circle, from_on in found if circle == "all" or single]
    if any(from_on <= on for from_on in starts):
        return Opened(True)
    return Opened(False, min(starts, default=None))


def findings(package: Facts | None, rows: Iterable[tuple[str, date]], *, on: date) -> list[Finding]:
    """What a line that is no single card is told where only single cards are open: the route of today, and its date."""
    opened = state_of(rows, single=bool(package and package["single_card"]), on=on)
    if opened.is_open or package is None:
        return []
    if opened.from_on is None:
        return [Finding("opening.unknown", BLOCK, ("C-16",), question="package")]
    return [Finding("opening.later", BLOCK, ("C-16",), {"from_on": opened.from_on.isoformat()}, question="package")]


def with_opening(
    found: Sequence[Finding], package: Facts | None, rows: Iterable[tuple[str, date]], *, on: date
) -> list[Finding]:
    """All findings with the one about openings; a person who is not proved is told nothing about the line (C-08)."""
    if any(finding.severity == BLOCK and WHO & set(finding.rules) for finding in found):
        return list(found)
    return [*findings(package, rows, on=on), *found]
