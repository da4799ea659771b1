"""The ledger and its laws, attacked by raw SQL as the product's role and as the owner of the tables (S-02)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import psycopg2
import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.actors import Actor
from portal.errors import Conflict
from portal.rules.money import split_fen
from settlement.ledger import KINDS, AccountKey, Leg
from settlement.models import Account, Entry, Transfer
from settlement.queries import balance_of, case_entries, trial_balance
from settlement.services.ledger import post, reverse
from tests.settlement.conftest import BILLS_ACCOUNT, CASE, PROVIDER_ACCOUNT, Connect, legs, posted

ROLES = ("app", "owner")
NEW_TRANSFER = (
    "INSERT INTO settlement_transfer (ref, key, purpose, case_ref, command_ref, at, by_ref)"
    " VALUES ('x', 'x', 'x', '', '', now(), 'x') RETURNING id"
)


def test_a_posting_balances_and_is_read_back(database: object, by: Actor) -> None:
    posted(by)
    assert (balance_of(PROVIDER_ACCOUNT), balance_of(BILLS_ACCOUNT)) == (300, -300)
    assert [entry.fen for entry in case_entries(CASE)] == [300, -300]
    assert trial_balance() == 0


def test_a_posting_is_one_statement(database: object, by: Actor) -> None:
    with transaction.atomic(), CaptureQueriesContext(connection) as said:
        post("test", legs(), key="k1", case_ref=CASE, by=by)
    assert len(said) == 1


def test_the_same_key_again_returns_the_first_transfer(database: object, by: Actor) -> None:
    first, again = posted(by), posted(by)
    assert first.ref == again.ref
    assert Entry.objects.count() == 2


def test_the_same_key_with_other_legs_is_a_conflict(database: object, by: Actor) -> None:
    posted(by)
    with pytest.raises(Conflict):
        posted(by, fen=301)


@pytest.mark.parametrize(
    "wrong", [[], [Leg(PROVIDER_ACCOUNT, 1)], [Leg(PROVIDER_ACCOUNT, 0), Leg(BILLS_ACCOUNT, 0)], [*legs(), legs()[0]]]
)
def test_legs_that_cannot_balance_are_refused_before_they_are_sent(wrong: list[Leg], by: Actor) -> None:
    with pytest.raises(ValueError, match="legs"):
        post("test", wrong, key="k1", case_ref=CASE, by=by)


def test_an_account_nobody_declared_is_refused(by: Actor) -> None:
    with pytest.raises(ValueError, match="no such account"):
        post(
            "test", [*legs(), *(Leg(AccountKey("161", "35", "slush"), n) for n in (1, -1))], key="k", case_ref="", by=by
        )


def test_a_posting_outside_a_transaction_is_refused(database: object, by: Actor) -> None:
    with pytest.raises(transaction.TransactionManagementError):
        post("test", legs(), key="k1", case_ref=CASE, by=by)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("table", ["settlement_entry", "settlement_transfer", "settlement_account"])
@pytest.mark.parametrize("attack", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_nobody_changes_or_empties_the_ledger(attack: str, table: str, role: str, connect: Connect, by: Actor) -> None:
    posted(by)
    with pytest.raises(psycopg2.Error), connect(role) as opened, opened.cursor() as db:
        db.execute(attack.format(table))
    assert (Entry.objects.count(), Transfer.objects.count(), Account.objects.count()) == (2, 1, 2)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("fens", [(), (5,), (5, -4), (2**62, -(2**62) + 1)], ids=str)
def test_an_unbalanced_transfer_does_not_commit(fens: tuple[int, ...], role: str, connect: Connect, by: Actor) -> None:
    posted(by)
    with pytest.raises(psycopg2.errors.CheckViolation), connect(role) as opened, opened.cursor() as db:
        db.execute(NEW_TRANSFER)
        for fen in fens:
            db.execute(
                "INSERT INTO settlement_entry (transfer_id, account_id, fen)"
                " SELECT currval('settlement_transfer_id_seq'), min(id), %s FROM settlement_account",
                [fen],
            )
    assert Transfer.objects.count() == 1


@pytest.mark.parametrize("role", ROLES)
def test_a_zero_entry_is_refused(role: str, connect: Connect, by: Actor) -> None:
    transfer = posted(by)
    with pytest.raises(psycopg2.errors.CheckViolation), connect(role) as opened, opened.cursor() as db:
        db.execute(
            "INSERT INTO settlement_entry (transfer_id, account_id, fen) SELECT %s, min(id), 0 FROM settlement_account",
            [transfer.pk],
        )


@pytest.mark.parametrize("role", ROLES)
def test_a_committed_transfer_gets_no_further_entries_even_balanced_ones(
    role: str, connect: Connect, by: Actor
) -> None:
    transfer = posted(by)
    with pytest.raises(psycopg2.errors.IntegrityError), connect(role) as opened, opened.cursor() as db:
        db.execute(
            "INSERT INTO settlement_entry (transfer_id, account_id, fen)"
            " SELECT %s, min(id), f FROM settlement_account, unnest(ARRAY[5, -5]) AS f GROUP BY f",
            [transfer.pk],
        )


def test_constraints_made_immediate_do_not_let_a_late_entry_slip_by(connect: Connect, by: Actor) -> None:
    posted(by)
    with pytest.raises(psycopg2.errors.CheckViolation), connect("owner") as opened, opened.cursor() as db:
        db.execute(
            "SELECT transfer_id FROM settlement_post('y', 'y', 'y', '', '', now(), 'y', NULL,"
            " '{161,161}', '{35,35}', '{bills,penalty}', '{\"\",\"\"}', '{7,-7}')"
        )
        db.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
        db.execute(
            "INSERT INTO settlement_entry (transfer_id, account_id, fen)"
            " SELECT max(t.id), min(a.id), 9 FROM settlement_transfer t, settlement_account a"
        )


def test_a_reversal_points_back_and_brings_every_balance_to_zero(database: object, by: Actor) -> None:
    transfer = posted(by)
    with transaction.atomic():
        undone = reverse(transfer, key="r1", by=by)
    assert Transfer.objects.get(pk=undone.pk).reverses == transfer
    assert (balance_of(PROVIDER_ACCOUNT), balance_of(BILLS_ACCOUNT)) == (0, 0)


def test_a_transfer_is_reversed_once(database: object, by: Actor) -> None:
    transfer = posted(by)
    with transaction.atomic():
        reverse(transfer, key="r1", by=by)
    with pytest.raises(Conflict), transaction.atomic():
        reverse(transfer, key="r2", by=by)


@pytest.mark.parametrize("fens", ["{7,-7}", "{-300,301}", "{-150,150}"])
def test_a_reversal_that_is_not_exactly_opposite_does_not_commit(fens: str, connect: Connect, by: Actor) -> None:
    transfer = posted(by)
    with pytest.raises(psycopg2.errors.CheckViolation), connect("app") as opened, opened.cursor() as db:
        db.execute(
            "SELECT settlement_post('y', 'y', 'y', '', '', now(), 'y', %s,"
            " '{161,161}', '{32,35}', '{provider,bills}', '{\"\",\"\"}', %s)",
            [transfer.pk, fens],
        )


def test_one_key_posted_by_eight_at_once_is_one_transfer(database: object, by: Actor) -> None:
    def one(_: int) -> str:
        try:
            return posted(by).ref
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(one, range(8)))) == 1
    assert (Transfer.objects.count(), Account.objects.count()) == (1, 2)


def test_one_hot_account_loses_no_fen(database: object, by: Actor) -> None:
    def one(n: int) -> None:
        try:
            for m in range(10):
                posted(by, key=f"{n}.{m}", fen=n + 1)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(one, range(8)))
    assert balance_of(PROVIDER_ACCOUNT) == 10 * sum(range(1, 9))


ACCOUNTS = st.builds(
    AccountKey, st.just("161"), st.sampled_from(["32", "35", "11"]), st.sampled_from(sorted(KINDS)), st.just("")
)
SUMS = st.integers(-(10**12), 10**12).filter(bool)


@given(parts=st.lists(st.tuples(ACCOUNTS, SUMS), min_size=1, max_size=6), last=ACCOUNTS, undo=st.booleans())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_posted_and_reversed_the_ledger_sums_to_zero(
    parts: list[tuple[AccountKey, int]], last: AccountKey, undo: bool, database: object, by: Actor
) -> None:
    drawn = _balanced(parts, last)
    before, key = _balances(), f"k{Transfer.objects.count()}"
    with transaction.atomic():
        transfer = post("test", [Leg(*part) for part in drawn], key=key, case_ref=CASE, by=by)
    if undo:
        with transaction.atomic():
            reverse(transfer, key=f"undo {key}", by=by)
    assert trial_balance() == 0
    assert (_balances() == before) == undo or _nets_to_nothing(drawn)


@given(total=st.integers(0, 10**9), weights=st.lists(st.integers(0, 1000), min_size=1, max_size=8))
def test_a_split_sums_to_its_total(total: int, weights: list[int]) -> None:
    if sum(weights):
        assert sum(split_fen(total, weights)) == total


def _balanced(parts: list[tuple[AccountKey, int]], last: AccountKey) -> list[tuple[AccountKey, int]]:
    """The parts and what brings them to zero, which is never a zero itself."""
    rest = sum(fen for _, fen in parts)
    return [*parts, (last, -rest)] if rest else [*parts, (last, 1), (last, -1)]


def _balances() -> dict[AccountKey, int]:
    keys = [AccountKey(a.operator, a.province, a.kind, a.counterpart) for a in Account.objects.all()]
    return {key: fen for key in keys if (fen := balance_of(key))}


def _nets_to_nothing(drawn: list[tuple[AccountKey, int]]) -> bool:
    return all(sum(fen for other, fen in drawn if other == key) == 0 for key, _ in drawn)
