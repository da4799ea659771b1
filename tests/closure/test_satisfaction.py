"""One question after each case, answered once, by page or by a message of one digit (T-15)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from closure.models import Case, Satisfaction
from closure.services import payment, satisfaction, withdrawal
from portal import clock
from portal.errors import Conflict, Invalid
from portal.masked import Phone
from portal.models import Notice, SmsMessage
from portal.services import inbound, sms
from tests.closure.conftest import CONTACT, MORNING, ROBOT, World

WORDS = "办得很快，谢谢小李"


@pytest.fixture
def closed(world: World, fujian: Callable[..., None]) -> Case:
    """A closed case whose question is open."""
    fujian()
    case = world.quoted()
    payment.settle_without_payment(case, 1, by=world.by)
    return world.work(case)


def reply(text: str, number: Phone = CONTACT) -> SmsMessage:
    """A message comes in, and both sweeps have run."""
    message = sms.receive(number, "161", text, at=clock.now())
    satisfaction.claim_replies(by=ROBOT)
    with clock.frozen(clock.now() + timedelta(minutes=1)):
        inbound.sweep(by=ROBOT)
    return SmsMessage.objects.get(pk=message.pk)


def score_of(case: Case) -> int | None:
    return Satisfaction.objects.get(case=case).score


def test_a_case_is_rated_once_and_its_words_are_sealed(closed: Case) -> None:
    satisfaction.rate(closed, 5, WORDS, channel="page", by=ROBOT)
    row = Satisfaction.objects.get(case=closed)
    assert (row.score, satisfaction.words_of(row), WORDS.encode() in bytes(row.words_box)) == (5, WORDS, False)
    with pytest.raises(Conflict, match="once"):
        satisfaction.rate(closed, 1, "", channel="sms", by=ROBOT)
    assert score_of(closed) == 5


@pytest.mark.parametrize("score", [0, 6, -1])
def test_a_score_is_one_to_five(closed: Case, score: int) -> None:
    with pytest.raises(Invalid):
        satisfaction.rate(closed, score, "", channel="page", by=ROBOT)


def test_a_withdrawn_case_is_asked_about_too(world: World, fujian: Callable[..., None]) -> None:
    fujian()
    case = world.quoted()
    withdrawal.withdraw(case, by=world.by)
    satisfaction.rate(case, 3, "", channel="page", by=world.by)
    assert score_of(case) == 3


def test_an_open_case_has_no_question(world: World, fujian: Callable[..., None]) -> None:
    fujian()
    with pytest.raises(Conflict):
        satisfaction.rate(world.quoted(), 3, "", channel="page", by=world.by)


def test_after_a_month_it_is_too_late(closed: Case) -> None:
    with clock.frozen(MORNING + timedelta(days=31)), pytest.raises(Conflict, match="late"):
        satisfaction.rate(closed, 3, "", channel="page", by=ROBOT)


@pytest.mark.parametrize("text", ["4", " ４ ", "4#"])
def test_a_digit_from_the_contact_number_is_the_answer(closed: Case, text: str) -> None:
    assert reply(text).state == SmsMessage.State.DONE
    assert (score_of(closed), Satisfaction.objects.get(case=closed).channel) == (4, "sms")
    assert not Notice.objects.filter(key="notice.not_understood").exists()


@pytest.mark.parametrize("text", ["6", "0", "54", "很好"])
def test_another_message_is_no_answer(closed: Case, text: str) -> None:
    reply(text)
    assert score_of(closed) is None


def test_a_digit_from_a_stranger_rates_nothing_and_is_told_so(closed: Case) -> None:
    reply("1", Phone("16132000099"))
    assert score_of(closed) is None
    assert Notice.objects.filter(key="notice.not_understood").count() == 1


def test_a_second_digit_changes_nothing(closed: Case) -> None:
    reply("5")
    reply("1")
    assert score_of(closed) == 5


def test_a_stranger_neither_sees_nor_answers_the_question(closed: Case) -> None:
    browser = Client()
    assert browser.get(f"/closure/{closed.ref}/satisfaction").status_code == 302
    browser.post(f"/closure/{closed.ref}/satisfaction", {"score": "1"})
    assert score_of(closed) is None
