"""The overview's counts."""

from __future__ import annotations

from closure import states
from complaints.queries import Standing, standings
from portal import clock
from portal.actors import Actor
from portal.roles import Role
from portal.servers.provision import Addresses
from tests.overseen import SHANDONG, a_case, an_exchange, an_obstruction, entered

FUJIAN_BODY = Actor(Role.PROVINCIAL_REGULATOR, "person:x", province="35")
NATIONAL = Actor(Role.NATIONAL_REGULATOR, "person:y")


def some_cases() -> None:
    """Two open in Fujian, one of them late; one closed, one withdrawn; one obstructed in Shandong."""
    a_case("16135000001", hours=5)
    a_case("16135000002", hours=-1, state=states.CLOSING)
    a_case("16135000003", hours=-1, state=states.CLOSED)
    a_case("16135000004", state=states.WITHDRAWN)
    case = a_case("16337000005", operator="163", province="37")
    an_obstruction(SHANDONG, case_ref=case.ref, evidence_ref=an_exchange(SHANDONG, case_ref=case.ref))


def test_the_counts_are_those_of_the_rows_in_scope(database: Addresses) -> None:
    some_cases()
    now = clock.now()
    fujian = Standing("161", open=2, closed=1, withdrawn=1, late=1, obstructions=0)
    assert standings(FUJIAN_BODY, now=now) == [fujian]
    shandong = Standing("163", open=1, closed=0, withdrawn=0, late=0, obstructions=1)
    assert standings(NATIONAL, now=now) == [fujian, shandong]


def test_a_late_case_is_named_and_a_closed_one_is_not_late(database: Addresses) -> None:
    late = a_case("16135000002", hours=-1, state=states.CLOSING)
    closed = a_case("16135000003", hours=-1, state=states.CLOSED)
    page = entered("fujian").get("/oversight").content.decode()
    assert str(late.case_no) in page
    assert str(closed.case_no) not in page


def test_a_role_without_oversight_counts_nothing(database: Addresses) -> None:
    some_cases()
    nobody = Actor(Role.PROVINCIAL_REGULATOR, "person:z")
    assert standings(nobody, now=clock.now()) == []
