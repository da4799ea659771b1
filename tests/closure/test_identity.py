"""Who stands before us: a photo counts for one holder only, a contact is never the number itself (C-05, C-08)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from io import BytesIO

import pytest
from django.test import Client

from bss.simulated import plant
from closure import states
from closure.models import Case
from closure.queries import latest_findings
from closure.services import filing, verification
from portal.actors import robot
from portal.errors import Conflict
from portal.masked import PersonName, Phone
from portal.models import LineAccount
from portal.queries.people import line_actor
from portal.rules.identity import demo_id
from portal.services import subscribers
from realname.authority import Match
from realname.simulated.authority import OTHER_PERSON
from tests.closure.conftest import CONTACT, FUJIAN, HOLDER, ID, NUMBER, World, a_line, code_of
from tests.closure.test_pages import signed_in

OFF = Phone("16135009999")
STRANGER, STRANGER_ID = PersonName("李四"), demo_id("35", date(1990, 1, 1), 3)
PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def two_lines(fujian: Callable[..., None]) -> None:
    """The holder's own line, and another of theirs that is off."""
    fujian()
    plant(FUJIAN, a_line(number=OFF, state="two_way"))


@pytest.fixture
def owner(world: World, two_lines: None) -> Client:
    """The holder's browser, signed in with the line that works."""
    return signed_in(subscribers.sign_in(NUMBER, robot("test")))


def pointed(world: World, match: Match = Match.MATCH) -> Case:
    """A complete draft that closes the line that is off, from the line that works."""
    draft = world.draft()
    filing.point_at(draft, OFF, match, holder=(HOLDER, ID), by=world.by)
    return draft


def send_photo(browser: Client, path: str, mark: bytes = b"", **also: str) -> int:
    """Send a form with a photo; gives the status."""
    photo = BytesIO(PNG + mark)
    photo.name = "me.png"
    return browser.post(path, {"photo": photo, "consent": "on", **also}).status_code


def point_by_page(browser: Client, number: Phone = OFF, mark: bytes = b"") -> int:
    """Name the other number on its page."""
    return send_photo(browser, "/closure/other", mark, number=number.plain, name=HOLDER.plain, id_number=ID.plain)


def test_a_photo_does_not_count_for_a_holder_typed_after_it(world: World, two_lines: None) -> None:
    draft = pointed(world)
    filing.set_holder(draft, STRANGER, STRANGER_ID, by=world.by)
    assert Case.objects.get(pk=draft.pk).photo_match == ""


def test_the_identity_page_takes_no_other_holder_for_a_photo(owner: Client) -> None:
    point_by_page(owner)
    typed = {"name": STRANGER.plain, "id_number": STRANGER_ID.plain, "action": "continue"}
    for query in ("?change=holder", ""):
        owner.post(f"/closure/identity{query}", typed)
    draft = Case.objects.get()
    assert (draft.name, draft.id_number, draft.photo_match) == (HOLDER, ID, Match.MATCH)


def test_changing_the_holder_of_another_number_begins_with_the_photo(owner: Client) -> None:
    point_by_page(owner)
    assert owner.get("/closure/identity?change=holder").headers["Location"] == "/closure/other"


def test_a_holder_typed_anew_after_a_mismatch_needs_a_photo_of_theirs(world: World, two_lines: None) -> None:
    draft = pointed(world)
    filing.point_at(draft, OFF, Match.MATCH, holder=(STRANGER, STRANGER_ID), by=world.by)
    case = world.work(filing.file(draft, by=world.by))
    verification.again(case, holder=(HOLDER, ID), by=world.by)
    case = world.work(case)
    assert case.state == states.HELD
    assert [row.key for row in latest_findings(case).filter(severity="BLOCK")] == ["identity.photo"]


def test_the_page_of_a_held_case_asks_for_holder_and_photo_together(world: World, owner: Client) -> None:
    draft = pointed(world)
    filing.point_at(draft, OFF, Match.MATCH, holder=(STRANGER, STRANGER_ID), by=world.by)
    case = world.work(filing.file(draft, by=world.by))
    again, holder = f"/closure/{case.ref}/again", {"name": HOLDER.plain, "id_number": ID.plain}
    assert owner.post(again, holder).status_code == 422
    assert send_photo(owner, again, b"", **holder) == 302
    assert world.work(case).state == states.QUOTED


def test_a_photo_that_did_not_match_can_be_taken_again(world: World, owner: Client) -> None:
    case = world.work(filing.file(pointed(world, Match.NO_MATCH), by=world.by))
    again = f"/closure/{case.ref}/again"
    assert owner.post(again).status_code == 422
    assert send_photo(owner, again, OTHER_PERSON) == 302
    assert world.work(case).state == states.HELD
    assert send_photo(owner, again) == 302
    assert world.work(case).state == states.QUOTED


def test_a_contact_that_becomes_the_number_is_dropped_and_asked_for_anew(world: World, owner: Client) -> None:
    world.draft()
    assert point_by_page(owner, CONTACT) == 302
    draft = Case.objects.get()
    assert (draft.number, draft.contact_verified_at, bytes(draft.contact_box)) == (CONTACT, None, b"")
    assert 'name="contact"' in owner.get("/closure/identity").content.decode()


def test_a_case_whose_contact_is_its_number_is_not_filed(world: World, two_lines: None) -> None:
    draft, row = world.draft(), Case.objects.get()
    row.number = CONTACT
    row.save(update_fields=["number_box"])
    with pytest.raises(Conflict):
        filing.file(draft, by=world.by)


def test_a_draft_pointed_elsewhere_is_pointed_back_to_ones_own(world: World, owner: Client) -> None:
    point_by_page(owner)
    assert "改为销登录的这个号码" in owner.get("/closure/identity").content.decode()
    assert owner.post("/closure/identity", {"action": "own"}).status_code == 302
    draft = Case.objects.get()
    assert (draft.number, draft.proof, draft.photo_match, draft.province) == (NUMBER, "code", "", "35")


def test_ones_own_line_may_hear_of_the_other_until_it_is_closed_itself(world: World, owner: Client) -> None:
    point_by_page(owner)
    draft, by = Case.objects.get(), line_actor(LineAccount.objects.get())
    filing.ask_contact_code(draft, NUMBER, address="", by=by)
    filing.check_contact_code(draft, code_of(draft.contact_challenge), by=by)
    owner.post("/closure/identity", {"action": "own"})
    assert Case.objects.get().contact_verified_at is None


def test_a_photo_compared_while_another_holder_was_named_counts_for_nobody(world: World, two_lines: None) -> None:
    stale = world.work(filing.file(pointed(world, Match.NO_MATCH), by=world.by))
    verification.again(Case.objects.get(pk=stale.pk), holder=(STRANGER, STRANGER_ID), by=world.by)
    assert world.work(stale).state == states.HELD
    with pytest.raises(Conflict):
        verification.again(stale, photo_match=Match.MATCH, by=world.by)
    assert Case.objects.get(pk=stale.pk).photo_match == ""
