"""The handset of a number."""

from __future__ import annotations

import pytest
from django.db import transaction
from django.test import Client

from demo.models import Handset
from demo.services import handsets
from portal.actors import robot
from portal.masked import Phone
from portal.models import SmsMessage
from portal.servers.provision import Addresses
from portal.services import sms

NUMBER = Phone("16135008101")
BY = robot("test")


@pytest.fixture
def handset(database: Addresses) -> Handset:
    """The handset of one number in a portal that knows its operators."""
    return handsets.open_handset(NUMBER, story="clean", position=1, by=BY)


def told(text: str) -> None:
    """A message to the number."""
    with transaction.atomic():
        sms.queue(NUMBER, text, service="16100")


def test_what_came_last_stands_first(handset: Handset) -> None:
    told("first word")
    told("second word")
    page = Client().get(f"/demo/handsets/{handset.ref}").content.decode()
    assert 0 < page.index("second word") < page.index("first word")


def test_the_number_stands_in_no_address(handset: Handset) -> None:
    page = Client().get("/demo/handsets").content.decode()
    assert f"/demo/handsets/{handset.ref}" in page
    assert NUMBER.plain not in page


def test_a_message_written_on_the_handset_reaches_the_service_number(handset: Handset) -> None:
    answer = Client().post(f"/demo/handsets/{handset.ref}", {"service": "16100", "text": "CXXZ#张三#35"})
    assert answer.status_code == 302
    message = SmsMessage.objects.get()
    assert (message.number, message.text, message.service, message.word) == (NUMBER, "CXXZ#张三#35", "16100", "CXXZ")


@pytest.mark.parametrize("body", [{"service": "16100", "text": " "}, {"service": "10086", "text": "hello"}])
def test_a_message_without_words_or_to_nobody_is_refused_and_not_written(
    handset: Handset, body: dict[str, str]
) -> None:
    assert Client().post(f"/demo/handsets/{handset.ref}", body).status_code == 422
    assert not SmsMessage.objects.exists()


def test_an_unknown_handset_is_not_there(handset: Handset) -> None:
    assert Client().get("/demo/handsets/00000000000000000000000000").status_code == 404


def test_any_number_can_be_opened_and_is_the_same_handset_the_next_time(handset: Handset) -> None:
    first = Client().post("/demo/handsets", {"number": "+86 169 3200 9002"})
    again = Client().post("/demo/handsets", {"number": "16932009002"})
    assert first.headers["Location"] == again.headers["Location"] != f"/demo/handsets/{handset.ref}"


def test_a_number_of_ten_digits_is_refused_in_words(handset: Handset) -> None:
    answer = Client().post("/demo/handsets", {"number": "1613500810"})
    assert answer.status_code == 422
    assert "10 位" in answer.content.decode()
