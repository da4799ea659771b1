"""Filing: what it needs, what it starts, and what it never does twice."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection

from bss.gateway import ask
from bss.models import Command
from closure import states
from closure.models import Case
from closure.services import charging, filing
from portal.errors import Conflict, Invalid
from portal.masked import Phone
from portal.models import LineAccount, Movement, Notice
from portal.moving import movements_of
from portal.queries.people import line_actor
from portal.refs import case_number, new_ref
from portal.services import subscribers
from tests.closure.conftest import CONTACT, FUJIAN, MORNING, NUMBER, ROBOT, World, code_of


def test_a_filing_stops_the_charges_as_of_its_own_instant(world: World, fujian: Callable[..., None]) -> None:
    fujian()
    case = world.file()
    assert charging.stop(case, by=ROBOT)
    assert Command.objects.get(verb="stop_charging").effective_at == MORNING
    answer = ask(FUJIAN, "snapshot", {"number": NUMBER.plain}, case_ref=case.ref, by=ROBOT)
    assert answer.facts["charging"] == "stopped"


def test_history_and_notice_are_written_with_the_filing(world: World, fujian: Callable[..., None]) -> None:
    fujian()
    case = world.file()
    assert [row.to_state for row in movements_of(case)] == [states.FILED]
    assert Notice.objects.filter(case_ref=case.ref, key="notice.closure.filed").count() == 1


def test_a_number_another_case_has_is_drawn_anew(
    world: World, fujian: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    fujian()
    first, other = world.draft(), case_number("XH", MORNING.date())
    Case.objects.create(
        ref=new_ref(),
        case_no=other,
        operator="161",
        province="35",
        state=states.WITHDRAWN,
        created_at=MORNING,
        filed_at=MORNING,
    )
    drawn = iter([other, other, "XH261124-41166725"])
    monkeypatch.setattr(filing, "case_number", lambda *_: next(drawn))
    assert filing.file(first, by=world.by).case_no == "XH261124-41166725"


def test_the_same_draft_is_not_filed_twice(world: World, fujian: Callable[..., None]) -> None:
    fujian()
    draft = world.draft()
    filing.file(draft, by=world.by)
    with pytest.raises(Conflict):
        filing.file(draft, by=world.by)
    assert Case.objects.count() == 1


def test_a_second_open_case_for_the_number_is_refused(world: World, fujian: Callable[..., None]) -> None:
    fujian()
    world.file()
    draft = filing.open_draft(subscribers.sign_in(NUMBER, ROBOT), by=world.by)
    Case.objects.filter(pk=draft.pk).update(
        contact_verified_at=MORNING, visiting_province="32", name_box=b"1", id_box=b"1"
    )
    with pytest.raises(Conflict, match="already_open"):
        filing.file(Case.objects.get(pk=draft.pk), by=world.by)


def test_the_number_being_closed_is_no_contact_number(world: World, fujian: Callable[..., None]) -> None:
    fujian()
    account = subscribers.sign_in(NUMBER, ROBOT)
    draft = filing.open_draft(account, by=line_actor(account))
    with pytest.raises(Invalid) as refusal:
        filing.ask_contact_code(draft, NUMBER, address="", by=line_actor(account))
    assert (refusal.value.field, refusal.value.rule_id) == ("contact", "C-05")


def test_a_draft_without_a_proved_contact_is_not_filed(world: World, fujian: Callable[..., None]) -> None:
    fujian()
    draft = world.draft()
    Case.objects.filter(pk=draft.pk).update(contact_verified_at=None)
    with pytest.raises(Conflict):
        filing.file(Case.objects.get(pk=draft.pk), by=world.by)
    assert Movement.objects.count() == 0


def test_a_filing_that_fails_half_way_leaves_nothing(world: World, fujian: Callable[..., None]) -> None:
    fujian()
    draft = world.draft()
    with pytest.raises(AttributeError):
        filing.file(draft, by=None)  # type: ignore[arg-type]
    connection.close()
    assert Case.objects.get(pk=draft.pk).state == states.DRAFT
    assert Command.objects.count() == 0


def test_personal_facts_are_sealed_in_the_row(world: World, fujian: Callable[..., None]) -> None:
    fujian()
    case = world.file()
    with connection.cursor() as cursor:
        cursor.execute("SELECT closure_case::text FROM closure_case WHERE id = %s", [case.pk])
        row = str(cursor.fetchone())
    assert NUMBER.plain not in row
    assert case.name.plain not in row


def test_a_code_proves_no_contact_that_was_named_meanwhile(world: World, fujian: Callable[..., None]) -> None:
    """Another window asks for another number's code between reading the draft and judging the first code (C-05)."""
    fujian()
    draft = filing.open_draft(subscribers.sign_in(NUMBER, ROBOT), by=world.by)
    by = line_actor(LineAccount.objects.get(ref=draft.account_ref))
    filing.ask_contact_code(draft, CONTACT, address="", by=by)
    code = code_of(draft.contact_challenge)
    filing.ask_contact_code(Case.objects.get(pk=draft.pk), Phone("16132000099"), address="", by=by)
    with pytest.raises(Conflict):
        filing.check_contact_code(draft, code, by=by)
    assert Case.objects.get(pk=draft.pk).contact_verified_at is None
