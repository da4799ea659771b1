"""Staff sign in with password and time-based code (D-04); sessions end when they must."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from portal.actors import Actor
from portal.clock import frozen, now
from portal.errors import Invalid, Refused, TongbanError, TooMany
from portal.models import Person, RoleGrant
from portal.queries.people import actor_of
from portal.roles import NEVER_TOGETHER, Role
from portal.rules.totp import code_at
from portal.servers.provision import Addresses
from portal.services import staff
from tests.portal.together import together

Clerk = tuple[Person, str]
PASSWORD = "correct horse"


def sign_in(clerk: Clerk, password: str = PASSWORD, code: str = "", address: str = "192.0.2.1") -> Person:
    """Sign in with the right things unless told otherwise."""
    return staff.sign_in(clerk[0].username, password, code or code_at(clerk[1], now()), address=address)


def key_of_failure(clerk: Clerk, **wrong: str) -> str:
    """Why it failed."""
    with pytest.raises(TongbanError) as refusal:
        sign_in(clerk, **wrong)
    return refusal.value.key


def test_password_and_code_together_let_in(clerk: Clerk) -> None:
    person = sign_in(clerk)
    actor = actor_of(person.ref, person.session_epoch)
    assert actor is not None
    assert (actor.role, actor.operator, actor.province, actor.store) == (Role.CLERK, "161", "32", "nanjing-1")
    assert actor.label == "甲网江苏 0317"


def test_whatever_is_wrong_the_answer_is_the_same(clerk: Clerk) -> None:
    nobody = (Person(username="nobody"), clerk[1])
    keys = {key_of_failure(clerk, password="x"), key_of_failure(clerk, code="000000"), key_of_failure(nobody)}
    assert keys == {"error.sign_in.failed"}


def test_a_code_is_used_once(clerk: Clerk, noon: datetime) -> None:
    with frozen(noon):
        sign_in(clerk)
        assert key_of_failure(clerk) == "error.sign_in.failed"
    with frozen(noon + timedelta(seconds=30)):
        assert sign_in(clerk)


def test_of_two_who_use_one_code_at_once_one_gets_in(clerk: Clerk, noon: datetime) -> None:
    with frozen(noon):
        results = together(4, lambda _place: sign_in(clerk))
    assert sum(isinstance(one, Person) for one in results) == 1


def test_five_failures_lock_for_thirty_minutes(clerk: Clerk, noon: datetime) -> None:
    with frozen(noon):
        assert {key_of_failure(clerk, password="x") for _ in range(5)} == {"error.sign_in.failed"}
        assert key_of_failure(clerk) == "error.sign_in.locked"
    with frozen(noon + timedelta(minutes=29, seconds=59)):
        assert key_of_failure(clerk) == "error.sign_in.locked"
    with frozen(noon + timedelta(minutes=30)):
        assert sign_in(clerk)


def test_after_a_lock_the_count_begins_anew(clerk: Clerk, noon: datetime) -> None:
    with frozen(noon):
        for _ in range(5):
            key_of_failure(clerk, password="x")
    with frozen(noon + timedelta(minutes=31)):
        assert key_of_failure(clerk, password="x") == "error.sign_in.failed"
        assert sign_in(clerk).failures == 0


def test_of_fifty_parallel_guesses_five_are_judged(clerk: Clerk) -> None:
    results = together(50, lambda _place: sign_in(clerk, password="x"))
    assert sum(isinstance(one, Invalid) for one in results) == 5
    assert sum(isinstance(one, TooMany) for one in results) == 45


def test_a_name_that_does_not_exist_locks_like_one_that_does(database: Addresses) -> None:
    nobody = (Person(username="nobody"), "JBSWY3DPEHPK3PXP")
    keys = [key_of_failure(nobody) for _ in range(6)]
    assert keys == ["error.sign_in.failed"] * 5 + ["error.sign_in.locked"]


def test_the_fourth_failure_is_forgiven_by_a_success(clerk: Clerk) -> None:
    for _ in range(4):
        key_of_failure(clerk, password="x")
    assert sign_in(clerk).failures == 0


def test_a_disabled_person_is_out_at_once(clerk: Clerk, sweep: Actor) -> None:
    person = sign_in(clerk)
    staff.disable(person.ref, by=sweep)
    assert actor_of(person.ref, person.session_epoch) is None
    assert key_of_failure(clerk) == "error.sign_in.failed"


def test_a_new_role_and_a_sign_out_end_every_session(clerk: Clerk, sweep: Actor) -> None:
    person = clerk[0]
    granted = staff.grant(person, Role.SUPERVISOR, by=sweep, operator="161", province="32", store="nanjing-1")
    epochs = [person.session_epoch]
    acts: list[Callable[[], None]] = [
        lambda: staff.end_grant(granted.pk, by=sweep),
        lambda: staff.sign_out(person.ref, by=sweep),
    ]
    for act in acts:
        person.refresh_from_db()
        epochs.append(person.session_epoch)
        act()
    assert [actor_of(person.ref, epoch) for epoch in epochs] == [None, None, None]


def test_without_a_role_a_person_is_nobody(database: Addresses, sweep: Actor) -> None:
    person, _secret = staff.enrol("new", PASSWORD, "新人", by=sweep)
    assert actor_of(person.ref, person.session_epoch) is None


@pytest.mark.parametrize("second", NEVER_TOGETHER)
def test_three_powers_are_never_one_persons(clerk: Clerk, sweep: Actor, second: Role) -> None:
    for first in set(NEVER_TOGETHER) - {second}:
        held = staff.grant(clerk[0], first, by=sweep)
        with pytest.raises(Refused, match=r"error\.role\.apart"):
            staff.grant(clerk[0], second, by=sweep)
        staff.end_grant(held.pk, by=sweep)


def test_the_database_itself_keeps_the_three_powers_apart(clerk: Clerk, sweep: Actor) -> None:
    staff.grant(clerk[0], Role.AUDITOR, by=sweep)
    with pytest.raises(IntegrityError, match="three_powers_apart"), transaction.atomic():
        RoleGrant.objects.create(person=clerk[0], role=Role.ADMINISTRATOR, since_at=now())


def test_neither_password_nor_secret_lies_open(clerk: Clerk) -> None:
    password, box = Person.objects.values_list("password", "totp_box").get(pk=clerk[0].pk)
    assert PASSWORD not in password
    assert box is not None
    assert clerk[1].encode() not in bytes(box)
