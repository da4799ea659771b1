"""The roaming tail: until when it may come, what of it counts, and how kept money meets it (C-06)."""

from __future__ import annotations

import calendar
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from closure.rules.balance import Priced, balance_of
from closure.rules.finding import Facts
from closure.rules.line import Line

BILL, KEEP = "bill", "keep"
WAYS = (BILL, KEEP)
"""Pay what comes on a page of its own, or keep something back of the refund until it is known."""


def expected_by(facts: Facts | None) -> date | None:
    """The last day the home province names for usage abroad; None where nothing is expected."""
    if facts is None or not facts["roamed"] or not facts["expected_by"]:
        return None
    return date.fromisoformat(facts["expected_by"])


def last_day(expected_on: date, filed_on: date, cycles: int) -> date:
    """The day after which nothing more is billed: the province's own, at most `cycles` months past the filing's."""
    months = filed_on.year * 12 + filed_on.month - 1 + cycles
    year, month = divmod(months, 12)
    end = date(year, month + 1, calendar.monthrange(year, month + 1)[1])
    return min(expected_on, end)


def kept_lines(lines: Sequence[Priced], most_fen: int) -> list[Line]:
    """What is kept back of the subscriber's own money, at most `most_fen`: never of what was paid and is returned."""
    kept = min(most_fen, balance_of(lines).own_fen)
    return [Line("kept", "line.kept", kept, "C-06", "formula.kept")] if kept > 0 else []


def counted(
    charges: Iterable[Facts],
    filed_on: date,
    *,
    until_on: date | None = None,
    known: Iterable[Facts] = (),
    elsewhere: Collection[str] = (),
) -> list[dict[str, Any]]:
    """The charges that count: for usage up to the filing, when roaming was barred (C-04); each id once, and none that
    another closing of the number has settled (`elsewhere`).

    `until_on` is given once that last day is over: then only what had arrived by it counts, as home says of the charge
    or as it is `known` from an earlier look, and a known charge is never above what was known.
    """
    before = {str(one["id"]): int(one["fen"]) for one in known}
    by_id = {}
    for one in charges:
        name, fen = str(one["id"]), min(one["fen"], before.get(str(one["id"]), one["fen"]))
        arrived = until_on is None or name in before or one.get("arrived_on", "9999-12-31") <= until_on.isoformat()
        if fen and arrived and name not in elsewhere and date.fromisoformat(one["on"]) <= filed_on:
            by_id[name] = {"id": name, "where": one["where"], "on": one["on"], "fen": fen}
    return [by_id[name] for name in sorted(by_id)]


@dataclass(frozen=True)
class Division:
    """Whole fen, none negative: taken from what was kept, given back of it, and still to be paid."""

    taken_fen: int
    back_fen: int
    owed_fen: int


def divided(charged_fen: int, kept_fen: int) -> Division:
    """How kept money meets what came; taken and back sum to what was kept, taken and owed to what came."""
    taken = min(charged_fen, kept_fen)
    return Division(taken, kept_fen - taken, charged_fen - taken)
