"""The cast of the closure tests: a subscriber of Fujian now in Jiangsu, a stranger, and the robots that work."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pytest

from bss.provinces import Bss
from bss.simulated import LineSpec, plant
from closure.models import Case
from closure.services import advance, charging, filing, unbinding
from portal import clock
from portal.actors import Actor, robot
from portal.masked import IdNumber, PersonName, Phone
from portal.models import OneTimeCode
from portal.queries.people import line_actor
from portal.rules.identity import demo_id
from portal.services import codes, subscribers
from tests.closure.money import differences

FUJIAN, JIANGSU = Bss("161", "35"), Bss("161", "32")
NUMBER, CONTACT = Phone("16135006721"), Phone("16132000088")
HOLDER = PersonName("张晓岚")
ID = demo_id("35", date(1988, 6, 1), 7)
MORNING = datetime(2026, 11, 24, 10, 12, tzinfo=clock.SHANGHAI)
ROBOT = robot("closer")


def a_line(number: Phone = NUMBER, **also: Any) -> LineSpec:
    """A line of the holder in this cast, with whatever the test adds."""
    return LineSpec(number=number.plain, holder_name=HOLDER.plain, holder_id=ID.plain, **also)


@dataclass
class World:
    """What a test does as the subscriber and as the robots; every step is the product's own verb."""

    by: Actor

    def draft(self, name: PersonName = HOLDER, id_number: IdNumber = ID) -> Case:
        """A complete draft, its contact number proved by the code that was sent."""
        from_ref = subscribers.sign_in(NUMBER, robot("test"))
        self.by = line_actor(from_ref)
        draft = filing.open_draft(from_ref, by=self.by)
        filing.set_holder(draft, name, id_number, by=self.by)
        filing.set_place(draft, "32", by=self.by)
        filing.ask_contact_code(draft, CONTACT, address="", by=self.by)
        filing.check_contact_code(draft, code_of(draft.contact_challenge), by=self.by)
        return draft

    def file(self, **also: Any) -> Case:
        """A filed case, not yet touched by any robot."""
        return filing.file(self.draft(**also), by=self.by)

    def work(self, case: Case) -> Case:
        """Let the robots do what is due, and give the row as it then is."""
        charging.stop(Case.objects.get(pk=case.pk), by=ROBOT)
        advance.advance(case.ref, by=ROBOT)
        return Case.objects.get(pk=case.pk)

    def quoted(self, **also: Any) -> Case:
        """A case whose findings are in and whose checklist is acknowledged."""
        case = self.work(self.file(**also))
        unbinding.acknowledge(case, by=self.by)
        return Case.objects.get(pk=case.pk)


def code_of(challenge: str) -> str:
    """The code of a challenge, as the handset shows it."""
    return codes.derive(OneTimeCode.objects.get(ref=challenge))


@pytest.fixture
def money_may_differ() -> None:
    """For a test whose province lies: its books are not what it says, and stay so."""


@pytest.fixture
def money_agrees() -> Callable[[], None]:
    """Call it any time: provinces' books, central ledger and what people paid agree to the fen (S-02, S-03)."""

    def check() -> None:
        assert differences() == []

    return check


@pytest.fixture
def world(request: pytest.FixtureRequest, database: object, provinces: Callable[..., None]) -> Iterator[World]:
    """Fujian and Jiangsu of one operator, empty and honest, at 10:12 of a working day; afterwards the money agrees."""
    with clock.frozen(MORNING):
        provinces(FUJIAN, JIANGSU)
        yield World(robot("test"))
        if "money_may_differ" not in request.fixturenames:
            assert differences() == []


@pytest.fixture
def fujian(world: World) -> Callable[..., None]:
    """Plant the holder's line in Fujian with what the test adds."""

    def put(**also: Any) -> None:
        plant(FUJIAN, a_line(**also))

    return put
