"""Many postings in one statement: each as good as alone, all or none (S-02)."""

from __future__ import annotations

import psycopg2
import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from portal.actors import Actor
from portal.errors import Conflict
from settlement.ledger import Leg
from settlement.models import Entry, Transfer
from settlement.queries import balance_of, trial_balance
from settlement.services.ledger import Posting, post_all
from tests.settlement.conftest import BILLS_ACCOUNT, CASE, PROVIDER_ACCOUNT, Connect, legs, posted


def together(by: Actor, *postings: Posting) -> list[Transfer]:
    """Post them in a transaction of their own."""
    with transaction.atomic(durable=True):
        return post_all(postings, by=by)


def some(*fens: int, first: int = 1) -> list[Posting]:
    """A posting a sum, under the keys k1, k2 and so on."""
    return [Posting("test", legs(fen), f"k{n}", CASE) for n, fen in enumerate(fens, start=first)]


def test_many_postings_are_one_statement_and_come_back_in_their_order(database: object, by: Actor) -> None:
    with transaction.atomic(), CaptureQueriesContext(connection) as said:
        made = post_all(some(300, 20, 1), by=by)
    assert len(said) == 1
    assert [Transfer.objects.get(pk=one.pk).key for one in made] == ["k1", "k2", "k3"]
    assert [one.ref for one in made] == [Transfer.objects.get(pk=one.pk).ref for one in made]
    assert (balance_of(PROVIDER_ACCOUNT), balance_of(BILLS_ACCOUNT), trial_balance()) == (321, -321, 0)


def test_keys_used_before_bring_their_transfers_back_and_the_others_are_written(database: object, by: Actor) -> None:
    first = posted(by)
    found = together(by, *some(300, 20))
    assert (found[0].ref, Transfer.objects.count(), balance_of(PROVIDER_ACCOUNT)) == (first.ref, 2, 320)


def test_the_same_key_twice_in_one_batch_is_one_transfer(database: object, by: Actor) -> None:
    one, other = together(by, *some(300), *some(300))
    assert one.ref == other.ref
    assert Entry.objects.count() == 2


@pytest.mark.parametrize("before", [True, False], ids=["used before", "in the same batch"])
def test_a_key_with_other_legs_is_a_conflict_and_nothing_is_written(before: bool, database: object, by: Actor) -> None:
    batch = some(20, first=2) + some(301) + ([] if before else some(300))
    if before:
        posted(by)
    with pytest.raises(Conflict):
        together(by, *batch)
    assert Transfer.objects.count() == before


def test_one_that_cannot_balance_is_refused_before_any_is_sent(database: object, by: Actor) -> None:
    with pytest.raises(ValueError, match="legs"):
        together(by, *some(300), Posting("test", [*legs(), Leg(PROVIDER_ACCOUNT, 1)], "k2"))


@pytest.mark.parametrize("role", ["app", "owner"])
def test_the_laws_judge_each_transfer_of_a_batch(role: str, connect: Connect, by: Actor) -> None:
    posted(by)
    unbalanced = "ARRAY[5, -5, 7, -6]::bigint[]"
    with pytest.raises(psycopg2.errors.CheckViolation), connect(role) as opened, opened.cursor() as db:
        db.execute(
            "SELECT settlement_post_all('{a,b}', '{a,b}', '{x,x}', '{c,c}', '{c,c}', now(), 'x', '{1,1,2,2}',"
            " array_fill('161'::text, '{4}'), array_fill('35'::text, '{4}'), '{provider,bills,provider,bills}',"
            f" array_fill(''::text, '{{4}}'), {unbalanced})"
        )
    assert Transfer.objects.count() == 1


def test_a_batch_outside_a_transaction_is_refused(database: object, by: Actor) -> None:
    with pytest.raises(transaction.TransactionManagementError):
        post_all(some(300), by=by)
