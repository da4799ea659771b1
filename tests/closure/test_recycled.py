"""The new holder of a recycled number against everything the old holder left (C-05, C-11)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client

from closure.models import Case, Certificate
from closure.queries import draft_of, visible_to
from closure.queries.after import may_be_had_back, standing_of
from closure.services import finding, payment
from portal import clock, register
from portal.errors import Conflict, Refused
from portal.models import LineAccount, Notice
from portal.queries.notices import visible_to as notices_of
from portal.queries.people import line_actor
from portal.services import notices, subscribers
from tests.closure.conftest import CONTACT, ID, MORNING, NUMBER, ROBOT, World, code_of
from tests.closure.test_pages import PATHS, signed_in

LATER = MORNING + timedelta(days=120)


@pytest.fixture
def old(world: World, fujian: Callable[..., None]) -> Case:
    """The old holder's closed case, with a notice that went to the number itself, and another draft begun."""
    fujian()
    with transaction.atomic():
        notices.tell(NUMBER, "notice.closure.not_paid", {"case_no": "XH"}, by=ROBOT)
    case = world.quoted()
    payment.settle_without_payment(case, 1, by=world.by)
    return world.work(case)


@pytest.fixture
def newcomer(old: Case) -> LineAccount:
    """120 days later: recycled, in use again, and signed in by whoever has it now."""
    with clock.frozen(LATER):
        with transaction.atomic():
            register.release_frozen(by=ROBOT)
            register.put_in_use(NUMBER, by=ROBOT)
        return subscribers.sign_in(NUMBER, ROBOT)


@pytest.mark.parametrize("days", [1, 89, 91])
def test_a_frozen_or_recyclable_number_does_not_sign_in(old: Case, days: int) -> None:
    with clock.frozen(MORNING + timedelta(days=days)):
        with transaction.atomic():
            register.release_frozen(by=ROBOT)
        with pytest.raises(Refused):
            subscribers.sign_in(NUMBER, ROBOT)


def test_the_newcomer_sees_no_case_no_draft_and_no_notice_of_before(newcomer: LineAccount, old: Case) -> None:
    actor = line_actor(newcomer)
    with clock.frozen(LATER):
        assert newcomer.ref != old.account_ref
        assert (list(visible_to(actor)), draft_of(actor), list(notices_of(actor))) == ([], None, [])
        with transaction.atomic():
            told = notices.tell(NUMBER, "notice.closure.not_paid", {"case_no": "XH"}, by=ROBOT)
        assert list(notices_of(actor)) == [told]
    assert Notice.objects.filter(number_index=told.number_index).count() > 1


@pytest.mark.parametrize("path", [*PATHS, "/have-back", "/satisfaction"])
def test_every_page_of_the_old_case_is_missing_for_the_newcomer(newcomer: LineAccount, old: Case, path: str) -> None:
    with clock.frozen(LATER):
        browser = signed_in(newcomer)
        assert browser.get(f"/closure/{old.ref}{path}").status_code == 404
        assert browser.post(f"/closure/{old.ref}{path}", {"score": "1"}).status_code in (404, 405)
        assert str(old.case_no) not in browser.get("/closure/list").content.decode()


def test_the_newcomer_cannot_have_the_old_case_found_by_its_own_number(newcomer: LineAccount, old: Case) -> None:
    with clock.frozen(LATER):
        assert finding.ask_code(str(old.case_no), ID, address="", by=ROBOT).case_ref == old.ref
        sent_to = {str(notice.number) for notice in Notice.objects.filter(case_ref=old.ref)}
    assert sent_to == {CONTACT.masked}


def test_the_old_holder_still_opens_the_case_by_number_id_and_contact(newcomer: LineAccount, old: Case) -> None:
    browser = Client()
    with clock.frozen(LATER):
        browser.post("/closure/find", {"case_no": old.case_no, "id_number": ID.plain})
        challenge = browser.session["find"][0]
        assert browser.post("/closure/find/code", {"code": code_of(challenge)}).status_code == 302
        assert browser.get(f"/closure/{old.ref}").status_code == 200


def test_the_number_can_no_longer_be_had_back_and_the_certificate_says_why(newcomer: LineAccount, old: Case) -> None:
    with clock.frozen(LATER):
        assert may_be_had_back(old) == "gone"
        standing = standing_of(Certificate.objects.get(case=old))
    assert (standing.word, standing.in_force) == ("recycled", True)


def test_a_number_in_use_is_neither_had_back_nor_given_out_again(newcomer: LineAccount) -> None:
    with pytest.raises(Conflict), transaction.atomic():
        register.have_back(NUMBER, "161", by=ROBOT)
    with pytest.raises(Conflict), transaction.atomic():
        register.put_in_use(NUMBER, by=ROBOT)


def test_the_newcomers_own_freeze_does_not_open_the_old_wish(world: World, newcomer: LineAccount, old: Case) -> None:
    with clock.frozen(LATER), transaction.atomic():
        register.freeze(NUMBER, until=LATER + timedelta(days=90), by=ROBOT)
    with clock.frozen(LATER + timedelta(days=1)):
        assert may_be_had_back(old) == "gone"
        assert standing_of(Certificate.objects.get(case=old)).word == "recycled"
