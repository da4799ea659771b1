"""The final bill's invoice comes with the closing: one, of the home company, masked (S-04, S-01)."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from django.db import transaction

from closure.models import Case
from closure.services import invoice as issuing
from closure.services import payment
from settlement.models import Invoice
from settlement.services.invoice_papers import print_due
from settlement.simulated.provider import decide
from tests.closure.conftest import HOLDER, NUMBER, ROBOT, World
from tests.closure.test_one_number import OWED, number
from tests.closure.test_receipt import browser_of, refunded


@pytest.fixture
def paid(world: World, fujian: Callable[..., None]) -> Case:
    """A case whose final bill was paid in Jiangsu, and closed."""
    fujian(bills=[OWED])
    case = world.quoted()
    decide(payment.pay(case, "card", 1, by=world.by).ref, "paid")
    return world.work(case)


def test_the_closing_issues_one_invoice_of_the_home_company_under_the_cases_number_s_04(paid: Case) -> None:
    invoice = Invoice.objects.get()
    assert paid.state == "CLOSED"
    assert (invoice.case_ref, invoice.province, invoice.facts["agent"]) == (paid.ref, "35", "161_32")
    assert (invoice.voucher, invoice.gross_fen, invoice.vat_fen) == (number(paid), 5800, 479)


def test_issued_again_it_is_the_same_one(paid: Case, world: World) -> None:
    with transaction.atomic(durable=True):
        again = issuing.issue(paid, by=ROBOT)
    world.work(paid)
    assert again == Invoice.objects.get()


def test_an_invoice_tells_no_more_of_a_person_than_the_certificate(paid: Case) -> None:
    facts = Invoice.objects.get().facts
    assert HOLDER.plain not in json.dumps(facts, ensure_ascii=False) and NUMBER.plain not in json.dumps(facts)
    assert facts["name"] == paid.certificates.get().facts["name"]


def test_own_prepayment_given_back_gets_the_slip_alone_s_04(world: World, fujian: Callable[..., None]) -> None:
    case = refunded(world, fujian, "card")
    assert (case.state, Invoice.objects.count()) == ("CLOSED", 0)


def test_a_case_that_is_not_closed_has_none(world: World, fujian: Callable[..., None]) -> None:
    fujian(bills=[OWED])
    decide(payment.pay(world.quoted(), "card", 1, by=world.by).ref, "paid")
    assert not Invoice.objects.exists()


def test_the_person_downloads_it_from_the_receipt(paid: Case) -> None:
    browser = browser_of(paid)
    where = f"/closure/{paid.ref}/receipt"
    invoice = Invoice.objects.get()
    assert f"{invoice.number}.pdf" not in browser.get(where).content.decode()
    print_due(by=ROBOT)
    address = f"/closure/{paid.ref}/invoices/{invoice.number}.pdf"
    assert address in browser.get(where).content.decode()
    assert browser.get(address).content.startswith(b"%PDF")
    assert browser.get(address.replace("-1.pdf", "-2.pdf")).status_code == 404
