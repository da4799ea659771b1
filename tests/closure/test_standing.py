"""How a person is proved when the number gets no code: another line, a password, a store; never a face alone (C-08)."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest

from bss.models import Command, Evidence
from bss.services.evidence import asked_text
from bss.simulated import BillSpec, Temper, plant, set_temper
from closure import states
from closure.models import Case, Sighting
from closure.queries import latest_findings
from closure.rules import standing as rules
from closure.services import charging, counter, filing, standing, withdrawal
from portal import clock
from portal.actors import Actor, robot
from portal.errors import Conflict, Invalid, Missing, Refused, TooMany
from portal.masked import IdNumber, PersonName, Phone
from portal.models import AuditEntry, Budget
from portal.queries.people import line_actor
from portal.roles import Role
from portal.rules.identity import demo_id
from portal.services import subscribers
from realname.authority import Match
from realname.simulated.authority import NO_PICTURE, OTHER_PERSON
from tests.closure.conftest import CONTACT, FUJIAN, HOLDER, ID, MORNING, NUMBER, ROBOT, World, a_line, code_of
from tests.portal.together import together

OFF, STRANGER_LINE = Phone("16135009999"), Phone("16135005555")
STRANGER, STRANGER_ID = PersonName("李四"), demo_id("35", date(1990, 1, 1), 3)
OWED = BillSpec("2026-10", 5800, 0, date(2026, 11, 1), date(2026, 11, 14))
PNG = b"\x89PNG\r\n\x1a\n"
PASSWORD = "314159"
CLERK = Actor(Role.CLERK, "person:li", operator="161", province="32", store="南京新街口店", label="甲网江苏 1042")
FAR = Actor(Role.CLERK, "person:he", operator="161", province="44", store="广州天河店", label="甲网广东 2001")
OTHER = Actor(Role.CLERK, "person:wang", operator="163", province="32", store="南京鼓楼店", label="乙网江苏 2077")


@pytest.fixture
def two_lines(fujian: Callable[..., None]) -> None:
    """The holder's own line, and another of theirs that is off and owes something."""
    fujian()
    plant(FUJIAN, a_line(number=OFF, state="two_way", bills=[OWED], service_password=PASSWORD))


def pointed(world: World, match: Match | None = Match.MATCH, password: str = "", holder: Any = (HOLDER, ID)) -> Case:
    """A filed case of the line that is off, from the line that works, worked as far as it goes."""
    Budget.objects.all().delete()
    draft = world.draft()
    filing.point_at(draft, OFF, match, holder=holder, password=password, by=world.by)
    return world.work(filing.file(draft, by=world.by))


def keys_of(case: Case) -> list[str]:
    """The findings in force."""
    return [row.key for row in latest_findings(case)]


def by_stranger(match: Match = Match.NO_MATCH) -> Case:
    """A stranger files the number from a line of theirs, with the holder's name and ID."""
    Budget.objects.all().delete()
    account = subscribers.sign_in(STRANGER_LINE, ROBOT)
    by, draft = line_actor(account), filing.open_draft(account, by=line_actor(account))
    filing.point_at(draft, NUMBER, match, holder=(HOLDER, ID), by=by)
    filing.set_place(draft, "32", by=by)
    filing.ask_contact_code(draft, CONTACT, address="", by=by)
    filing.check_contact_code(draft, code_of(draft.contact_challenge), by=by)
    return filing.file(draft, by=by)


def test_charges_stop_once_the_person_is_proved_and_from_the_filing(world: World, two_lines: None) -> None:
    draft = world.draft()
    filing.point_at(draft, OFF, Match.MATCH, holder=(HOLDER, ID), by=world.by)
    case = filing.file(draft, by=world.by)
    assert not charging.stop(case, by=ROBOT)
    with clock.frozen(MORNING + timedelta(minutes=2)):
        case = world.work(world.work(case))
        assert charging.stop(case, by=ROBOT)
    assert Command.objects.get(verb="stop_charging").effective_at == MORNING
    assert case.proved_at == MORNING + timedelta(minutes=2)


def test_a_person_who_is_not_proved_touches_nothing_and_hinders_nobody(world: World, two_lines: None) -> None:
    strange = world.work(by_stranger())
    assert (strange.state, strange.proved_at) == (states.HELD, None)
    assert not Command.objects.filter(verb="stop_charging").exists()
    Budget.objects.all().delete()
    assert world.work(world.file()).state == states.QUOTED


def test_a_strangers_filing_looks_the_same_whether_somebody_closes_the_number(world: World, two_lines: None) -> None:
    before = world.work(by_stranger())
    Budget.objects.all().delete()
    world.work(world.file())
    draft_again = by_stranger()
    assert keys_of(world.work(draft_again)) == keys_of(before) != []


def test_a_second_proved_person_waits_and_is_told(world: World, two_lines: None) -> None:
    first = pointed(world)
    assert first.state == states.QUOTED
    second = pointed(world)
    assert "identity.already_open" in keys_of(second)
    assert second.proved_at is None


def test_a_photo_of_somebody_else_shows_nothing_of_the_line(world: World, two_lines: None) -> None:
    assert keys_of(pointed(world, Match.NO_MATCH)) == ["identity.photo"]
    assert keys_of(pointed(world, Match.NO_PICTURE)) == ["identity.no_picture"]


def test_a_province_that_will_not_say_whose_the_other_line_is_proves_nobody(world: World, two_lines: None) -> None:
    person = standing.standing_of(pointed(world), {})
    assert [finding.key for finding in rules.findings({}, person)] == ["identity.other_line"]


def test_the_service_password_is_a_factor_beside_the_other_line(world: World, two_lines: None) -> None:
    case = pointed(world, None, PASSWORD)
    assert (case.state, bytes(case.password_box)) == (states.QUOTED, b"")


def test_a_wrong_service_password_holds_the_case(world: World, two_lines: None) -> None:
    assert keys_of(pointed(world, None, "000000")) == ["identity.password"]


def test_the_service_password_alone_proves_nobody(world: World, two_lines: None) -> None:
    case = pointed(world, None, PASSWORD, holder=(STRANGER, STRANGER_ID))
    assert (case.state, case.proved_at, keys_of(case)) == (states.HELD, None, ["identity.mismatch"])


def test_the_service_password_is_neither_kept_nor_logged(
    world: World, two_lines: None, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("DEBUG"):
        case = pointed(world, None, PASSWORD)
    asked = asked_text(Evidence.objects.get(case_ref=case.ref, question="password"))
    assert json.loads(asked)["service_password"] == "***"
    assert PASSWORD not in caplog.text
    assert not any(PASSWORD in entry.facts for entry in AuditEntry.objects.all())


def test_fifty_parallel_passwords_get_five_tries(world: World, two_lines: None) -> None:
    draft = world.draft()
    outcomes = together(50, lambda _place: standing.take_password_try(draft, by=world.by))
    assert sum(isinstance(one, TooMany) for one in outcomes) == 45
    with clock.frozen(MORNING + timedelta(days=1, minutes=1)):
        standing.take_password_try(draft, by=world.by)


def test_a_stranger_does_not_use_up_the_owners_tries_and_many_strangers_cannot_guess(
    world: World, two_lines: None
) -> None:
    draft = world.draft()
    outcomes = [together(5, partial(_try, draft, robot(f"stranger-{n}"))) for n in range(11)]
    refused = [sum(isinstance(one, TooMany) for one in each) for each in outcomes]
    assert refused == [0] * 10 + [5]


def _try(draft: Case, by: Actor, _place: int) -> None:
    standing.take_password_try(draft, by=by)


def test_a_holder_is_not_found_out_by_trying(world: World, two_lines: None) -> None:
    case = world.file(name=PersonName("王伟"))
    for _ in range(5):
        standing.take_holder_try(case)
    with pytest.raises(TooMany):
        standing.take_holder_try(case)


def test_filing_again_gives_no_new_tries_at_the_holder(world: World, two_lines: None) -> None:
    case = world.file(name=PersonName("王伟"))
    for _ in range(5):
        standing.take_holder_try(case)
    withdrawal.withdraw(case, by=world.by)
    with clock.frozen(MORNING + timedelta(minutes=2)):
        again = world.file(name=PersonName("王丽"))
        with pytest.raises(TooMany):
            standing.take_holder_try(again)


def test_in_a_store_the_original_and_the_face_open_a_held_case(world: World, two_lines: None) -> None:
    case = pointed(world, Match.NO_MATCH)
    counter.see_holder(case, photo=PNG, by=CLERK)
    seen = Sighting.objects.get(way="store")
    assert (seen.result, seen.original_seen, seen.store, seen.at) == ("match", True, CLERK.store, MORNING)
    assert world.work(case).state == states.QUOTED


@pytest.mark.parametrize("photo", [PNG + NO_PICTURE, b""], ids=["no picture on file", "no photo wanted"])
def test_where_no_face_is_compared_the_clerk_looks_and_it_is_recorded(
    world: World, two_lines: None, photo: bytes
) -> None:
    case = pointed(world, Match.NO_MATCH)
    with pytest.raises(Invalid, match="not_alike"):
        counter.see_holder(case, photo=photo, by=CLERK)
    counter.see_holder(case, photo=photo, by_eye=True, by=CLERK)
    assert Sighting.objects.filter(way="store", result="by_eye", by_ref=CLERK.ref).count() == 1
    assert world.work(case).state == states.QUOTED


def test_a_clerk_does_not_look_past_a_face_that_is_anothers(world: World, two_lines: None) -> None:
    case = pointed(world, Match.NO_MATCH)
    with pytest.raises(Invalid, match="not_alike"):
        counter.see_holder(case, photo=PNG + OTHER_PERSON, by_eye=True, by=CLERK)
    assert world.work(case).state == states.HELD
    assert Sighting.objects.filter(way="store", result="no_match").count() == 1


def test_who_was_seen_in_a_store_is_seen_for_their_own_id_only(world: World, two_lines: None) -> None:
    case = pointed(world, Match.NO_MATCH)
    counter.see_holder(case, photo=PNG, by=CLERK)
    assert standing.standing_of(case, {}).seen_in_store
    case.id_number = STRANGER_ID
    assert not standing.standing_of(case, {}).seen_in_store


@pytest.mark.parametrize(("by", "error"), [(OTHER, Missing), (FAR, Missing), (ROBOT, Refused)])
def test_a_store_sees_only_its_own_operators_people(world: World, two_lines: None, by: Actor, error: type) -> None:
    case = pointed(world, Match.NO_MATCH)
    with pytest.raises(error):
        counter.see_holder(case, photo=PNG, by=by)
    assert not Sighting.objects.filter(way="store").exists()


def test_any_provinces_store_takes_the_case_over_with_its_number_and_the_id(world: World, two_lines: None) -> None:
    case = pointed(world, Match.NO_MATCH)
    with pytest.raises(Missing):
        counter.take_over(case.case_no or "", STRANGER_ID, by=FAR)
    taken = counter.take_over(case.case_no or "", ID, by=FAR)
    counter.see_holder(taken, photo=PNG, by=FAR)
    assert taken.visiting_province == "44"
    assert world.work(case).state == states.QUOTED


def at_counter(name: PersonName = HOLDER, id_number: IdNumber = ID) -> Case:
    """A clerk's draft for somebody who stands there."""
    draft = counter.open_draft(OFF, by=CLERK)
    filing.set_holder(draft, name, id_number, by=CLERK)
    filing.ask_contact_code(draft, CONTACT, address="", by=CLERK)
    filing.check_contact_code(draft, code_of(draft.contact_challenge), by=CLERK)
    return draft


def test_a_case_is_filed_in_a_store_once_the_person_was_seen(world: World, two_lines: None) -> None:
    draft = at_counter()
    with pytest.raises(Conflict, match="not_seen"):
        filing.file(draft, by=CLERK)
    counter.see_holder(draft, photo=PNG, by=CLERK)
    case = world.work(filing.file(draft, by=CLERK))
    assert (case.state, case.proof, case.charging_stopped_at) == (states.QUOTED, "store", MORNING)


def test_another_clerk_does_not_write_into_a_counters_draft(world: World, two_lines: None) -> None:
    draft = at_counter()
    with pytest.raises(Conflict):
        filing.set_holder(draft, STRANGER, STRANGER_ID, by=FAR)


def test_a_minors_number_waits_for_the_guardian(world: World, fujian: Callable[..., None]) -> None:
    child = demo_id("35", date(2010, 11, 25), 5)
    plant(FUJIAN, replace(a_line(), holder_id=child.plain))
    case = world.work(world.file(id_number=child))
    assert "identity.minor" in keys_of(case)
    assert case.state == states.HELD


def test_a_silent_province_leaves_the_password_sealed_until_it_answers(world: World, two_lines: None) -> None:
    set_temper(FUJIAN, Temper.DOWN)
    case = pointed(world, None, PASSWORD)
    assert bytes(case.password_box) != b""
    assert PASSWORD.encode() not in bytes(case.password_box)
    set_temper(FUJIAN, Temper.HONEST)
    with clock.frozen(MORNING + timedelta(minutes=5)):
        assert world.work(case).state == states.QUOTED


def test_a_withdrawn_case_forgets_the_password(world: World, two_lines: None) -> None:
    set_temper(FUJIAN, Temper.DOWN)
    case = pointed(world, None, PASSWORD)
    withdrawal.withdraw(case, by=world.by)
    assert bytes(Case.objects.get(pk=case.pk).password_box) == b""
