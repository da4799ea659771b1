"""Messages that come in: claimed by their word, answered once, never in a loop."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction

from portal.actors import Actor
from portal.clock import frozen, now
from portal.masked import Phone
from portal.models import Notice, SmsMessage
from portal.servers.provision import Addresses
from portal.services import inbound, sms
from tests.portal.together import together

WORDS = frozenset({"CXXZ", "SQXZ"})


def receive(phone: Phone, text: str) -> SmsMessage:
    """A message from a line to its operator's number."""
    return sms.receive(phone, "16100", text, at=now())


def answers_later(by: Actor) -> int:
    """What the sweep answers six seconds on."""
    with frozen(now() + timedelta(seconds=6)):
        return inbound.sweep(by=by)


def test_an_app_claims_its_own_words_only(database: Addresses, fujian: Phone) -> None:
    mine = receive(fujian, "ｃｘｘｚ＃张三＃1")
    receive(fujian, "40#张三#1")
    assert [one.ref for one in inbound.claim(WORDS, claimant="porting")] == [mine.ref]
    assert inbound.claim(WORDS, claimant="porting") == []


def test_parallel_sweeps_never_claim_the_same_message(database: Addresses, fujian: Phone) -> None:
    for place in range(30):
        receive(fujian, f"CXXZ#{place}")
    taken = together(6, lambda _place: [one.ref for one in inbound.claim(WORDS, claimant="porting", limit=10)])
    refs = [ref for one in taken if isinstance(one, list) for ref in one]
    assert len(refs) == len(set(refs)) == 30


def test_what_was_claimed_and_not_finished_comes_again_five_times_at_most(database: Addresses, fujian: Phone) -> None:
    receive(fujian, "CXXZ#")
    rounds = [len(inbound.claim(WORDS, claimant="porting", lease_s=0)) for _ in range(7)]
    assert rounds == [1, 1, 1, 1, 1, 0, 0]


def test_what_is_finished_does_not_come_again(database: Addresses, fujian: Phone, sweep: Actor) -> None:
    receive(fujian, "CXXZ#")
    for message in inbound.claim(WORDS, claimant="porting", lease_s=0):
        with transaction.atomic():
            inbound.finish(message.ref, by=sweep)
    assert inbound.claim(WORDS, claimant="porting") == []
    assert answers_later(sweep) == 0


def test_what_nobody_claims_is_answered_once_and_after_five_seconds(
    database: Addresses, fujian: Phone, sweep: Actor
) -> None:
    receive(fujian, "您好")
    assert inbound.sweep(by=sweep) == 0
    assert (answers_later(sweep), answers_later(sweep)) == (1, 0)
    assert "没看懂" in Notice.objects.get().text


def test_our_own_words_coming_back_are_not_answered(database: Addresses, fujian: Phone, sweep: Actor) -> None:
    receive(fujian, "您好")
    answers_later(sweep)
    receive(fujian, Notice.objects.get().text)
    assert answers_later(sweep) == 0
    assert Notice.objects.count() == 1


def test_a_number_that_no_subscriber_has_is_not_answered(database: Addresses, sweep: Actor) -> None:
    receive(Phone("19912345678"), "您好")
    assert answers_later(sweep) == 0


def test_the_same_message_thirty_times_gets_three_answers(database: Addresses, fujian: Phone, sweep: Actor) -> None:
    for _ in range(30):
        receive(fujian, "您好")
    assert answers_later(sweep) == 3


def test_any_text_is_kept_without_harm(database: Addresses, fujian: Phone) -> None:
    texts = ["", "\x00\x00", "\ud800", "您好" * 5000, "💣" * 3000, "CXXZ\x00#张三"]
    kept = [SmsMessage.objects.get(pk=receive(fujian, text).pk) for text in texts]
    assert [len(one.text) for one in kept] == [0, 0, 0, 2000, 2000, 7]
    assert {one.number for one in kept} == {fujian}


def test_a_command_word_is_left_to_its_app_for_half_a_minute(database: Addresses, fujian: Phone, sweep: Actor) -> None:
    receive(fujian, "CXXZ#张三#1")
    assert answers_later(sweep) == 0
    with frozen(now() + timedelta(seconds=31)):
        assert inbound.sweep(by=sweep) == 1


def test_one_message_that_does_not_open_does_not_hold_up_the_others(
    database: Addresses, fujian: Phone, sweep: Actor
) -> None:
    broken = receive(fujian, "您好")
    receive(fujian, "您好")
    SmsMessage.objects.filter(pk=broken.pk).update(text_box=b"?")
    assert answers_later(sweep) == 1
