"""One trial: a prepared case, one or more deaths at given points, a recovery, and the checks."""

from __future__ import annotations

import json
import os
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

from chaos import invariants, points, provinces, stage
from chaos.flow import MORNING, Flow
from chaos.ground import FUJIAN, Ground
from chaos.look import Look
from chaos.stage import Cast, VirtualClock
from portal.masked import Phone

LEASE_OVER = timedelta(minutes=2)
DIED = "died"


@dataclass
class Outcome:
    """What a trial showed: the points it died at, how long the recovery took, what was wrong afterwards."""

    flow: str
    died_at: list[str] = field(default_factory=list)
    heal_s: float = 0.0
    violations: dict[str, list[str]] = field(default_factory=dict)
    evaluated: int = 0
    taken_over: int = 0


@dataclass(frozen=True)
class Child:
    """A forked child and what it tells."""

    pid: int
    told: int


def begin_child(work: Callable[[Callable[[str], None]], None]) -> Child:
    """Fork a child that does `work` and tells line by line."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reader)
        _child(work, writer)
    os.close(writer)
    return Child(pid, reader)


def end_of(child: Child, *, waited: int | None = None) -> tuple[list[str], str]:
    """What it told, and its error: "" for none, "died" by SIGKILL. `waited` is its status when that is known."""
    with os.fdopen(child.told, encoding="utf-8") as told:
        lines = told.read().splitlines()
    status = os.waitpid(child.pid, 0)[1] if waited is None else waited
    error = "\n".join(line.removeprefix("!") for line in lines if line.startswith("!"))
    return [line for line in lines if not line.startswith("!")], DIED if os.WIFSIGNALED(status) else error


def in_child(work: Callable[[Callable[[str], None]], None]) -> tuple[list[str], str]:
    """Run `work` in a forked child to its end; gives what `end_of` gives."""
    return end_of(begin_child(work))


def _child(work: Callable[[Callable[[str], None]], None], writer: int) -> None:
    def tell(line: str) -> None:
        os.write(writer, f"{line}\n".encode())

    try:
        work(tell)
    except BaseException:
        for line in traceback.format_exc().splitlines()[-12:]:
            tell(f"!{line}")
    os._exit(0)


@dataclass
class Trials:
    """Runs trials on one ground, each with a line of its own."""

    ground: Ground
    hands: VirtualClock
    seed: int
    serial: int = 0

    def enumerate(self, flow: Flow) -> list[str]:
        """Every crash point of a flow, in the order they are reached."""
        cast = self.prepare(flow)
        told, error = in_child(lambda tell: self._play(flow, cast, None, tell, all_points=True))
        if error:
            raise AssertionError(f"{flow.name} without any fault: {error}")
        return told

    def prepare(self, flow: Flow) -> Cast:
        """A new line and its draft, at ten in the morning."""
        self.serial += 1
        self.hands.set(MORNING)

        def work(tell: Callable[[str], None]) -> None:
            self.hands.enter()
            self.hands.set(flow.begins(self.serial))
            cast = stage.prepare(flow, self.serial)
            tell(json.dumps([cast.number.plain, cast.case_ref, cast.account_ref]))

        told, error = in_child(work)
        if error:
            raise AssertionError(error)
        number, case_ref, account_ref = json.loads(told[0])
        return Cast(Phone(number), case_ref, account_ref)

    def run(self, flow: Flow, deaths: list[int]) -> Outcome:
        """Die at each of these points, one life after the other, then recover and be checked."""
        cast, outcome = self.prepare(flow), Outcome(flow.name)
        for number, die_at in enumerate(deaths):
            told, error = in_child(partial(self._play, flow, cast, die_at, life=number))
            outcome.died_at += told
            outcome.taken_over += self._held(cast)
            if error != DIED:
                outcome.violations["played"] = [error] if error else []
                break
        began = time.monotonic()
        _, error = self.heal(flow, cast, life=len(deaths))
        outcome.heal_s = time.monotonic() - began
        outcome.violations = self.check(cast) | ({"i08_liveness": [error]} if error else {})
        outcome.evaluated = len(invariants.ALL) + 1
        return outcome

    def heal(self, flow: Flow, cast: Cast, *, life: int = 1) -> tuple[list[str], str]:
        """Another worker takes over and plays to the end."""
        return in_child(lambda tell: self._play(flow, cast, None, tell, life=life))

    def _held(self, cast: Cast) -> int:
        """Whether the dead still holds the case's lease, so that the next life has to take it over: 1 or 0."""
        with self.ground.centre() as centre, centre.cursor() as db:
            db.execute("SELECT count(*) FROM closure_case WHERE ref = %s AND lease_until > now()", [cast.case_ref])
            row = db.fetchone()
        return int(row[0]) if row else 0

    def check(self, cast: Cast, *, but: frozenset[str] = frozenset()) -> dict[str, list[str]]:
        """All invariants on one case."""
        with self.ground.centre() as centre, self.ground.province(FUJIAN) as home:
            return invariants.check(Look(centre, home, cast.case_ref, cast.number.plain), but=but)

    def _play(
        self,
        flow: Flow,
        cast: Cast,
        die_at: int | None,
        tell: Callable[[str], None],
        *,
        life: int = 0,
        all_points: bool = False,
    ) -> None:
        self.hands.enter()
        if life:
            stage.let_leases_run_out()
            self.hands.set(self.hands.now() + LEASE_OVER)
        provinces.one_by_one()
        watch = points.Watch(flow.name, die_at, tell)
        points.install(watch)
        stage.play(flow, cast, self.hands, seed=self.seed + life)
        for point in watch.seen if all_points else ():
            tell(point)
