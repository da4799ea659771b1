"""Final bill, refund slip, ledger entries and credit notes of a case stand under one number (C-18)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction

from bss.simulated import BillSpec, BucketSpec, ContractSpec, Temper, set_temper
from closure.models import Case, Claim
from closure.services import claims, disputes, payment, refund, withdrawal
from closure.words.receipt import entries
from portal.errors import Conflict
from portal.refs import is_case_number
from settlement.ledger import PROVIDER
from settlement.models import Transfer
from settlement.queries import number_of, transfers_under
from settlement.services.ledger import put_under
from settlement.simulated.provider import decide
from tests.closure.conftest import FUJIAN, ROBOT, World
from tests.closure.test_disputes import dispute, settle
from tests.closure.test_receipt import browser_of, refunded

OWED = BillSpec("2026-10", 5800, 0, date(2026, 11, 1), date(2026, 11, 30))
PAPER = ContractSpec("k1", ends_on=date(2027, 6, 30), document_id="d1", document_sha256="ab" * 32)


def number(case: Case) -> str:
    return f"SJ{(case.case_no or '')[2:]}"


@pytest.fixture
def given_back(world: World, fujian: Callable[..., None]) -> Case:
    """A case that was paid, refused at home, and withdrawn: the money went back."""
    fujian(bills=[OWED])
    case = world.quoted()
    decide(payment.pay(case, "card", 1, by=world.by).ref, "paid")
    set_temper(FUJIAN, Temper.OBSTRUCTIVE, only=["settle"], code="2067", words="欠费 12.00 元")
    case = world.work(case)
    set_temper(FUJIAN, Temper.HONEST)
    withdrawal.withdraw(case, by=world.by)
    return world.work(case)


def test_the_number_can_be_read_over_the_phone_c_18(world: World, fujian: Callable[..., None]) -> None:
    case = refunded(world, fujian, "card")
    assert is_case_number(number(case))
    assert number_of(case.ref) == number(case)


def test_the_refund_slip_and_every_transfer_of_the_refund_bear_it_c_18(
    world: World, fujian: Callable[..., None]
) -> None:
    case = refunded(world, fujian, "card")
    assert [row.purpose for row in transfers_under(number(case))] == ["owe_refund", "pay_refund"]
    browser = browser_of(case)
    for page in (f"/closure/{case.ref}", f"/closure/{case.ref}/receipt"):
        assert number(case) in browser.get(page).content.decode()


def test_money_given_back_is_a_red_reversal_under_the_same_number_c_18(given_back: Case) -> None:
    rows = entries(given_back, "zh")
    assert [(row["n"], row["purpose"], row["fen"]) for row in rows] == [(1, "collect", 5800), (2, "reverse", -5800)]
    assert rows[1]["reverses"] == rows[0]["ref"]
    page = browser_of(given_back).get(f"/closure/{given_back.ref}/receipt").content.decode()
    assert [one for one in ("红字凭证", "红字冲正", "−58.00", number(given_back)) if one not in page] == []


def test_a_claim_paid_after_the_closing_bears_it_too_c_18(world: World, fujian: Callable[..., None]) -> None:
    fujian(bills=[OWED], contracts=[PAPER])
    case = world.quoted()
    row = dispute(world, case, "penalty")
    settle(world, case)
    disputes.accept(disputes.prove(row.ref, "d1", "cd" * 32, "签过字", by=ROBOT), by=world.by)
    claim = Claim.objects.get()
    decide(claims.pay(claim, "card", by=world.by).ref, "paid")
    claims.advance(claim.ref, by=ROBOT)
    case = Case.objects.get(pk=case.pk)
    rows = transfers_under(number(case))
    assert [one.purpose for one in rows] == ["collect", "invoice", "collect", "invoice"]
    assert [one.case_ref for one in rows if one.purpose == "collect"] == [case.ref, claim.ref]
    assert number(case) in browser_of(case).get(f"/closure/{case.ref}/claims/{claim.ref}").content.decode()


def test_no_transfer_of_a_case_stands_under_no_number_c_18(given_back: Case) -> None:
    assert {number_of(row.case_ref) for row in Transfer.objects.all()} == {number(given_back)}
    money = Transfer.objects.filter(entries__account__kind=PROVIDER).distinct()
    assert money.count() == transfers_under(number(given_back)).count() == 2


def test_a_number_is_never_changed(given_back: Case) -> None:
    with pytest.raises(Conflict), transaction.atomic():
        put_under("SJ000000-00000000", given_back.ref)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as db:
        db.execute("UPDATE settlement_voucher SET number = 'x'")


def test_prepayment_that_meets_what_is_owed_is_an_entry_of_its_own(world: World, fujian: Callable[..., None]) -> None:
    fujian(bills=[OWED], buckets=[BucketSpec("b1", "own", 9000)])
    case = world.quoted()
    refund.choose_route(case, "card", "6222020000000000000", by=world.by)
    payment.settle_without_payment(Case.objects.get(pk=case.pk), 1, by=world.by)
    rows = entries(world.work(case), "en")
    assert [(row["purpose"], row["fen"]) for row in rows] == [
        ("offset", 5800),
        ("invoice", 479),
        ("owe_refund", 3200),
        ("pay_refund", 3200),
    ]
