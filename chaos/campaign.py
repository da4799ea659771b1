"""The campaign: enumerate the points, share the trials between two processes, judge, and write one report."""

from __future__ import annotations

import json
import os
import random
import subprocess
import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, TextIO

from chaos import flows, live, matrix, tally, weather
from chaos.ground import Ground, prepare
from chaos.served import Links, served
from chaos.stage import VirtualClock
from chaos.trial import Outcome, Trials

HERE = Path(__file__).parent
LOCK = HERE / "points.lock"
REPORT = HERE / "out.json"
SHARES = 2

SOMETIMES = {
    "unknown_done": "SELECT count(*) FROM portal_movement WHERE subject_type = 'bss.command'"
    " AND from_state IN ('SENT', 'UNKNOWN') AND to_state = 'DONE' AND subject_ref IN (SELECT command_ref"
    " FROM bss_evidence WHERE question = 'enquire')",
    "unknown_not_done": "SELECT count(*) FROM portal_movement WHERE subject_type = 'bss.command'"
    " AND from_state IN ('SENT', 'UNKNOWN') AND to_state = 'EXPIRED'",
    "sent_again": "SELECT count(*) FROM (SELECT command_ref FROM bss_evidence WHERE question NOT IN ('enquire')"
    " AND command_ref <> '' GROUP BY command_ref HAVING count(*) > 1) AS twice",
    "compensation": "SELECT count(*) FROM bss_command WHERE verb IN ('cancel_tie', 'resume_charging', 'reverse')"
    " AND state = 'DONE'",
    "lie_found": "SELECT count(*) FROM portal_movement WHERE subject_type = 'bss.command' AND to_state = 'DISPROVED'",
    "obstruction": "SELECT count(*) FROM bss_obstruction",
}


@dataclass(frozen=True)
class Job:
    """One trial to run: a flow with deaths, a cell of the matrix (one way or the other), or a flow in some weather."""

    flow: str
    deaths: tuple[int, ...] = ()
    at: str = ""
    kind: str = ""
    over_http: bool = False


@dataclass
class Report:
    """What a campaign found."""

    seed: int
    commit: str
    points: int = 0
    faults_fired: int = 0
    invariant_evaluations: int = 0
    violations: list[dict[str, Any]] = field(default_factory=list)
    sometimes: dict[str, int] = field(default_factory=dict)
    mutants: dict[str, str] = field(default_factory=dict)
    slowest_heal_s: float = 0.0

    def add(self, outcome: Outcome) -> None:
        """Count one trial in."""
        self.faults_fired += max(1, len(outcome.died_at))
        self.invariant_evaluations += outcome.evaluated
        self.sometimes["takeover"] = self.sometimes.get("takeover", 0) + outcome.taken_over
        self.slowest_heal_s = max(self.slowest_heal_s, round(outcome.heal_s, 1))
        if outcome.violations:
            self.violations.append({"flow": outcome.flow, "at": outcome.died_at, "wrong": outcome.violations})

    @property
    def whole(self) -> bool:
        """Whether nothing was found wrong."""
        return not self.violations


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
    """The trials of a tier. Quick: a death at each of 100 places, 20 double deaths, 12 others.

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
    """A hundred places of all, a few of them in flows that last a month."""
    long = [one for one in singles if flows.BY_NAME[one[0]].lasts]
    short = [one for one in singles if not flows.BY_NAME[one[0]].lasts]
    return chance.sample(long, min(4, len(long))) + chance.sample(short, min(96, len(short)))


def some(lines: Sequence[str], seed: int) -> dict[str, list[str]]:
    """A few trials in this process: `play <flow>`, `every <flow>` (a death at each place), `each <flow>` (each time it
    is reached), `cell <flow> <at> <fault>`, `weather <flow> <kind>`, `http <flow> <at> <fault>`.

    Gives what was wrong, by invariant. Raises KeyError for a flow that there is not, ValueError for another word.
    """
    trials = Trials(prepare(), VirtualClock(), seed)
    wrong: dict[str, list[str]] = {}
    with served(trials.hands) as links:
        for job in [job for line in lines for job in _jobs_of(line, trials)]:
            for name, found in _one(trials, job, links).violations.items():
                wrong.setdefault(name, []).extend(found)
    trials.ground.servers.close()
    return wrong


def _jobs_of(line: str, trials: Trials) -> list[Job]:
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


def run(jobs: Sequence[Job], seed: int, say: Callable[[str], None], *, alive: bool = False) -> Report:
    """Run the trials in two processes, each with databases of its own, and add up what they found.

    `alive` runs the second tier beside them: it waits for the real clock most of the time.
    """
    works = [partial(_work, jobs[share::SHARES], seed) for share in range(SHARES)]
    due = len(jobs) + (len(live.KINDS) if alive else 0)
    works += [partial(_work_live, seed)] if alive else []
    files = [HERE / f"share-{number}.jsonl" for number in range(len(works))]
    pids = [_fork(work, file) for work, file in zip(works, files, strict=True)]
    report = Report(seed, _commit())
    for pid in pids:
        os.waitpid(pid, 0)
    done = 0
    for file in files:
        for line in file.read_text(encoding="utf-8").splitlines():
            told = json.loads(line)
            if "sometimes" in told:
                report.sometimes = dict(Counter(report.sometimes) + Counter(told["sometimes"]))
                continue
            report.add(Outcome(**told))
            done += 1
        file.unlink()
    if done != due:
        report.violations.append({"flow": "campaign", "at": [], "wrong": {"shares": [f"{done} of {due} trials"]}})
    report.sometimes = {name: report.sometimes.get(name, 0) for name in (*SOMETIMES, "takeover")} | tally.counts()
    say(f"{done} trials")
    return report


def _fork(work: Callable[[TextIO], None], file: Path) -> int:
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            with file.open("w", encoding="utf-8") as out:
                work(out)
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)
    return pid


def _work(jobs: Sequence[Job], seed: int, out: TextIO) -> None:
    ground = prepare()
    trials = Trials(ground, VirtualClock(), seed)
    with served(trials.hands) as links:
        for job in jobs:
            _tell(out, _one(trials, job, links).__dict__)
    _tell(out, {"sometimes": _sometimes(ground)})
    ground.servers.close()


def _work_live(seed: int, out: TextIO) -> None:
    for outcome in live.run(seed):
        _tell(out, outcome.__dict__)


def _tell(out: TextIO, facts: dict[str, Any]) -> None:
    out.write(json.dumps(facts, ensure_ascii=False) + "\n")
    out.flush()


def _one(trials: Trials, job: Job, links: Links) -> Outcome:
    if "." in job.kind:
        return weather.run(trials, job.flow, job.kind, *job.deaths)
    if job.kind:
        return matrix.run_cell(trials, job.flow, job.at, job.kind, links if job.over_http else None)
    return trials.run(flows.BY_NAME[job.flow], list(job.deaths))


def _sometimes(ground: Ground) -> dict[str, int]:
    counts = {}
    with ground.centre() as centre, centre.cursor() as db:
        for name, query in SOMETIMES.items():
            db.execute(query)
            row = db.fetchone()
            counts[name] = int(row[0]) if row else 0
    return counts


def _commit() -> str:
    asked = subprocess.run(
        ["/usr/bin/env", "git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    )
    return asked.stdout.strip()
