"""A form sent twice has one effect."""

from __future__ import annotations

from dataclasses import replace
from threading import Event, Thread

import pytest
from django.db import connections, transaction

from portal.actors import ANONYMOUS, Actor
from portal.errors import Conflict, Invalid
from portal.idempotency import new_key, once
from portal.models import IdempotencyKey
from portal.servers.provision import Addresses
from tests.portal.together import together

BODY = {"phone": "x", "name": "y"}


def submit(key: str, by: Actor, body: dict[str, str] = BODY, route: str = "closure-start", made: str = "case1") -> str:
    """A verb that makes something once."""
    with transaction.atomic(), once(key, by=by, route=route, body=body) as attempt:
        if attempt.first:
            attempt.keep(made)
            return made
        return f"again {attempt.result_ref}"


def test_a_repeat_gets_the_first_result(database: Addresses, sweep: Actor) -> None:
    key = new_key()
    assert submit(key, sweep) == "case1"
    assert submit(key, sweep, {"name": "y", "phone": "x"}, made="case2") == "again case1"


@pytest.mark.parametrize("changed", ["body", "route", "actor", "place"])
def test_a_key_is_bound_to_actor_place_route_and_body_d_05(database: Addresses, sweep: Actor, changed: str) -> None:
    key = new_key()
    submit(key, sweep)
    with pytest.raises(Conflict, match=r"error\.repeat\.other"):
        submit(
            key,
            {"actor": ANONYMOUS, "place": replace(sweep, province="44")}.get(changed, sweep),
            {"phone": "z"} if changed == "body" else BODY,
            "other" if changed == "route" else "closure-start",
        )


def test_fields_cannot_be_shifted_into_each_other(database: Addresses, sweep: Actor) -> None:
    key = new_key()
    submit(key, sweep, {"a": "1", "b": "2"})
    with pytest.raises(Conflict):
        submit(key, sweep, {"a": "1b2"})


def test_a_failed_verb_leaves_the_key_free(database: Addresses, sweep: Actor) -> None:
    key = new_key()
    with transaction.atomic(), once(key, by=sweep, route="r", body=BODY):
        transaction.set_rollback(True)
    assert IdempotencyKey.objects.count() == 0
    assert submit(key, sweep) == "case1"


def test_twenty_at_once_have_one_effect(database: Addresses, sweep: Actor) -> None:
    key = new_key()
    results = together(20, lambda place: submit(key, sweep, made=f"case{place}"))
    made = [one for one in results if isinstance(one, str) and not one.startswith("again")]
    others = [one for one in results if one not in made]
    assert len(made) == 1
    assert all(isinstance(one, Conflict) or one == f"again {made[0]}" for one in others)


def test_while_the_first_is_under_way_the_second_is_told_so(database: Addresses, sweep: Actor) -> None:
    key, inside, done = new_key(), Event(), Event()

    def slow() -> None:
        with transaction.atomic(), once(key, by=sweep, route="closure-start", body=BODY):
            inside.set()
            done.wait(10)
        connections.close_all()

    first = Thread(target=slow)
    first.start()
    inside.wait(10)
    with pytest.raises(Conflict, match=r"error\.repeat\.running"):
        submit(key, sweep)
    done.set()
    first.join()


@pytest.mark.parametrize("key", ["", "short", "x" * 65, "密钥密钥密钥密钥", "has\nnewline"])
def test_a_key_that_is_none_is_refused(database: Addresses, sweep: Actor, key: str) -> None:
    with pytest.raises(Invalid):
        submit(key, sweep)


def test_a_key_is_used_inside_a_transaction_only(database: Addresses, sweep: Actor) -> None:
    attempt = once(new_key(), by=sweep, route="r", body=BODY)
    with pytest.raises(transaction.TransactionManagementError):
        attempt.__enter__()
