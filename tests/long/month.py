"""A month of the demo world: cases of all provinces, born and worked on their days, the books looked at every night."""

from __future__ import annotations

import heapq
import random
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import chain, count

from bss.provinces import Bss
from bss.simulated import BillSpec, BucketSpec, ContractSpec, LineSpec, RoamedSpec, RoamingSpec, plant
from closure.services import filing
from portal import clock
from portal.actors import robot
from portal.masked import Phone
from portal.queries.people import line_actor
from portal.rules.places import PROVINCES
from portal.services import subscribers
from settlement.models import Reconciliation
from settlement.services import reconciling
from settlement.services.counting import count as count_turnover
from tests.closure.conftest import HOLDER, ID, ROBOT, code_of
from tests.closure.sequences import Life

FIRST = datetime(2026, 10, 1, tzinfo=clock.SHANGHAI)
LAST_BIRTH, NIGHTS = 19, 31
RECONCILER = robot("reconciler")
BETWEEN = timedelta(minutes=30)
WAITS = {"an hour": timedelta(hours=1.1), "a day": timedelta(hours=25), "six days": timedelta(days=6)}
"""Then the robots come by."""

STORIES: dict[str, tuple[str, ...]] = {
    "a bill is paid": ("pay",),
    "the bank falls silent": ("pay, unknown", "the bank says paid", "an hour"),
    "the card is refused first": ("pay, refused", "pay"),
    "own money goes to a card": ("settle, card",),
    "own money is fetched in a store": ("settle, cash", "a day", "fetch"),
    "charges of abroad come later": ("have roaming billed", "settle, card", "six days", "six days", "pay the claim"),
    "a bill is disputed and proved": ("dispute a bill", "settle, card", "a day", "prove", "accept", "pay the claim"),
    "a penalty is disputed and given up": ("dispute a penalty", "pay", "a day", "concede"),
    "withdrawn before the money": ("withdraw", "an hour"),
    "left alone": (),
}
"""What becomes of a case, in the verbs of a random life."""


@dataclass
class Dated(Life):
    """A life that began on a day of its own."""

    start: datetime = FIRST
    story: Iterator[str] = field(default_factory=lambda: iter(()))

    def now(self) -> datetime:
        return self.start + timedelta(hours=self.hours)


@dataclass(frozen=True)
class Month:
    """Which companies, how many cases, and the seed that makes everything else."""

    companies: tuple[Bss, ...]
    cases: int
    seed: int = 1

    @classmethod
    def of(cls, operators: Iterable[str], cases: int) -> Month:
        """All provinces of some operators."""
        return cls(tuple(Bss(operator, province) for operator in operators for province in PROVINCES), cases)

    def lived(self) -> Counter[str]:
        """Live it day by day to its end, every case and every night; gives how many cases lived which story."""
        draw, turn = random.Random(self.seed), count()
        births = ((FIRST + timedelta(days=draw.random() * LAST_BIRTH), n) for n in range(self.cases))
        due: list[tuple[datetime, int, Dated | int | None]] = [(at, next(turn), n) for at, n in births]
        due += [(FIRST + timedelta(days=night, hours=1.5), next(turn), None) for night in range(1, NIGHTS + 1)]
        heapq.heapify(due)
        stories: Counter[str] = Counter()
        while due:
            at, _, what = heapq.heappop(due)
            if what is None:
                with clock.frozen(at):
                    reconciled()
                continue
            if isinstance(what, int):
                name = list(STORIES)[what % len(STORIES)]
                stories[name] += 1
                life = self._born(what, name, at, draw)
            else:
                life = what
            if (wait := _lives_on(life, at)) is not None:
                heapq.heappush(due, (at + wait, next(turn), life))
        return stories

    def _born(self, n: int, story: str, at: datetime, draw: random.Random) -> Dated:
        home = self.companies[n % len(self.companies)]
        visited = draw.choice([one for one in self.companies if one.operator == home.operator])
        with clock.frozen(at):
            plant(home, _line(home, n, story, at.date(), draw))
            account = subscribers.sign_in(number_of(home, n), ROBOT)
            by = line_actor(account)
            draft = filing.open_draft(account, by=by)
            filing.set_holder(draft, HOLDER, ID, by=by)
            filing.set_place(draft, visited.province, by=by)
            filing.ask_contact_code(
                draft, Phone(f"{visited.code.replace('_', '')}{200_000 + n:06d}"), address="", by=by
            )
            filing.check_contact_code(draft, code_of(draft.contact_challenge), by=by)
            life = Dated(filing.file(draft, by=by), by, start=at)
        life.story = iter(("work", *STORIES[story]))
        return life


def _lives_on(life: Dated, at: datetime) -> timedelta | None:
    """Its next verb, now; gives when it goes on, None when its story is over."""
    verb = next(life.story, None)
    if verb is None:
        return None
    if verb in WAITS:
        life.story = chain(("work",), life.story)
        return WAITS[verb]
    life.hours = (at - life.start) / timedelta(hours=1)
    life.do(verb)
    return BETWEEN


def number_of(home: Bss, n: int) -> Phone:
    """The number of the `n`th case."""
    return Phone(f"{home.operator}{home.province}{300_000 + n:06d}")


def _line(home: Bss, n: int, story: str, today: date, draw: random.Random) -> LineSpec:
    plan = {"number": number_of(home, n).plain, "holder_name": HOLDER.plain, "holder_id": ID.plain}
    fen = draw.randrange(100, 30_000)
    owed = BillSpec("2026-09", fen, 0, date(2026, 10, 1), date(2026, 12, 31))
    if "own money" in story:
        return LineSpec(**plan, buckets=[BucketSpec("b1", "own", fen)])  # type: ignore[arg-type]
    if "abroad" in story:
        came = RoamingSpec("r1", "日本", today - timedelta(days=9), 234, arrives_on=today + timedelta(days=4))
        roamed = RoamedSpec("日本", came.on)
        by = today + timedelta(days=8)
        buckets = [BucketSpec("b1", "own", fen)]
        return LineSpec(**plan, buckets=buckets, roamed=[roamed], roaming=[came], roaming_by=by)  # type: ignore[arg-type]
    if "penalty" in story:
        paper = ContractSpec("k1", ends_on=date(2027, 6, 30), document_id="d1", document_sha256="ab" * 32)
        return LineSpec(**plan, bills=[owed], contracts=[paper])  # type: ignore[arg-type]
    return LineSpec(**plan, bills=[owed])  # type: ignore[arg-type]


def reconciled() -> list[Reconciliation]:
    """What beat does at night: the daily totals, and the run of every company."""
    count_turnover()
    day = clock.today() - timedelta(days=1)
    reconciling.start_daily(by=RECONCILER)
    while reconciling.sweep(by=RECONCILER, limit=200):
        pass
    return list(Reconciliation.objects.filter(day=day))
