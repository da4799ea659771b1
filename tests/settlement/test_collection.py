"""Collecting and refunding as agent (S-01): who owes whom afterwards, and that each is posted once."""

from __future__ import annotations

import pytest
from django.db import transaction

from bss.provinces import Bss
from portal.actors import Actor
from portal.errors import Conflict
from settlement.ledger import BILLS, PAYABLE, PENALTY, PREPAYMENT, PROVIDER, RECEIVABLE, REFUND_OWED, AccountKey
from settlement.models import Transfer
from settlement.queries import balance_of, trial_balance
from settlement.services.collection import collect, offset, return_offsets, return_payment
from settlement.services.refunds import owe_refund, pay_refund
from tests.settlement.conftest import CASE, FUJIAN, JIANGSU

SPLIT = {"bills": 3800, "late_fee": 120, "penalty": 0, "unbilled": 80, "applied": -1000}


def collected(by: Actor, visited: Bss = JIANGSU, payment: str = "p1") -> Transfer:
    """3,000 fen collected by the visited province; 1,000 of prepayment used up."""
    with transaction.atomic():
        return collect(FUJIAN, visited, case_ref=CASE, payment_ref=payment, fen=3000, split=SPLIT, by=by)


def balance(bss: Bss, kind: str, counterpart: str = "") -> int:
    """An account's balance."""
    return balance_of(AccountKey(bss.operator, bss.province, kind, counterpart))


def test_the_visited_province_owes_the_home_province_what_it_collected(database: object, by: Actor) -> None:
    collected(by)
    assert (balance(JIANGSU, PROVIDER), balance(JIANGSU, PAYABLE, "161_35")) == (3000, -3000)
    assert balance(FUJIAN, RECEIVABLE, "161_32") == 3000
    assert (balance(FUJIAN, BILLS), balance(FUJIAN, PREPAYMENT)) == (-3800, 1000)


def test_a_payment_is_collected_once(database: object, by: Actor) -> None:
    assert collected(by).ref == collected(by).ref
    assert balance(JIANGSU, PROVIDER) == 3000


def test_a_second_payment_posts_only_what_the_new_quote_changes(database: object, by: Actor) -> None:
    collected(by)
    again = {**SPLIT, "penalty": 500}
    with transaction.atomic():
        collect(FUJIAN, JIANGSU, case_ref=CASE, payment_ref="p2", fen=500, split=again, by=by)
    assert (balance(JIANGSU, PROVIDER), balance(FUJIAN, PENALTY)) == (3500, -500)
    assert (balance(FUJIAN, BILLS), balance(FUJIAN, PREPAYMENT)) == (-3800, 1000)


def test_a_second_payment_that_misstates_the_first_is_a_conflict(database: object, by: Actor) -> None:
    collected(by)
    again = {**SPLIT, "penalty": 501}
    with pytest.raises(Conflict), transaction.atomic():
        collect(FUJIAN, JIANGSU, case_ref=CASE, payment_ref="p2", fen=500, split=again, by=by)


def test_a_province_that_collects_at_home_owes_nobody(database: object, by: Actor) -> None:
    collected(by, visited=FUJIAN)
    assert balance(FUJIAN, PAYABLE, "161_35") == 0
    assert balance(FUJIAN, PROVIDER) == 3000


@pytest.mark.parametrize(("split", "error"), [({"bills": 2999}, Conflict), ({"bills": 2000, "tip": 1000}, ValueError)])
def test_a_split_that_is_not_the_sum_is_refused(
    database: object, split: dict[str, int], error: type[Exception], by: Actor
) -> None:
    with pytest.raises(error), transaction.atomic():
        collect(FUJIAN, JIANGSU, case_ref=CASE, payment_ref="p1", fen=3000, split=split, by=by)


def test_returning_a_payment_leaves_every_account_as_it_was(database: object, by: Actor) -> None:
    collected(by)
    for _ in range(2):
        with transaction.atomic():
            return_payment(FUJIAN, case_ref=CASE, fen=3000, by=by)
    kinds = ((JIANGSU, PROVIDER, ""), (JIANGSU, PAYABLE, "161_35"), (FUJIAN, RECEIVABLE, "161_32"), (FUJIAN, BILLS, ""))
    assert [balance(*kind) for kind in kinds] == [0, 0, 0, 0]


def test_returning_another_sum_than_was_collected_is_a_conflict(database: object, by: Actor) -> None:
    collected(by)
    with pytest.raises(Conflict), transaction.atomic():
        return_payment(FUJIAN, case_ref=CASE, fen=2999, by=by)


def test_a_refund_is_owed_then_paid_and_the_home_province_owes_the_agent(database: object, by: Actor) -> None:
    for verb in (owe_refund, pay_refund, owe_refund, pay_refund):
        with transaction.atomic():
            verb(FUJIAN, JIANGSU, case_ref=CASE, fen=700, by=by)
    assert (balance(FUJIAN, PREPAYMENT), balance(FUJIAN, REFUND_OWED)) == (700, 0)
    assert (balance(FUJIAN, PAYABLE, "161_32"), balance(JIANGSU, RECEIVABLE, "161_35")) == (-700, 700)
    assert (balance(JIANGSU, PROVIDER), trial_balance()) == (-700, 0)


def test_charges_met_from_prepayment_alone_are_posted_at_home(database: object, by: Actor) -> None:
    with transaction.atomic():
        offset(FUJIAN, case_ref=CASE, quote=1, split={"bills": 500, "applied": -500}, by=by)
    assert (balance(FUJIAN, BILLS), balance(FUJIAN, PREPAYMENT)) == (-500, 500)


def test_an_earlier_payment_that_meets_a_new_quote_is_not_posted_again(database: object, by: Actor) -> None:
    collected(by)
    with transaction.atomic():
        assert offset(FUJIAN, case_ref=CASE, quote=2, split=SPLIT, by=by) is None
    assert (balance(FUJIAN, BILLS), trial_balance()) == (-3800, 0)


def test_an_offset_of_a_second_quote_posts_what_changed(database: object, by: Actor) -> None:
    collected(by)
    changed = {**SPLIT, "bills": 4000, "applied": -1200}
    with transaction.atomic():
        offset(FUJIAN, case_ref=CASE, quote=2, split=changed, by=by)
    assert (balance(FUJIAN, BILLS), balance(FUJIAN, PREPAYMENT)) == (-4000, 1200)


def test_an_offset_is_returned_once(database: object, by: Actor) -> None:
    with transaction.atomic():
        offset(FUJIAN, case_ref=CASE, quote=1, split={"bills": 500, "applied": -500}, by=by)
    for _ in range(2):
        with transaction.atomic():
            return_offsets(CASE, by=by)
    assert (balance(FUJIAN, BILLS), balance(FUJIAN, PREPAYMENT)) == (0, 0)


def test_what_two_provinces_collected_goes_back_whole(database: object, by: Actor) -> None:
    """A held case goes on in another province's store (C-08), which then collects as well."""
    collected(by)
    with transaction.atomic():
        more = {**SPLIT, "bills": SPLIT["bills"] + 200}
        collect(FUJIAN, FUJIAN, case_ref=CASE, payment_ref="p2", fen=200, split=more, by=by)
        assert len(return_payment(FUJIAN, case_ref=CASE, fen=3200, by=by)) == 2
    assert (balance(JIANGSU, PROVIDER), balance(FUJIAN, PROVIDER), trial_balance()) == (0, 0, 0)
