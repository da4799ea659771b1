"""Holding the centre's rows against a province's book: which differences there are, and of what kind (S-03).

Pure: rows in, all differences out. Fen are signed as in the book: debit positive.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from bss.digests import Net

MISSING_HERE = "missing_here"
MISSING_THERE = "missing_there"
AMOUNT = "amount"
TWICE = "twice"
DATE = "date"
KINDS = (MISSING_HERE, MISSING_THERE, AMOUNT, TWICE, DATE)

Place = tuple[str, str]  # case and account
Days = Mapping[date, int]


@dataclass(frozen=True, order=True)
class Booked:
    """One row of a province's book, as it gives it out."""

    position: int
    command_id: str
    case_ref: str
    account: str
    on: date
    fen: int


@dataclass(frozen=True, order=True)
class Found:
    """One difference: whose case, on which account and day; each side's sum, 0 where it has none. `theirs_on`: the day
    on which the province has what we have on `on`.
    """

    case_ref: str
    account: str
    on: date
    kind: str
    ours_fen: int
    theirs_fen: int
    theirs_on: date | None = None


def nets_of(rows: Iterable[Booked]) -> list[Net]:
    """The rows of a book as the rows of its digest."""
    sums: defaultdict[tuple[str, str, date], int] = defaultdict(int)
    for row in rows:
        sums[row.case_ref, row.account, row.on] += row.fen
    return sorted(Net(case_ref, account, on, fen) for (case_ref, account, on), fen in sums.items() if fen)


def differences(ours: Iterable[Net], theirs: Iterable[Booked]) -> list[Found]:
    """Every difference, in order of case, account and day; [] when both say the same (S-03).

    Sums of one day that differ: twice where a command stands there more than once, else amount. What only one side has
    is a date where the other has the same sum on another day, else missing.
    """
    rows = list(theirs)
    here, there = _by_place(ours), _by_place(nets_of(rows))
    again = _again(rows)
    found: list[Found] = []
    for place in sorted(here.keys() | there.keys()):
        found += _at(place, here.get(place, {}), there.get(place, {}), again)
    return sorted(found)


def _by_place(nets: Iterable[Net]) -> dict[Place, dict[date, int]]:
    places: defaultdict[Place, dict[date, int]] = defaultdict(dict)
    for net in nets:
        places[net.case_ref, net.account][net.on] = net.fen
    return dict(places)


def _again(rows: Iterable[Booked]) -> set[tuple[Place, date]]:
    """Where and when a command stands in the book that stood there before."""
    seen: set[tuple[Place, str]] = set()
    again: set[tuple[Place, date]] = set()
    for row in sorted(rows):
        place = (row.case_ref, row.account)
        if (place, row.command_id) in seen:
            again.add((place, row.on))
        seen.add((place, row.command_id))
    return again


def _at(place: Place, ours: Days, theirs: Days, again: set[tuple[Place, date]]) -> list[Found]:
    found = []
    for on in sorted(ours.keys() & theirs.keys()):
        if ours[on] != theirs[on]:
            kind = TWICE if (place, on) in again else AMOUNT
            found.append(Found(*place, on, kind, ours[on], theirs[on]))
    left = {on: theirs[on] for on in sorted(theirs.keys() - ours.keys())}
    for on in sorted(ours.keys() - theirs.keys()):
        elsewhere = next((day for day, fen in left.items() if fen == ours[on]), None)
        if elsewhere is None:
            found.append(Found(*place, on, MISSING_THERE, ours[on], 0))
        else:
            found.append(Found(*place, on, DATE, ours[on], left.pop(elsewhere), elsewhere))
    for on, fen in left.items():
        found.append(Found(*place, on, TWICE if (place, on) in again else MISSING_HERE, 0, fen))
    return found
