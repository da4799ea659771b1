"""How far a case is, told to who has its number and the line's last digits; nothing personal, nothing opened (D-04)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from closure.models import Case
from closure.services import finding
from portal.errors import TooMany
from portal.models import Budget
from portal.refs import case_number
from tests.closure.conftest import CONTACT, HOLDER, ID, MORNING, NUMBER, World

TAIL = NUMBER.plain[-4:]


@pytest.fixture
def case(world: World, fujian: Callable[..., None]) -> Case:
    """A filed case of the holder's line in Fujian."""
    fujian()
    return world.work(world.file())


def asked(case_no: str, tail: str, address: str = "192.0.2.1") -> tuple[int, str]:
    """Status and page of one look-up from an address."""
    answer = Client(REMOTE_ADDR=address).post("/closure/track", {"case_no": case_no, "tail": tail})
    return answer.status_code, answer.content.decode()


def test_number_and_digits_tell_whose_turn_it_is(case: Case) -> None:
    status, page = asked(case.case_no or "", TAIL)
    assert (status, str(case.case_no) in page, "经过" in page) == (200, True, True)
    private = (NUMBER.plain, NUMBER.masked, TAIL, CONTACT.masked, HOLDER.masked, ID.masked, case.ref)
    assert [one for one in private if one in page] == []


def test_a_look_up_opens_nothing_d_04(case: Case) -> None:
    browser = Client()
    assert browser.post("/closure/track", {"case_no": case.case_no, "tail": TAIL}).status_code == 200
    assert browser.get(f"/closure/{case.ref}").headers["Location"].startswith("/sign-in")


def test_wrong_digits_and_a_number_of_nobody_are_answered_alike(case: Case) -> None:
    wrong = asked(case.case_no or "", "0000")
    nobody = asked(case_number("XH", MORNING.date()), "0000", "192.0.2.2")
    assert (wrong[0], nobody[0]) == (422, 422)
    assert "受理号和尾号对不上" in wrong[1]
    assert "受理号和尾号对不上" in nobody[1]


def test_the_sixth_look_up_from_one_address_is_refused_d_04(case: Case) -> None:
    for _ in range(finding.TRACKS_AN_ADDRESS):
        assert asked(case.case_no or "", TAIL)[0] == 200
    status, page = asked(case.case_no or "", TAIL)
    assert status == 422
    assert "经过" not in page


def test_the_digits_of_one_case_cannot_be_tried_from_many_addresses_d_04(case: Case) -> None:
    for tried in range(finding.TRACKS_A_NUMBER):
        assert asked(case.case_no or "", "0000", f"192.0.2.{tried}")[0] == 422
    with pytest.raises(TooMany):
        finding.track(case.case_no or "", TAIL, address="192.0.2.99")


def test_a_look_up_writes_no_personal_word_into_the_counters(case: Case) -> None:
    asked(case.case_no or "", TAIL)
    kept = " ".join(Budget.objects.values_list("key", flat=True))
    assert (case.case_no or "") not in kept
    assert "192.0.2.1" not in kept
