"""Which trials a tier runs: places to die at, other weather, faults of the province; and the lock of the places."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from chaos import flows, matrix, weather
from chaos.trial import Trials

LOCK = Path(__file__).parent / "points.lock"


@dataclass(frozen=True)
class Job:
    """One trial to run: a flow with deaths, a cell of the matrix (one way or the other), or a flow in some weather."""

    flow: str
    deaths: tuple[int, ...] = ()
    at: str = ""
    kind: str = ""
    over_http: bool = False


def places_of(points: Iterable[str]) -> Counter[str]:
    """How often each place of a flow is reached: the points without their ordinal."""
    return Counter(point.rpartition("#")[0] for point in points)


def enumerate_all(trials: Trials) -> dict[str, list[str]]:
    """All points of all flows."""
    return {flow.name: trials.enumerate(flow) for flow in flows.FLOWS}


def write_lock(found: dict[str, list[str]]) -> None:
    """Write down how often each place is reached: fewer the next time is an error."""
    places = places_of(point for points in found.values() for point in points)
    LOCK.write_text("".join(f"{place} {count}\n" for place, count in sorted(places.items())), encoding="utf-8")


def lost_points(found: dict[str, list[str]]) -> list[str]:
    """Places of the lock that are reached less often than they were."""
    places = places_of(point for points in found.values() for point in points)
    locked = (line.rsplit(" ", 1) for line in LOCK.read_text(encoding="utf-8").splitlines())
    return [f"{place}: {places[place]} of {count}" for place, count in locked if places[place] < int(count)]


def plan(found: dict[str, list[str]], tier: str, seed: int) -> list[Job]:
    """The trials of a tier. Quick: a death at ten places of every flow, 20 double deaths, 12 others.

    Full: the first time at every place and 300 of the later ones, 120 double deaths, everything else.
    """
    chance = random.Random(seed)
    first: dict[str, tuple[str, int]] = {}
    every: list[tuple[str, int]] = []
    for flow, points in found.items():
        for index, point in enumerate(points):
            first.setdefault(point.rpartition("#")[0], (flow, index))
            every.append((flow, index))
    singles = list(first.values())
    later = [one for one in every if one not in set(singles)]
    if tier == "quick":
        singles, every = _quick(singles, chance), [one for one in every if not flows.BY_NAME[one[0]].lasts]
    doubles = [
        (flow, (index, chance.randrange(60))) for flow, index in chance.sample(every, 20 if tier == "quick" else 120)
    ]
    jobs = [Job(flow, (index,)) for flow, index in singles] + [Job(flow, deaths) for flow, deaths in doubles]
    outside = [Job(flow, (place,), kind=kind) for flow, kind, place in weather.cells(found, chance)]
    if tier == "full":
        ways = [
            Job(flow, at=at, kind=kind, over_http=http) for flow, at, kind in matrix.cells() for http in (False, True)
        ]
        return jobs + [Job(flow, (index,)) for flow, index in chance.sample(later, 300)] + outside + ways
    return jobs + chance.sample([one for one in outside if not flows.BY_NAME[one.flow].lasts], 12)


def _quick(singles: list[tuple[str, int]], chance: random.Random) -> list[tuple[str, int]]:
    """Ten places of every flow, four of one that lasts a month."""
    of_flow: dict[str, list[tuple[str, int]]] = {}
    for one in singles:
        of_flow.setdefault(one[0], []).append(one)
    share = {flow: 4 if flows.BY_NAME[flow].lasts else 10 for flow in of_flow}
    return [one for flow, places in of_flow.items() for one in chance.sample(places, min(share[flow], len(places)))]


def jobs_of(line: str, trials: Trials) -> list[Job]:
    """The trials of one line, as campaign.some takes it; ValueError for another word."""
    word, flow, *more = line.split()
    if word == "play":
        return [Job(flow)]
    if word in ("cell", "http"):
        return [Job(flow, at=more[0], kind=more[1], over_http=word == "http")]
    if word == "weather":
        found = {flow: trials.enumerate(flows.BY_NAME[flow])}
        cells = weather.cells(found, random.Random(trials.seed))
        return [Job(flow, (place,), kind=kind) for flow, kind, place in cells if kind.startswith(more[0])]
    if word not in ("every", "each"):
        raise ValueError(line)
    first: dict[str, int] = {}
    for index, point in enumerate(trials.enumerate(flows.BY_NAME[flow])):
        first.setdefault(point.rpartition("#")[0] if word == "every" else point, index)
    return [Job(flow, (index,)) for index in first.values()]
