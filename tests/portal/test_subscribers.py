"""A line signs in, and is over when it ends (D-04, C-05)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction

from portal.actors import ANONYMOUS, Actor
from portal.clock import now
from portal.errors import Invalid, Missing, Refused
from portal.masked import Phone
from portal.models import LineAccount, NumberEntry
from portal.queries.people import account_of, actor_of_line
from portal.register import freeze
from portal.roles import Role
from portal.servers.provision import Addresses
from portal.services import subscribers
from portal.services.codes import request_code
from portal.services.sign_in import PURPOSE, sign_in_line
from tests.portal.test_codes import code_of
from tests.portal.together import together


def test_a_line_signs_in_with_its_code(database: Addresses, fujian: Phone) -> None:
    ref = request_code(fujian, PURPOSE, address="", by=ANONYMOUS)
    account = sign_in_line(ref, code_of(ref), by=ANONYMOUS)
    actor = actor_of_line(account.ref, account.session_epoch)
    assert actor == Actor(Role.SUBSCRIBER, f"line:{account.ref}", "161", "35", "", account.ref, "161****6721")
    assert account_of(actor) == account


def test_signing_in_again_is_the_same_account(line: LineAccount, fujian: Phone, sweep: Actor) -> None:
    assert subscribers.sign_in(fujian, sweep) == line


def test_twenty_first_sign_ins_at_once_make_one_account(database: Addresses, fujian: Phone, sweep: Actor) -> None:
    results = together(20, lambda _place: subscribers.sign_in(fujian, sweep).ref)
    assert {type(one) for one in results} == {str}
    assert len(set(results)) == LineAccount.objects.count() == 1


def test_a_number_nobody_has_cannot_sign_in(database: Addresses, sweep: Actor) -> None:
    with pytest.raises(Invalid, match=r"error\.phone\.unknown"):
        subscribers.sign_in(Phone("19912345678"), sweep)


def test_a_frozen_number_is_out_and_cannot_come_back(line: LineAccount, fujian: Phone, sweep: Actor) -> None:
    with transaction.atomic():
        freeze(fujian, until=now() + timedelta(days=90), by=sweep)
    assert actor_of_line(line.ref, line.session_epoch) is None
    with pytest.raises(Refused, match=r"error\.line\.frozen"):
        subscribers.sign_in(fujian, sweep)


def test_whoever_has_the_number_next_gets_another_account(line: LineAccount, fujian: Phone, sweep: Actor) -> None:
    with transaction.atomic():
        freeze(fujian, until=now(), by=sweep)
    NumberEntry.objects.filter(number=int(fujian.plain)).delete()
    assert subscribers.sign_in(fujian, sweep).ref != line.ref


def test_a_ported_number_starts_anew(line: LineAccount, fujian: Phone, sweep: Actor) -> None:
    NumberEntry.objects.create(
        number=int(fujian.plain), operator="163", original_operator="161", province="35", changed_at=now()
    )
    moved = subscribers.sign_in(fujian, sweep)
    assert (moved.operator, actor_of_line(line.ref, line.session_epoch)) == ("163", None)


def test_a_sign_out_ends_every_session_of_the_line(line: LineAccount, sweep: Actor) -> None:
    subscribers.sign_out(line.ref, by=sweep)
    assert actor_of_line(line.ref, line.session_epoch) is None
    assert actor_of_line(line.ref, line.session_epoch + 1) is not None


def test_nobody_else_has_a_line(database: Addresses, sweep: Actor) -> None:
    for actor in (ANONYMOUS, sweep):
        with pytest.raises(Missing):
            account_of(actor)
