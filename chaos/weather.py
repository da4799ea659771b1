"""Faults that are no death: messages doubled and late, a clock that jumps, a database that hangs up, a zombie.

Each is a kind `<what>.<how>`; a trial plays one flow in one of them, and afterwards every invariant must hold.
"""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

from celery import current_app
from django.db import OperationalError, connection

from chaos import invariants, points, provinces, stage, tally
from chaos.flow import Flow
from chaos.flows import BY_NAME
from chaos.stage import Cast, Gate, VirtualClock
from chaos.trial import Outcome, Trials, begin_child, end_of, in_child
from portal import nudges
from portal.errors import Conflict, TongbanError

LATEST = 4
MESSAGES = ("messages.delivered", "messages.doubled", "messages.late", "messages.away")
CLOCKS = ("clock.forward", "clock.back", "clock.gallops")
JUMPS = {"clock.forward": timedelta(hours=2), "clock.back": timedelta(minutes=-10)}
AT_A_COMMIT = {"database.terminated": "commit.before", "database.reply_lost": "commit.after"}
ZOMBIE = "process.zombie"
ASLEEP = ("commit.after", "order.", "ask.")
"""Where a zombie may fall asleep: outside transactions."""
TWO = "process.two_workers"


class Post:
    """A broker that delivers what it took: at once, twice, or late and in another order; never what it lost."""

    def __init__(self, kind: str, chance: random.Random) -> None:
        self.kind, self.chance = kind, chance
        self.held: list[tuple[int, str, tuple[str | int, ...]]] = []
        self.round = 0
        self.fired = 0

    def send(self, task_name: str, ids: tuple[str | int, ...]) -> bool:
        """Take a message; False when the broker is away."""
        if self.kind == "messages.away":
            self.fired += 1
            return False
        late = self.chance.randrange(1, LATEST) if self.kind == "messages.late" else 0
        self.held += [(self.round + late, task_name, ids)] * (2 if self.kind == "messages.doubled" else 1)
        return True

    def deliver(self) -> None:
        """Run the tasks whose time has come, each as a worker would."""
        self.round += 1
        now = [one for one in self.held if one[0] < self.round]
        self.held = [one for one in self.held if one[0] >= self.round]
        if self.kind == "messages.late":
            self.chance.shuffle(now)
        for _, task_name, ids in now:
            self.fired += 1
            with suppress(TongbanError):
                current_app.tasks[task_name](*ids)


class Weather:
    """What happens between two rounds of a play."""

    def __init__(self, kind: str, hands: VirtualClock, chance: random.Random) -> None:
        self.kind, self.hands, self.chance = kind, hands, chance
        self.post = Post(kind, chance) if kind in MESSAGES else None
        self.jumps_at = chance.randrange(1, 5)
        self.fired = 0
        if self.post:
            nudges.broker = self.post  # type: ignore[assignment]

    def passes(self, number: int) -> None:
        """After round `number`: deliver what is due, or let the clock jump."""
        if self.post:
            self.post.deliver()
            self.fired = self.post.fired
        if self.kind in AT_A_COMMIT and number % LATEST == 0:
            # The lost session's leases run out by the database's clock, which stands still in a play.
            stage.let_leases_run_out()
        if self.kind in JUMPS and number == self.jumps_at:
            self._jump(JUMPS[self.kind])
        if self.kind == "clock.gallops":
            self._jump(timedelta(minutes=self.chance.randrange(40)))

    def _jump(self, by: timedelta) -> None:
        self.fired += 1
        self.hands.set(self.hands.now() + by)


def hang_up() -> None:
    """The database ends this very session, as a crash or an administrator does."""
    if connection.connection is not None:
        connection.connection.close()
    raise OperationalError("server closed the connection unexpectedly")


def lie_down(hands: VirtualClock) -> Callable[[], None]:
    """Stop like a worker whose machine froze; whoever wakes it finds another time."""

    def act() -> None:
        os.kill(os.getpid(), signal.SIGSTOP)
        hands.enter()
        Conflict.__init__ = _counted(Conflict.__init__)  # type: ignore[method-assign]

    return act


def _counted(make: Callable[..., None]) -> Callable[..., None]:
    """From its waking on, every conflict of the zombie is one that it lost."""

    def init(self: Conflict, *words: object, **facts: object) -> None:
        tally.count("zombie_refused")
        make(self, *words, **facts)

    return init


def cells(found: dict[str, list[str]], chance: random.Random) -> list[tuple[str, str, int]]:
    """Every flow in every weather: (flow, kind, place); eight places for what strikes at one."""
    calm = [(flow, kind, 0) for flow in found for kind in (*MESSAGES, *CLOCKS, TWO)]
    strikes = []
    for flow, seen in found.items():
        for kind in (*AT_A_COMMIT, ZOMBIE):
            places = places_for(kind, seen)
            strikes += [(flow, kind, place) for place in chance.sample(places, min(8, len(places)))]
    return calm + strikes


def places_for(kind: str, seen: list[str]) -> list[int]:
    """The points of a flow where such a fault can strike: at commits, or outside transactions for a zombie."""
    sites = (AT_A_COMMIT[kind],) if kind in AT_A_COMMIT else ASLEEP
    firsts: dict[str, int] = {}
    for index, point in enumerate(seen):
        if _site(point).startswith(sites):
            firsts.setdefault(point.rpartition("#")[0], index)
    return list(firsts.values())


def _site(point: str) -> str:
    return point.rpartition("#")[0].split("/", 2)[2]


def run(trials: Trials, flow_name: str, kind: str, place: int) -> Outcome:
    """Play one flow in this weather; `place` is where a fault of the database or a zombie's sleep strikes."""
    flow = BY_NAME[flow_name]
    cast, outcome = trials.prepare(flow), Outcome(f"{flow_name}/{kind}")
    began = time.monotonic()
    told, errors = (_two if kind == TWO else _zombie if kind == ZOMBIE else _one)(trials, flow, cast, kind, place)
    outcome.heal_s = time.monotonic() - began
    outcome.died_at = [one for one in told if one]
    outcome.violations = trials.check(cast) | ({"i08_liveness": errors} if errors else {})
    if not outcome.died_at:
        outcome.violations["fired"] = ["the fault was never met"]
    outcome.evaluated = len(invariants.ALL) + 1
    return outcome


def _one(trials: Trials, flow: Flow, cast: Cast, kind: str, place: int) -> tuple[list[str], list[str]]:
    told, error = in_child(lambda tell: _play(trials, flow, cast, kind, place, tell))
    return told, [error] if error else []


def _play(
    trials: Trials,
    flow: Flow,
    cast: Cast,
    kind: str,
    place: int,
    tell: Callable[[str], None],
    gate: Gate | None = None,
) -> None:
    trials.hands.enter()
    provinces.one_by_one()
    act = lie_down(trials.hands) if kind == ZOMBIE else hang_up
    strikes = kind == ZOMBIE or kind in AT_A_COMMIT
    sites = (AT_A_COMMIT[kind],) if kind in AT_A_COMMIT else ASLEEP
    points.install(points.Watch(flow.name, place if strikes else None, tell, act, sites=sites))
    weather = Weather(kind, trials.hands, random.Random(trials.seed + place))
    stage.play(flow, cast, trials.hands, seed=trials.seed, passes=weather.passes, gate=gate)
    if weather.fired:
        tell(f"{kind} {weather.fired} times")


def _zombie(trials: Trials, flow: Flow, cast: Cast, kind: str, place: int) -> tuple[list[str], list[str]]:
    """A worker stops in the middle; another takes over and ends the case; then the first one wakes."""
    sleeper = begin_child(lambda tell: _play(trials, flow, cast, kind, place, tell))
    _, status = os.waitpid(sleeper.pid, os.WUNTRACED)
    if not os.WIFSTOPPED(status):
        return [], [*end_of(sleeper, waited=status)[1:], "it never slept"]
    _, error = trials.heal(flow, cast)
    os.kill(sleeper.pid, signal.SIGCONT)
    told, woken = end_of(sleeper)
    return told, [one for one in (error, woken) if one]


def _two(trials: Trials, flow: Flow, cast: Cast, kind: str, place: int) -> tuple[list[str], list[str]]:
    """Two workers and two windows of one person at the same time."""
    gate = Gate()
    both = [begin_child(lambda tell: _play(trials, flow, cast, kind, place, tell, gate)) for _ in range(2)]
    errors = [error for _, error in map(end_of, both) if error]
    gate.close()
    return [kind], errors
