"""The closure pages through Django's client: 404 for strangers, double submits, what stays when the line is gone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bss.simulated import BillSpec
from closure import states
from closure.models import Case, Certificate
from portal import clock
from portal.actors import robot
from portal.models import LineAccount
from portal.refs import case_number
from portal.services import subscribers
from portal.sessions import EPOCH, LINE
from settlement.models import Payment
from tests.closure.conftest import CONTACT, HOLDER, ID, MORNING, NUMBER, World, code_of

OWED = BillSpec("2026-10", 5800, 0, date(2026, 11, 1), date(2026, 11, 14))
PATHS = (
    "",
    "/result",
    "/unbind",
    "/refund",
    "/pay",
    "/withdraw",
    "/again",
    "/receipt",
    "/certificate",
    "/certificate.pdf",
)


def signed_in(account: LineAccount) -> Client:
    """A browser signed in with a line."""
    browser = Client()
    session = browser.session
    session[LINE], session[EPOCH] = account.ref, account.session_epoch
    session.save()
    return browser


@pytest.fixture
def owner(world: World, fujian: Callable[..., None]) -> Client:
    """The holder's browser; the line is in Fujian, nothing to fix."""
    fujian()
    return signed_in(subscribers.sign_in(NUMBER, robot("test")))


def file_by_pages(browser: Client) -> str:
    """Fill in the two pages and submit; gives the draft's ref."""
    first = {"name": HOLDER.plain, "id_number": ID.plain, "contact": CONTACT.plain, "action": "code"}
    assert browser.post("/closure/identity", first).status_code == 302
    draft = Case.objects.get()
    second = {"code": code_of(draft.contact_challenge), "province": "32", "action": "continue"}
    assert browser.post("/closure/identity", second).headers["Location"] == "/closure/confirm"
    browser.post("/closure/confirm", {"draft": draft.ref})
    return draft.ref


@pytest.mark.parametrize("path", PATHS)
def test_a_strangers_case_and_an_absent_one_look_the_same(world: World, owner: Client, path: str) -> None:
    ref = file_by_pages(owner)
    stranger = signed_in(subscribers.sign_in(CONTACT, robot("test")))
    answers = []
    for asked in (ref, "0" * 26):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            answer = stranger.get(f"/closure/{asked}{path}")
        body = answer.content.replace(asked.encode(), b"")
        answers.append((answer.status_code, body, len(queries)))
    assert answers[0] == answers[1]
    assert answers[0][0] == 404


@pytest.mark.parametrize("path", ["identity", "other", "find", "restore", "no-sms", "list"])
def test_a_form_that_is_only_looked_at_complains_of_nothing(owner: Client, path: str) -> None:
    answer = owner.get(f"/closure/{path}")
    assert answer.status_code == 200
    assert 'aria-invalid="true"' not in answer.content.decode()


def test_a_double_submit_makes_one_case(owner: Client) -> None:
    ref = file_by_pages(owner)
    again = owner.post("/closure/confirm", {"draft": ref})
    assert again.headers["Location"] == f"/closure/{ref}/result"
    assert Case.objects.count() == 1


def test_what_was_typed_is_not_in_the_page_again(owner: Client) -> None:
    first = {"name": HOLDER.plain, "id_number": ID.plain, "contact": CONTACT.plain, "action": "code"}
    page = owner.post("/closure/identity", first, follow=True).content.decode()
    assert [one for one in (HOLDER.plain, ID.plain, CONTACT.plain, NUMBER.plain) if one in page] == []
    assert ID.masked in page


def test_one_wrong_field_does_not_lose_the_right_ones(owner: Client) -> None:
    wrong = {"name": HOLDER.plain, "id_number": ID.plain, "contact": "123", "action": "code"}
    answer = owner.post("/closure/identity", wrong)
    assert answer.status_code == 422
    assert Case.objects.get().name == HOLDER


def test_a_wrong_contact_code_is_said_at_its_field(owner: Client) -> None:
    first = {"name": HOLDER.plain, "id_number": ID.plain, "contact": CONTACT.plain, "action": "code"}
    owner.post("/closure/identity", first)
    right = code_of(Case.objects.get().contact_challenge)
    wrong = f"{(int(right) + 1) % 10**6:06d}"
    answer = owner.post("/closure/identity", {"code": wrong, "province": "32", "action": "continue"})
    assert answer.status_code == 422
    assert "还可试 4 次" in answer.content.decode()


def test_the_browser_that_filed_still_sees_the_case_when_the_line_is_closed(world: World, owner: Client) -> None:
    ref = file_by_pages(owner)
    world.work(Case.objects.get(ref=ref))
    owner.post(f"/closure/{ref}/unbind")
    assert world.work(Case.objects.get(ref=ref)).state == states.CLOSED
    assert owner.get(f"/closure/{ref}").status_code == 200
    assert owner.get("/closure/identity").status_code == 302


def test_a_closed_case_opens_by_number_id_and_a_code_to_the_contact(world: World, owner: Client) -> None:
    ref = file_by_pages(owner)
    case = Case.objects.get(ref=ref)
    visitor = Client()
    with clock.frozen(MORNING + timedelta(minutes=2)):
        visitor.post("/closure/find", {"case_no": case.case_no, "id_number": ID.plain})
        answer = visitor.post("/closure/find/code", {"code": code_of(visitor.session["find"][0])})
    assert answer.headers["Location"] == f"/closure/{ref}"
    assert visitor.get(f"/closure/{ref}").status_code == 200


def test_a_closed_case_opens_for_who_is_signed_in_with_another_line_too(world: World, owner: Client) -> None:
    ref = file_by_pages(owner)
    case = Case.objects.get(ref=ref)
    other = signed_in(subscribers.sign_in(CONTACT, robot("test")))
    before = other.session.session_key
    with clock.frozen(MORNING + timedelta(minutes=2)):
        other.post("/closure/find", {"case_no": case.case_no, "id_number": ID.plain})
        other.post("/closure/find/code", {"code": code_of(other.session["find"][0])})
    assert other.get(f"/closure/{ref}").status_code == 200
    assert other.session.session_key != before


def test_a_case_number_with_another_id_leads_nowhere_and_says_nothing(world: World, owner: Client) -> None:
    ref = file_by_pages(owner)
    case, visitor = Case.objects.get(ref=ref), Client()
    answer = visitor.post("/closure/find", {"case_no": case.case_no, "id_number": "11010519491231002X"})
    assert answer.headers["Location"] == "/closure/find/code"
    answer = visitor.post("/closure/find/code", {"code": code_of(visitor.session["find"][0])})
    assert visitor.get(f"/closure/{ref}").status_code in (302, 404)


def test_the_public_check_shows_masked_facts_only(world: World, owner: Client) -> None:
    ref = file_by_pages(owner)
    case = world.work(Case.objects.get(ref=ref))
    owner.post(f"/closure/{ref}/unbind")
    case = world.work(case)
    certificate = Certificate.objects.get(case=case)
    page = Client().get(f"/v/{certificate.ref}").content.decode()
    assert NUMBER.masked in page
    assert [one for one in (NUMBER.plain, HOLDER.plain, ID.plain) if one in page] == []


def test_twelve_digits_open_nothing_without_the_last_four(world: World, owner: Client) -> None:
    ref = file_by_pages(owner)
    world.work(Case.objects.get(ref=ref))
    owner.post(f"/closure/{ref}/unbind")
    number = Certificate.objects.get(case=world.work(Case.objects.get(ref=ref))).number
    wrong = Client().post("/verify/certificate", {"number": number, "tail": "0000"})
    right = Client().post("/verify/certificate", {"number": number, "tail": NUMBER.plain[-4:]})
    assert (wrong.status_code, right.status_code) == (404, 200)


def test_the_sixth_guess_of_a_certificate_is_refused(owner: Client) -> None:
    guess = {"number": "123456789012", "tail": "6721"}
    statuses = [Client().post("/verify/certificate", guess).status_code for _ in range(6)]
    assert statuses == [404] * 5 + [429]


def test_the_quote_one_did_not_see_is_not_paid_and_the_one_seen_is(world: World, fujian: Callable[..., None]) -> None:
    fujian(bills=[OWED])
    browser = signed_in(subscribers.sign_in(NUMBER, robot("test")))
    ref = file_by_pages(browser)
    world.work(Case.objects.get(ref=ref))
    browser.post(f"/closure/{ref}/unbind")
    assert browser.post(f"/closure/{ref}/pay", {"method": "card", "quote": 7}).status_code == 409
    assert Payment.objects.filter(case_ref=ref).count() == 0
    assert browser.post(f"/closure/{ref}/pay", {"method": "card", "quote": 1}).status_code == 302
    assert Payment.objects.filter(case_ref=ref).count() == 1


def test_a_list_of_ones_closures_takes_the_same_queries_however_long(world: World, owner: Client) -> None:
    file_by_pages(owner)
    with CaptureQueriesContext(connection) as few:
        owner.get("/closure/list")
    case = Case.objects.get()
    for number in range(5):
        case.pk, case.ref, case.case_no, case.state = (
            None,
            f"{number:026d}",
            f"XH261124-0000000{number}",
            states.WITHDRAWN,
        )
        case.number = NUMBER
        Case.objects.bulk_create([case])
    with CaptureQueriesContext(connection) as many:
        owner.get("/closure/list")
    assert len(few) == len(many)


def test_a_sign_out_elsewhere_ends_this_browser_too(world: World, owner: Client) -> None:
    ref = file_by_pages(owner)
    account = LineAccount.objects.get()
    subscribers.sign_out(account.ref, by=robot("test"))
    assert owner.get(f"/closure/{ref}").headers["Location"].startswith("/sign-in")


def test_a_second_guess_of_a_pair_is_answered_as_the_first(world: World, owner: Client) -> None:
    pairs = [{"case_no": case_number("XH", MORNING.date()), "id_number": ID.plain} for _ in range(2)]
    assert [Client().post("/closure/find", pair).status_code for pair in pairs] == [302, 302]
