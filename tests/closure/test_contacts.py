"""Every contact is logged, a second one is refused and recorded, and nobody is asked to stay (C-14)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from closure.models import Case, Contact
from closure.services import contacts, withdrawal
from portal.actors import Actor
from portal.errors import Conflict, Invalid, Refused, TooMany
from portal.models import AuditEntry
from portal.roles import Role
from portal.services import subscribers
from tests.closure.conftest import NUMBER, ROBOT, World
from tests.closure.test_pages import file_by_pages, signed_in

CLERK = Actor(Role.CLERK, "person:c", operator="161", province="32", store="南京新街口店", label="甲网江苏 1042")
CALL = {"channel": "phone", "purpose": "missing", "outcome": "reached"}


@pytest.fixture
def case(world: World, fujian: Callable[..., None]) -> Case:
    fujian()
    return world.work(world.file())


def test_a_second_contact_is_refused_and_stands_in_the_log(case: Case) -> None:
    contacts.note(case, **CALL, by=CLERK)
    with pytest.raises(Refused, match=r"error\.contact\.cap"):
        contacts.note(case, **CALL, by=CLERK)
    assert list(Contact.objects.order_by("pk").values_list("refused", "outcome")) == [(False, "reached"), (True, "")]
    assert Case.objects.get().contacts_made == 1
    assert AuditEntry.objects.filter(verb="closure.contact").count() == 2


@pytest.mark.parametrize("wrong", [{"purpose": "stay"}, {"channel": "pigeon"}, {"outcome": ""}])
def test_asking_to_stay_cannot_be_entered_as_a_purpose(case: Case, wrong: dict[str, str]) -> None:
    with pytest.raises(Invalid):
        contacts.note(case, **{**CALL, **wrong}, by=CLERK)
    assert Contact.objects.count() == 0


def test_an_ended_case_is_not_contacted(world: World, case: Case) -> None:
    withdrawal.withdraw(case, by=world.by)
    with pytest.raises(Conflict):
        contacts.note(case, **CALL, by=CLERK)


def test_the_subscriber_sees_the_log_and_tells_of_what_is_not_there(world: World, fujian: Callable[..., None]) -> None:
    fujian()
    browser = signed_in(subscribers.sign_in(NUMBER, ROBOT))
    ref = file_by_pages(browser)
    contacts.note(Case.objects.get(ref=ref), **CALL, by=CLERK)
    page = browser.get(f"/closure/{ref}/contacts").content.decode()
    assert "甲网江苏 1042" in page and "补材料" in page
    assert browser.post(f"/closure/{ref}/contacts", {}).status_code == 422
    assert browser.post(f"/closure/{ref}/contacts", {"channel": "phone", "stay": "on"}).status_code == 302
    assert Contact.objects.filter(reported=True, purpose="stay").count() == 1
    assert "联系过您 1 次，最多 1 次" in browser.get(f"/closure/{ref}").content.decode()


def test_a_subscriber_tells_of_ten_contacts_a_day_and_no_more(case: Case) -> None:
    for _ in range(10):
        contacts.report(case, channel="phone", stay=False, by=ROBOT)
    with pytest.raises(TooMany):
        contacts.report(case, channel="phone", stay=False, by=ROBOT)
    assert Contact.objects.count() == 10
