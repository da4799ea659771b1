"""The campaign: enumerate the points, share the trials between two processes, judge, and write one report."""

from __future__ import annotations

import json
import os
import traceback
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, TextIO

from chaos import flows, live, matrix, tally, weather
from chaos.ground import Ground, prepare
from chaos.planning import Job, jobs_of
from chaos.report import SOMETIMES, Report, commit_now
from chaos.served import Links, served
from chaos.stage import VirtualClock
from chaos.trial import Outcome, Trials

HERE = Path(__file__).parent
REPORT = HERE / "out.json"
SHARES = 2


def some(lines: Sequence[str], seed: int) -> dict[str, list[str]]:
    """A few trials in this process: `play <flow>`, `every <flow>` (a death at each place), `each <flow>` (each time it
    is reached), `cell <flow> <at> <fault>`, `weather <flow> <kind>`, `http <flow> <at> <fault>`.

    Gives what was wrong, by invariant. Raises KeyError for a flow that there is not, ValueError for another word.
    """
    trials = Trials(prepare(), VirtualClock(), seed)
    wrong: dict[str, list[str]] = {}
    with served(trials.hands) as links:
        for job in [job for line in lines for job in jobs_of(line, trials)]:
            for name, found in _one(trials, job, links).violations.items():
                wrong.setdefault(name, []).extend(found)
    trials.ground.servers.close()
    return wrong


def run(jobs: Sequence[Job], seed: int, say: Callable[[str], None], *, alive: bool = False) -> Report:
    """Run the trials in two processes, each with databases of its own, and add up what they found.

    `alive` runs the second tier beside them: it waits for the real clock most of the time.
    """
    works = [partial(_work, jobs[share::SHARES], seed) for share in range(SHARES)]
    due = len(jobs) + (len(live.KINDS) if alive else 0)
    works += [partial(_work_live, seed)] if alive else []
    files = [HERE / f"share-{number}.jsonl" for number in range(len(works))]
    pids = [_fork(work, file) for work, file in zip(works, files, strict=True)]
    report = Report(seed, commit_now())
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
