"""One case on the stage: person and robots act in turn, and the clock runs to whatever is due next."""

from __future__ import annotations

import fcntl
import mmap
import os
import random
import struct
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import Error, connection, transaction
from psycopg2 import sql

from bss.simulated import LineSpec, plant
from chaos import points
from chaos.flow import MORNING, Flow
from chaos.flows import staff_answers
from chaos.ground import FUJIAN
from closure import states
from closure import tasks as closure_tasks
from closure.models import Case
from closure.services import filing
from portal import clock
from portal import tasks as portal_tasks
from portal.actors import Actor, robot
from portal.errors import TongbanError
from portal.masked import PersonName, Phone
from portal.models import LineAccount
from portal.queries.people import line_actor
from portal.rules.identity import demo_id
from portal.services import subscribers
from portal.sweeping import is_the_databases
from settlement import tasks as settlement_tasks

HOLDER = PersonName("张晓岚")
ID = demo_id("35", date(1988, 6, 1), 7)
LONGEST = timedelta(days=45)
SHORT = timedelta(minutes=1)
ROUNDS = 400
STAFF_LOOKS = 10
"""The home province's staff looks at its late orders every so many rounds."""
LEASED = (
    "closure_case",
    "closure_restoring",
    "closure_dispute",
    "closure_claim",
    "closure_roamingtail",
    "bss_command",
    "settlement_payment",
    "settlement_payout",
    "settlement_invoice",
    "settlement_statement",
    "settlement_reconciliation",
    "portal_workorder",
)
SWEEPS: tuple[tuple[str, Callable[[], object]], ...] = (
    ("closure", closure_tasks.sweep),
    ("settlement", settlement_tasks.sweep),
    ("notices", portal_tasks.sweep_notices),
    ("orders", portal_tasks.sweep_orders),
    ("numbers", portal_tasks.sweep_numbers),
)


DUE = """
SELECT min(at) FROM (
    SELECT due_at AS at FROM closure_case WHERE ref = %(ref)s
    UNION ALL SELECT due_at FROM bss_command WHERE case_ref = %(ref)s AND ended_at IS NULL
    UNION ALL SELECT due_at FROM settlement_payment WHERE case_ref = %(ref)s
    UNION ALL SELECT due_at FROM settlement_payout WHERE case_ref = %(ref)s
    UNION ALL SELECT due_at FROM closure_roamingtail
        WHERE case_id = (SELECT id FROM closure_case WHERE ref = %(ref)s)
    UNION ALL SELECT due_at FROM closure_dispute
        WHERE case_id = (SELECT id FROM closure_case WHERE ref = %(ref)s)
    UNION ALL SELECT due_at FROM settlement_invoice WHERE case_ref = %(ref)s
    UNION ALL SELECT next_at FROM portal_notice WHERE case_ref = %(ref)s
    UNION ALL SELECT filed_at + interval '6 seconds' FROM closure_case
        WHERE ref = %(ref)s AND charging_stopped_at IS NULL AND state = ANY(%(open)s)
) AS timers
"""


class Stuck(AssertionError):
    """A case neither ended nor has anything to wait for: nobody will ever look at it again."""


class VirtualClock:
    """The instant of the play, in memory that parent and children share: a killed child leaves it where it was."""

    def __init__(self, start: datetime = MORNING) -> None:
        self._memory = mmap.mmap(-1, 8)
        self.set(start)

    def set(self, at: datetime) -> None:
        """Move the hands, for every process from its next look on."""
        self._memory.seek(0)
        self._memory.write(struct.pack("d", at.timestamp()))
        clock._frozen = self.now()

    def now(self) -> datetime:
        """The instant, aware."""
        self._memory.seek(0)
        seconds: float = struct.unpack("d", self._memory.read(8))[0]
        return datetime.fromtimestamp(seconds, clock.SHANGHAI)

    def enter(self) -> None:
        """Let this process live by the shared instant."""
        clock._frozen = self.now()


class Gate:
    """Lets several act at once, and the clock run on only while nobody acts: none of them finds a day gone by."""

    def __init__(self) -> None:
        self.path = tempfile.mkstemp(prefix="chaos-gate-")[1]

    def acting(self) -> AbstractContextManager[None]:
        """Somebody acts; others may too."""
        return self._held(fcntl.LOCK_SH)

    def alone(self) -> AbstractContextManager[None]:
        """Nobody acts."""
        return self._held(fcntl.LOCK_EX)

    @contextmanager
    def _held(self, how: int) -> Iterator[None]:
        with open(self.path) as file:
            fcntl.flock(file, how)
            yield

    def close(self) -> None:
        """Leave nothing behind."""
        os.unlink(self.path)


@dataclass(frozen=True)
class Cast:
    """One prepared draft."""

    number: Phone
    case_ref: str
    account_ref: str


def prepare(flow: Flow, serial: int) -> Cast:
    """Plant a line of Fujian for this run alone, and the complete draft of its holder, now in Jiangsu."""
    with transaction.atomic(), connection.cursor() as db:
        db.execute(
            "DELETE FROM bss_health"
        )  # the clock went back since the last play; a breaker must not be open till then
    number, contact = Phone(f"16135{serial:06d}"), Phone(f"16932{serial:06d}")
    plant(FUJIAN, LineSpec(number=number.plain, holder_name=HOLDER.plain, holder_id=ID.plain, **flow.line))
    account = subscribers.sign_in(number, robot("chaos"))
    by = line_actor(account)
    draft = filing.open_draft(account, by=by)
    filing.set_holder(draft, HOLDER, ID, by=by)
    filing.set_place(draft, "32", by=by)
    draft.contact = contact
    Case.objects.filter(pk=draft.pk).update(contact_box=draft.contact_box, contact_verified_at=clock.now())
    return Cast(number, draft.ref, account.ref)


def play(
    flow: Flow,
    cast: Cast,
    hands: VirtualClock,
    *,
    seed: int,
    passes: Callable[[int], None] = lambda _round: None,
    gate: Gate | None = None,
) -> None:
    """Person and robots take turns until the case has ended and nothing of it is due; Stuck when that never comes.

    `passes` is what happens after each round, whoever acted; `gate` is needed where another process plays as well.
    """
    random.seed(seed)
    by = line_actor(LineAccount.objects.get(ref=cast.account_ref))
    latest, pause = hands.now() + LONGEST, 1
    for number in range(ROUNDS):
        with gate.acting() if gate else nullcontext():
            hands.enter()
            acted = _round(flow, cast, by, number)
            passes(number)
        if acted:
            pause = 1
            continue
        with gate.alone() if gate else nullcontext():
            due = next_due(flow, cast)
            if due is None:
                if has_ended(flow, cast):
                    return
                if looks_once_more(flow, cast, by):
                    continue
                raise Stuck(f"{flow.name}: ended in {Case.objects.get(ref=cast.case_ref).state}")
            if due - hands.now() > SHORT and looks_once_more(flow, cast, by):
                continue
            if due > latest:
                raise Stuck(f"{flow.name}: still waiting for {due:%m-%d %H:%M}")
            pause = 1 if due > hands.now() else min(2 * pause, 60)
            hands.set(max(due, hands.now() + timedelta(seconds=pause)))
    raise Stuck(f"{flow.name}: no end in {ROUNDS} rounds")


def _round(flow: Flow, cast: Cast, by: Actor, number: int) -> bool:
    """The person, then every sweep; says whether the person did something."""
    points.step("person")
    acted = acts(flow, cast, by) or (number % STAFF_LOOKS == 0 and staff_acts(cast))
    for name, sweep in (*SWEEPS, *flow.robots):
        points.step(name)
        _goes_on(sweep)
    return acted


def _goes_on(sweep: Callable[[], object]) -> None:
    """A worker whose database hung up loses this turn, and comes back with a new connection."""
    try:
        sweep()
    except Error as error:
        hung_up(error)


def acts(flow: Flow, cast: Cast, by: Actor) -> bool:
    """The person looks at the case and does what is to be done; says whether something was, or went wrong."""
    return _tries(lambda: flow.does(Case.objects.get(ref=cast.case_ref), by))


def looks_once_more(flow: Flow, cast: Cast, by: Actor) -> bool:
    """Before a long wait a person looks at the page again: the robots may have been at it since."""
    points.step("person")
    return acts(flow, cast, by)


def staff_acts(cast: Cast) -> bool:
    """The home province's staff looks at its late orders."""
    return _tries(lambda: staff_answers(Case.objects.get(ref=cast.case_ref)))


def _tries(act: Callable[[], bool]) -> bool:
    try:
        return act()
    except TongbanError:
        return False  # the page was out of date; a person looks again
    except Error as error:
        hung_up(error)
        return True  # an error page; a person tries again


def hung_up(error: Error) -> None:
    """The database is gone: the next turn opens a new session. Any other error of it is a defect."""
    if not is_the_databases(error):
        raise error
    connection.close()


def has_ended(flow: Flow, cast: Cast) -> bool:
    """Whether the case ended as its flow ends, and what comes after it is done."""
    case = Case.objects.get(ref=cast.case_ref)
    return case.state in flow.ends and flow.over(case)


def next_due(flow: Flow, cast: Cast) -> datetime | None:
    """The next instant at which something of this case is due, by rows alone; None when nothing is."""
    with connection.cursor() as db:
        db.execute(DUE, {"ref": cast.case_ref, "open": sorted(states.OPEN)})
        row = db.fetchone()
    found = [row[0].astimezone(clock.SHANGHAI)] if row and row[0] else []
    after = flow.due(Case.objects.get(ref=cast.case_ref))
    return min([*found, after] if after else found, default=None)


def let_leases_run_out() -> None:
    """The dead worker's leases expire: the database's clock cannot be moved, so the rows are."""
    query = sql.SQL("UPDATE {} SET lease_until = NULL WHERE lease_until IS NOT NULL")
    with transaction.atomic(), connection.cursor() as db:
        for table in LEASED:
            db.execute(query.format(sql.Identifier(table)).as_string(db.cursor))
