"""One case as a clerk sees it."""

from __future__ import annotations

from closure import states
from closure.models import Quote, QuoteLine
from portal import clock
from portal.servers.provision import Addresses
from tests.overseen import WORDS, a_case, an_exchange, entered


def test_the_exchanges_with_the_province_stand_there_with_time_and_evidence(database: Addresses) -> None:
    case = a_case()
    ref = an_exchange(case_ref=case.ref)
    page = entered("clerk").get(f"/desk/cases/{case.ref}").content.decode()
    assert all(part in page for part in (ref, "甲网 福建", "核对机主", ">63<", "4999"))


def test_a_case_of_another_operator_is_not_there(database: Addresses) -> None:
    case = a_case()
    assert entered("clerk2").get(f"/desk/cases/{case.ref}").status_code == 404


def test_a_case_of_two_other_provinces_is_not_there(database: Addresses) -> None:
    case = a_case(visiting_province="31")
    assert entered("clerk").get(f"/desk/cases/{case.ref}").status_code == 404


def test_a_regulator_has_no_desk(database: Addresses) -> None:
    case = a_case()
    assert entered("national").get(f"/desk/cases/{case.ref}").status_code == 403


def test_no_full_number_name_or_id_stands_on_the_page(database: Addresses) -> None:
    case = a_case()
    an_exchange(case_ref=case.ref, answer=f'{{"words":"{WORDS} 16135006721"}}')
    page = entered("clerk").get(f"/desk/cases/{case.ref}").content.decode()
    assert case.number.masked in page
    assert not any(secret in page for secret in (case.number.plain, case.name.plain, case.id_number.plain))


def test_the_quote_shows_what_was_claimed_and_is_not_charged(database: Addresses) -> None:
    case = a_case(state=states.QUOTED)
    now = clock.now()
    quote = Quote.objects.create(case=case, seq=1, total_fen=0, parameters={}, made_at=now, valid_until=now)
    QuoteLine.objects.create(
        quote=quote, position=1, kind="penalty", label="desk.place", fen=0, claimed_fen=24000, rule="C-03"
    )
    page = entered("clerk").get(f"/desk/cases/{case.ref}").content.decode()
    assert "<s>240.00</s> 0.00" in page


def test_a_closed_case_can_still_be_read(database: Addresses) -> None:
    case = a_case(state=states.CLOSED)
    assert "已销户" in entered("clerk").get(f"/desk/cases/{case.ref}").content.decode()
