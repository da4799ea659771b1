"""Is this notice real? No details without the code and the last four digits (N-09)."""

from __future__ import annotations

import pytest
from django.db import transaction
from django.test import Client

from portal.actors import robot
from portal.masked import Phone
from portal.models import Notice
from portal.services import notices
from tests.pages.conftest import NUMBER


@pytest.fixture
def notice(visitor: Client) -> Notice:
    """A notice to the Fujian number."""
    with transaction.atomic():
        facts = {"case_no": "XH261124-03875124"}
        return notices.tell(Phone(NUMBER), "notice.closure.withdrawn", facts, by=robot("test"))


def look(visitor: Client, code: str, tail: str) -> str:
    """The page's answer."""
    return visitor.post("/verify", {"code": code, "tail": tail}).content.decode()


def test_a_real_notice_is_shown_word_for_word(visitor: Client, notice: Notice) -> None:
    page = look(visitor, notice.check_code, "6721")
    assert "这条通知是真的" in page
    assert str(notice.text) in page


def test_code_and_tail_may_be_typed_as_people_do(visitor: Client, notice: Notice) -> None:
    assert "这条通知是真的" in look(visitor, f" {notice.check_code[:4]} {notice.check_code[4:]}", "６７２１")


def test_without_the_right_tail_nothing_is_shown(visitor: Client, notice: Notice) -> None:
    wrong_tail, unknown = look(visitor, notice.check_code, "0000"), look(visitor, "00000000", "6721")
    assert "查不到，多半是假的" in wrong_tail
    assert "查不到，多半是假的" in unknown
    assert str(notice.text) not in wrong_tail


def test_the_sixth_try_of_an_address_waits(visitor: Client) -> None:
    answers = [visitor.post("/verify", {"code": "00000000", "tail": "0000"}) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [422]
    assert "核验太频繁" in answers[-1].content.decode()


def test_the_address_on_the_notice_fills_the_code_in(visitor: Client) -> None:
    assert 'value="41832096"' in visitor.get("/verify/41832096").content.decode()
    assert visitor.get("/verify/4183209").status_code == 404


@pytest.mark.parametrize(("code", "tail"), [("", ""), ("1234", "12"), ("abcdefgh", "abcd"), ("٤١٨٣٢٠٩٦", "٦٧٢١")])
def test_what_is_no_code_is_said_at_its_field(visitor: Client, code: str, tail: str) -> None:
    answer = visitor.post("/verify", {"code": code, "tail": tail})
    assert answer.status_code == 422
    assert answer.content.decode().count('aria-invalid="true"') == 2


def test_a_sixth_letter_of_markup_stays_text(visitor: Client) -> None:
    assert "<script>" not in visitor.get("/verify", {"code": "<script>alert(1)"}).content.decode()
