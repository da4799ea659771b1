"""The second tier: web, worker, beat, broker and two clusters run for real, cases are in flight, and a part is hurt.

A kind is `<part>.<what>`. Each is struck twice while one case of every quick flow is under way, by the real clock; then
all of them must be at rest within a minute, and every invariant must hold.
"""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg2
import redis
from django.conf import settings
from django.db import Error, connections

from bss.models import Command
from bss.simulated import Temper, close_pools, set_temper
from bss.simulated import databases as provinces
from chaos import invariants, stage
from chaos.flow import Flow
from chaos.flows import BY_NAME
from chaos.ground import FUJIAN
from chaos.look import Look
from chaos.of_cases import ENDED
from chaos.stage import HOLDER, ID, Cast
from chaos.trial import Outcome
from closure.models import Case
from portal import clock, nudges
from portal.actors import Actor
from portal.celery_app import app
from portal.models import LineAccount
from portal.moving import LEASE_S
from portal.queries.people import line_actor
from portal.servers.places import CHECKOUT, DATA, World
from portal.servers.process import Program, halt, spawn
from portal.settings import environment
from tests.journeys import product as products
from tests.journeys.product import Inside, RunningProduct

WORLD = World("chaos")
FLOWS = tuple(BY_NAME[name] for name in ("nothing", "arrears_contract", "refund", "withdrawal", "tie", "delegate"))
FIRST_SERIAL = 900_000
"""Above the numbers of the seeded world."""
LATENCY_MS = 150
HEALED_S = 60.0
OF_WHAT_IS_UNDONE = frozenset({"i07_undone_means_as_before", "i08_owner_and_timer"})
FROZEN_S = 30.0


@dataclass
class House:
    """The running product, and how to look into it."""

    product: RunningProduct
    inside: Inside
    serial: int = FIRST_SERIAL

    def look(self, cast: Cast) -> dict[str, list[str]]:
        """All invariants on one case; those of what is undone wait where `waits_for_proof`."""
        with closing(psycopg2.connect(self.inside.owner)) as centre, closing(psycopg2.connect(_home())) as home:
            centre.autocommit = home.autocommit = True
            but = OF_WHAT_IS_UNDONE if waits_for_proof(cast) else frozenset()
            return invariants.check(Look(centre, home, cast.case_ref, cast.number.plain), but=but)


@dataclass
class Person:
    """Somebody with a case, who looks at it again and again."""

    flow: Flow
    cast: Cast
    by: Actor

    def goes_on(self) -> bool:
        """Act once; says whether the case is at rest."""
        try:
            if stage.acts(self.flow, self.cast, self.by):
                return False
            return stage.has_ended(self.flow, self.cast) and stage.next_due(self.flow, self.cast) is None
        except Error as error:
            stage.hung_up(error)
            return False


def run(seed: int, only: str = "") -> Iterator[Outcome]:
    """Every kind whose name begins so, one after the other on one house."""
    chance = random.Random(seed)
    with _house() as house:
        for kind in KINDS:
            if kind.startswith(only):
                yield _trial(house, kind, chance)


def _trial(house: House, kind: str, chance: random.Random) -> Outcome:
    connections.close_all()  # the last blow may have cut them
    close_pools()
    outcome, people = Outcome(f"live/{kind}"), [_person(house, flow) for flow in FLOWS]
    wait_s = [chance.uniform(0.2, 2.0), chance.uniform(0.5, 3.0)][: 1 if kind in ONCE else 2]
    left, since = people, time.monotonic()
    while left or wait_s:
        left = [one for one in left if not one.goes_on()]
        if wait_s and time.monotonic() - since > wait_s[0]:
            wait_s.pop(0)
            KINDS[kind](house)
            outcome.died_at.append(kind)
            since = time.monotonic()
        elif not wait_s and time.monotonic() - since > HEALED_S:
            left = [one for one in left if not waits_for_proof(one.cast)]
            if not left:
                break
            stuck = ", ".join(f"{one.flow.name} {one.cast.case_ref}" for one in left)
            outcome.violations["i08_liveness"] = [f"not at rest after {HEALED_S:.0f} s: {stuck}"]
            break
        time.sleep(0.1)
    outcome.heal_s = time.monotonic() - since
    for one in people:
        for name, wrong in house.look(one.cast).items():
            outcome.violations.setdefault(name, []).extend(f"{one.flow.name}: {each}" for each in wrong)
        outcome.evaluated += len(invariants.ALL)
    told = _personal_data_outside([one.cast for one in people])
    outcome.violations |= {"i13_no_personal_data": told} if told else {}
    outcome.evaluated += 1
    return outcome


def waits_for_proof(cast: Cast) -> bool:
    """Whether the case has ended and has a timer for an order of its that got lost: it is not undone, nor forgotten,
    before the province's clock is past the order's time, for until then it may still arrive (C-12).
    """
    lost = Command.objects.filter(case_ref=cast.case_ref, state="UNKNOWN", not_after__gt=clock.now())
    ended = Case.objects.filter(ref=cast.case_ref, state__in=ENDED, due_at__isnull=False)
    return ended.exists() and lost.exists()


def _personal_data_outside(casts: list[Cast]) -> list[str]:
    """Where a number, the holder's name or their ID stands in a log or in the broker (RELIABILITY 2.4, 13)."""
    secret = {"name": HOLDER.plain, "ID": ID.plain} | {
        "number": casts[0].number.plain,
        "another": casts[-1].number.plain,
    }
    places = {file.name: file.read_bytes() for file in (DATA / "logs" / WORLD.name).glob("*.log")}
    with redis.Redis.from_url(os.environ.get("REDIS_URL") or WORLD.redis_url()) as broker:
        places["the broker"] = b"".join(broker.dump(key) or b"" for key in broker.scan_iter())
    return [
        f"{what} in {place}" for place, text in places.items() for what, one in secret.items() if one.encode() in text
    ]


def _person(house: House, flow: Flow) -> Person:
    house.serial += 1
    cast = stage.prepare(flow, house.serial)
    return Person(flow, cast, line_actor(LineAccount.objects.get(ref=cast.account_ref)))


@contextmanager
def _house() -> Iterator[House]:
    """Start it, and point this process at its databases, its broker and its clock, which is everybody's."""
    clock._frozen = None
    product = products.start(WORLD)
    try:
        inside = products.addresses_of(product, apart=True)
        connections["default"].close()
        connections["default"].settings_dict.update(environment.database(inside.app))
        settings.BSS_DATABASE_URL, settings.BSS_DATABASE_PREFIX = inside.provinces, inside.prefix
        app.conf.broker_url = environment.broker(os.environ.get("REDIS_URL") or WORLD.redis_url())  # type: ignore[misc]
        nudges.broker = nudges.Broker()
        set_temper(FUJIAN, Temper.HONEST, latency_ms=LATENCY_MS)
        yield House(product, inside)
    finally:
        connections.close_all()
        close_pools()
        product.stop()


def _home() -> str:
    return provinces.dsn(FUJIAN)


def _killed(part: str, by: signal.Signals = signal.SIGKILL) -> Callable[[House], None]:
    def act(house: House) -> None:
        house.product.kill(part, by)

    return act


def _frozen(part: str, for_s: float = FROZEN_S) -> Callable[[House], None]:
    """Stopped as by a machine that hangs, then awake again."""

    def act(house: House) -> None:
        house.product.strike(part, signal.SIGSTOP)
        time.sleep(for_s)
        house.product.strike(part, signal.SIGCONT)

    return act


def _zombie(house: House) -> None:
    """The worker freezes for longer than its leases last, another does its work, and the first one wakes."""
    with _twin(house, "worker"):
        _frozen("worker", LEASE_S + 5)(house)


def _twice(part: str) -> Callable[[House], None]:
    """A second one runs beside the first for a while."""

    def act(house: House) -> None:
        with _twin(house, part):
            time.sleep(FROZEN_S / 2)

    return act


@contextmanager
def _twin(house: House, part: str) -> Iterator[None]:
    """Another process with the same command and environment, but a name and files of its own."""
    running = Path(f"/proc/{house.product.pid(part)}")
    words = (running / "cmdline").read_text(encoding="utf-8").rstrip("\0").split("\0")
    pairs = [one.partition("=") for one in (running / "environ").read_text(encoding="utf-8").split("\0") if one]
    argv = tuple(f"{word}-twin" if word.startswith(WORLD.name + "@") or "/beat-" in word else word for word in words)
    log = DATA / "logs" / WORLD.name / f"{part}-twin.log"
    program = Program(f"{part}-twin", argv, log, {name: text for name, _, text in pairs}, cwd=str(CHECKOUT))
    process = spawn(program)
    try:
        yield
    finally:
        halt(process, program)


def _emptied(house: House) -> None:
    house.product.flush_broker()


def _sessions_ended(house: House) -> None:
    """An administrator ends every session of the product, whatever it is in the middle of."""
    admin = WORLD.postgres_url("postgres", "postgres")
    with closing(psycopg2.connect(admin)) as opened, opened.cursor() as db:
        db.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'tongban_app'")


KINDS: dict[str, Callable[[House], None]] = {
    "worker.killed": _killed("worker"),
    "worker.asked_to_stop": _killed("worker", signal.SIGTERM),
    "worker.zombie": _zombie,
    "worker.twice": _twice("worker"),
    "beat.killed": _killed("beat"),
    "beat.frozen": _frozen("beat"),
    "beat.twice": _twice("beat"),
    "web.killed": _killed("web"),
    "broker.killed": _killed("valkey"),
    "broker.emptied": _emptied,
    "broker.frozen": _frozen("valkey"),
    "database.crashed": _killed("postgres", signal.SIGQUIT),
    "database.killed": _killed("postgres"),
    "database.sessions_ended": _sessions_ended,
    "provinces.crashed": _killed("bss", signal.SIGQUIT),
    "provinces.frozen": _frozen("bss"),
}
ONCE = frozenset(kind for kind in KINDS if kind.endswith((".frozen", ".zombie", ".twice")))
