"""The payment company's till."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client

from portal import clock
from portal.actors import robot
from portal.refs import new_ref
from portal.servers.provision import Addresses
from settlement.models import Payment
from settlement.services import payments

BY = robot("test")


@pytest.fixture
def payment(database: Addresses) -> Payment:
    """A charge of 251.88 that is open at the payment company."""
    with transaction.atomic():
        row = payments.intend(
            new_ref(),
            25188,
            "card",
            operator="161",
            province="32",
            not_after=clock.now() + timedelta(minutes=30),
            nudge="",
            by=BY,
        )
    return payments.run(row.ref, by=BY)


def ended(payment: Payment, ending: str) -> str:
    """How the payment stands after somebody chose an ending at the till."""
    assert Client().post(f"/demo/cashier/{payment.ref}", {"ending": ending}).status_code == 302
    return Payment.objects.get(pk=payment.pk).state


def test_the_charge_leads_to_the_till_and_the_till_shows_the_sum(payment: Payment) -> None:
    assert payment.pay_url == f"/demo/cashier/{payment.ref}"
    assert "251.88 元" in Client().get(payment.pay_url).content.decode()


@pytest.mark.parametrize(("ending", "state"), [("paid", "PAID"), ("refused", "REFUSED")])
def test_a_told_ending_ends_the_payment_at_once(payment: Payment, ending: str, state: str) -> None:
    assert ended(payment, ending) == state


def test_a_late_reply_leaves_the_payment_open_until_the_portal_asks(payment: Payment) -> None:
    assert ended(payment, "late") == "SENT"
    assert payments.run(payment.ref, by=BY).state == "PAID"


def test_silence_leaves_the_payment_unknown_however_often_one_asks(payment: Payment) -> None:
    assert ended(payment, "unknown") == "SENT"
    assert payments.run(payment.ref, by=BY).state == "UNKNOWN"


def test_a_paid_charge_cannot_be_refused_afterwards(payment: Payment) -> None:
    ended(payment, "paid")
    assert ended(payment, "refused") == "PAID"


def test_the_till_leads_back_to_the_case(payment: Payment) -> None:
    page = Client().get(payment.pay_url).content.decode()
    assert f'href="/closure/{payment.case_ref}?paid=1"' in page


def test_an_ending_that_does_not_exist_is_refused_and_nothing_is_decided(payment: Payment) -> None:
    assert Client().post(payment.pay_url, {"ending": "free"}).status_code == 422
    assert payments.run(payment.ref, by=BY).state == "SENT"


def test_an_unknown_charge_is_not_there(payment: Payment) -> None:
    assert Client().get("/demo/cashier/00000000000000000000000000").status_code == 404
