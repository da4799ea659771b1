"""One-time codes: judged five times, sent by a task, the same for every number (D-04)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from portal.actors import ANONYMOUS, Actor
from portal.clock import frozen, now, today
from portal.errors import Invalid, TongbanError, TooMany
from portal.masked import Phone
from portal.models import Budget, OneTimeCode, ParameterValue, SmsMessage
from portal.register import freeze
from portal.servers.provision import Addresses
from portal.services import notices
from portal.services.codes import check_code, derive, request_code
from tests.portal.together import together

SIGN_IN = "sign-in"


def ask(phone: Phone, purpose: str = SIGN_IN, address: str = "192.0.2.1") -> str:
    """A challenge's ref."""
    return request_code(phone, purpose, address=address, by=ANONYMOUS)


def code_of(ref: str) -> str:
    """The right code."""
    return derive(OneTimeCode.objects.get(ref=ref))


def wrong_code(ref: str) -> str:
    """A code that is not it."""
    return f"{(int(code_of(ref)) + 1) % 10**6:06d}"


def check(ref: str, text: str, purpose: str = SIGN_IN) -> Phone:
    """Judge it."""
    return check_code(ref, text, purpose=purpose, by=ANONYMOUS)


def test_the_right_code_proves_the_number_once(database: Addresses, fujian: Phone) -> None:
    ref = ask(fujian)
    code = code_of(ref)
    assert check(ref, f" {code[:3]} {code[3:]} ") == fujian
    with pytest.raises(Invalid, match=r"error\.code\.expired"):
        check(ref, code)


def test_a_wrong_code_says_how_often_one_may_try_again(database: Addresses, fujian: Phone) -> None:
    ref = ask(fujian)
    with pytest.raises(Invalid) as refusal:
        check(ref, wrong_code(ref))
    assert refusal.value.message() == "验证码不对，还可试 4 次"
    assert check(ref, code_of(ref)) == fujian


def test_a_wrong_code_is_counted_before_it_is_compared(database: Addresses, fujian: Phone, settings: Settings) -> None:
    ref = ask(fujian)
    settings.CODE_KEY = None
    with pytest.raises(TypeError):
        check(ref, "000000")
    assert OneTimeCode.objects.get(ref=ref).tries_left == 4


def test_five_wrong_tries_lock_the_number_for_half_an_hour(database: Addresses, fujian: Phone) -> None:
    ref, start = ask(fujian), now()
    for _ in range(4):
        with pytest.raises(Invalid):
            check(ref, wrong_code(ref))
    with pytest.raises(TooMany, match=r"error\.code\.locked"):
        check(ref, wrong_code(ref))
    with frozen(start + timedelta(minutes=29)), pytest.raises(TooMany, match=r"error\.code\.locked"):
        ask(fujian)
    with frozen(start + timedelta(minutes=31)):
        assert ask(fujian)


@pytest.mark.parametrize("round_", range(3))
def test_of_a_hundred_parallel_guesses_five_are_judged(database: Addresses, fujian: Phone, round_: int) -> None:
    ref = ask(fujian)
    guess = wrong_code(ref)
    results = together(50, lambda _place: check(ref, guess)) + together(50, lambda _place: check(ref, guess))
    keys = [one.key for one in results if isinstance(one, TongbanError)]
    assert len(keys) == 100
    assert (keys.count("error.code.wrong"), keys.count("error.code.locked")) == (4, 1)


def test_the_right_code_sent_fifty_times_at_once_works_once(database: Addresses, fujian: Phone) -> None:
    ref = ask(fujian)
    code = code_of(ref)
    results = together(50, lambda _place: check(ref, code))
    assert sum(isinstance(one, Phone) for one in results) == 1


def test_a_code_lives_five_minutes_to_the_second(database: Addresses, fujian: Phone, noon: datetime) -> None:
    with frozen(noon):
        ref = ask(fujian)
    with frozen(noon + timedelta(minutes=5)), pytest.raises(Invalid, match=r"error\.code\.expired"):
        check(ref, code_of(ref))
    with frozen(noon + timedelta(minutes=5, seconds=-1)):
        assert check(ref, code_of(ref)) == fujian


def test_a_new_code_voids_the_old_one_of_the_same_purpose(database: Addresses, fujian: Phone, noon: datetime) -> None:
    with frozen(noon):
        old = ask(fujian)
    with frozen(noon + timedelta(minutes=1)):
        ask(fujian)
        with pytest.raises(Invalid, match=r"error\.code\.expired"):
            check(old, code_of(old))


def test_a_code_serves_its_purpose_only(database: Addresses, fujian: Phone) -> None:
    ref = ask(fujian, "contact:abc")
    with pytest.raises(Invalid, match=r"error\.code\.expired"):
        check(ref, code_of(ref))
    assert check(ref, code_of(ref), "contact:abc") == fujian


@pytest.mark.parametrize(
    ("typed", "key"), [("", "empty"), ("12345", "digits"), ("１２３４５²", "digits"), ("abcdef", "digits")]
)
def test_what_cannot_be_a_code_costs_no_try(database: Addresses, fujian: Phone, typed: str, key: str) -> None:
    ref = ask(fujian)
    with pytest.raises(Invalid) as refusal:
        check(ref, typed)
    assert refusal.value.key == f"error.code.{key}"
    assert OneTimeCode.objects.get(ref=ref).tries_left == 5


def test_one_a_minute_five_an_hour_ten_a_day(database: Addresses, fujian: Phone, noon: datetime) -> None:
    ParameterValue.objects.all().delete()
    granted = []
    for minute in range(26 * 60):
        with frozen(noon + timedelta(minutes=minute)):
            try:
                ask(fujian, address="")
            except TooMany:
                continue
            granted.append(minute)
    assert granted[:6] == [0, 1, 2, 3, 4, 60]
    assert (len([one for one in granted if one < 24 * 60]), granted[10]) == (10, 24 * 60)


def test_a_second_request_within_the_minute_is_told_to_wait(database: Addresses, fujian: Phone, noon: datetime) -> None:
    with frozen(noon):
        ask(fujian)
    with frozen(noon + timedelta(seconds=59)), pytest.raises(TooMany) as refusal:
        ask(fujian)
    assert refusal.value.retry_after in (1, 2)


def test_fifty_parallel_requests_for_a_number_get_one_code(database: Addresses, fujian: Phone) -> None:
    results = together(50, lambda _place: ask(fujian))
    assert sum(isinstance(one, str) for one in results) == 1
    assert {type(one) for one in results} == {str, TooMany}
    assert OneTimeCode.objects.count() == 1


def put(name: str, value: int) -> None:
    """A limit in force from today."""
    ParameterValue.objects.update_or_create(name=name, from_on=today(), defaults={"value": value})


def test_an_address_is_limited_over_all_numbers_at_once(database: Addresses) -> None:
    put("code.address_hour", 7)
    results = together(50, lambda place: ask(Phone(f"161350067{place:02d}")))
    assert sum(isinstance(one, str) for one in results) == 7


def test_the_budget_of_everybody_holds_in_parallel(database: Addresses) -> None:
    put("code.everybody_minute", 11)
    results = together(50, lambda place: ask(Phone(f"161350067{place:02d}"), address=f"192.0.2.{place}"))
    assert sum(isinstance(one, str) for one in results) == 11
    assert Budget.objects.get(key="code:everybody").used == 11


def test_a_clock_set_back_does_not_keep_anybody_waiting(database: Addresses, fujian: Phone, noon: datetime) -> None:
    for at in (noon, noon - timedelta(days=30)):
        with frozen(at):
            assert ask(fujian)


def test_a_refused_request_costs_nothing(database: Addresses, fujian: Phone) -> None:
    ask(fujian)
    before = dict(Budget.objects.values_list("key", "used"))
    with pytest.raises(TooMany):
        ask(fujian)
    assert dict(Budget.objects.values_list("key", "used")) == before


def kinds_of_numbers(by: Actor) -> list[Phone]:
    """In use, frozen, allocated to nobody."""
    numbers = [Phone("16135006721"), Phone("16135006722"), Phone("19912345678")]
    with transaction.atomic():
        freeze(numbers[1], until=now() + timedelta(days=90), by=by)
    return numbers


def test_every_number_costs_the_same_queries_and_rows(database: Addresses, sweep: Actor) -> None:
    counts = []
    for number in kinds_of_numbers(sweep):
        with CaptureQueriesContext(connection) as queries:
            ask(number)
        counts.append([query["sql"].split()[0] for query in queries])
    assert counts[0] == counts[1] == counts[2]
    assert OneTimeCode.objects.count() == 3


def test_only_a_number_in_use_is_sent_a_message(database: Addresses, sweep: Actor) -> None:
    refs = [ask(number) for number in kinds_of_numbers(sweep)]
    assert [notices.send_code(ref, by=sweep) for ref in refs] == [True, False, False]
    message = SmsMessage.objects.get()
    assert code_of(refs[0]) in message.text
    assert message.state == SmsMessage.State.SENT


def test_a_lost_nudge_is_made_good_by_the_sweep(database: Addresses, fujian: Phone, sweep: Actor) -> None:
    ask(fujian)
    assert notices.sweep(by=sweep) == 0
    with frozen(now() + timedelta(seconds=5)):
        assert (notices.sweep(by=sweep), notices.sweep(by=sweep)) == (1, 0)
    assert SmsMessage.objects.count() == 1


def test_a_dump_without_the_key_gives_no_code_away(database: Addresses, fujian: Phone, settings: Settings) -> None:
    ref = ask(fujian)
    code = code_of(ref)
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(c)::text FROM portal_onetimecode c")
        row = cursor.fetchone()
    assert row is not None
    assert code not in row[0].replace(ref, "")
    settings.CODE_KEY = settings.AUDIT_KEY
    assert code_of(ref) != code


def test_codes_are_not_asked_for_or_judged_inside_a_transaction(database: Addresses, fujian: Phone) -> None:
    ref = ask(fujian)
    for verb in (lambda: ask(fujian), lambda: check(ref, "000000")):
        with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
            verb()


def test_derived_codes_are_spread_over_all_six_digits(database: Addresses, fujian: Phone) -> None:
    challenge: Callable[[int], OneTimeCode] = lambda n: OneTimeCode(ref=str(n), purpose="p", number_index="i", salt="s")  # noqa: E731
    made = {derive(challenge(n)) for n in range(2000)}
    assert len(made) > 1990
    assert {len(one) for one in made} == {6}
