"""Payments and payouts: three endings, callbacks that are forged, late or doubled."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client

from portal import clock
from portal.actors import Actor
from portal.errors import Refused
from portal.models import AuditEntry, WorkOrder
from portal.moving import movements_of
from settlement import queries
from settlement.models import Payment, Payout, SimulatedCharge, SimulatedPayout
from settlement.provider import Callback, is_genuine, sign_callback
from settlement.services import payments, payouts
from settlement.simulated.provider import decide, decide_payout
from settlement.tasks import sweep
from tests.settlement.conftest import CASE

HOUR = timedelta(hours=1)


def intended(by: Actor, method: str = "card") -> Payment:
    """A payment committed and not yet opened."""
    with transaction.atomic(durable=True):
        return payments.intend(
            CASE, 3000, method, operator="161", province="32", not_after=clock.now() + HOUR, nudge="", by=by
        )


def opened(by: Actor) -> Payment:
    """A payment whose page is open to the payer."""
    return payments.run(intended(by).ref, by=by)


def paid_callback(payment: Payment) -> Callback:
    """The provider's message after the payer paid."""
    told = decide(payment.ref, "paid")
    assert told is not None
    return told


def payout_intended(by: Actor) -> Payout:
    """A payout committed and not yet sent."""
    with transaction.atomic(durable=True):
        return payouts.intend(
            CASE,
            700,
            "card",
            operator="161",
            province="32",
            home_province="35",
            nudge="",
            by=by,
            destination="6222021234567890",
        )


def test_a_payment_is_opened_once_and_waits_for_the_payer(database: object, by: Actor) -> None:
    payment = opened(by)
    again = payments.run(payment.ref, by=by)
    assert (payment.state, again.state, SimulatedCharge.objects.count()) == ("SENT", "SENT", 1)


def test_a_genuine_callback_ends_the_payment(database: object, by: Actor) -> None:
    payment = opened(by)
    heard = payments.hear(paid_callback(payment), by=by)
    assert heard is not None
    assert heard.state == "PAID"
    assert [m.to_state for m in movements_of(payment)] == ["INTENDED", "SENT", "PAID"]


def test_an_enquiry_finds_a_payment_whose_callback_was_lost(database: object, by: Actor) -> None:
    payment = opened(by)
    paid_callback(payment)
    assert payments.run(payment.ref, by=by).state == "PAID"


def test_a_refused_payment_ends_refused(database: object, by: Actor) -> None:
    payment = opened(by)
    decide(payment.ref, "refused")
    assert payments.run(payment.ref, by=by).state == "REFUSED"


def test_an_unknown_payment_stays_unknown_until_the_provider_speaks(database: object, by: Actor) -> None:
    payment = opened(by)
    decide(payment.ref, "unknown")
    assert payments.run(payment.ref, by=by).state == "UNKNOWN"
    paid_callback(payment)
    assert payments.run(payment.ref, by=by).state == "PAID"


def test_a_provider_silent_at_opening_leaves_the_payment_unknown_and_never_doubled(database: object, by: Actor) -> None:
    payment = intended(by)
    decide(payment.ref, "unknown")
    assert payments.run(payment.ref, by=by).state == "UNKNOWN"
    decide(payment.ref, "pending")
    assert payments.run(payment.ref, by=by).state == "SENT"
    assert SimulatedCharge.objects.count() == 1


def test_a_payment_nobody_made_expires_by_the_providers_clock(database: object, by: Actor) -> None:
    payment = opened(by)
    with clock.frozen(clock.now() + 2 * HOUR):
        assert decide(payment.ref, "paid") is None
        assert payments.run(payment.ref, by=by).state == "EXPIRED"


def test_a_payment_never_opened_expires(database: object, by: Actor) -> None:
    payment = intended(by)
    with clock.frozen(clock.now() + 2 * HOUR):
        assert payments.run(payment.ref, by=by).state == "EXPIRED"


def test_cash_is_paid_once_a_store_has_it_and_not_when_somebody_says_so(database: object, by: Actor) -> None:
    payment = intended(by, "cash")
    assert payments.run(payment.ref, by=by).state == "SENT"
    decide(payment.ref, "paid")
    assert payments.run(payment.ref, by=by).state == "PAID"


def test_a_doubled_callback_changes_nothing(database: object, by: Actor) -> None:
    payment = opened(by)
    told = paid_callback(payment)
    payments.hear(told, by=by)
    payments.hear(told, by=by)
    assert movements_of(payment).count() == 3


def test_a_callback_that_contradicts_the_end_is_kept_for_a_person(database: object, by: Actor) -> None:
    payment = opened(by)
    decide(payment.ref, "refused")
    payments.run(payment.ref, by=by)
    told = sign_callback(json.dumps({"ref": payment.ref, "money": "paid", "fen": 3000}).encode(), clock.now())
    heard = payments.hear(told, by=by)
    assert heard is not None
    assert heard.state == "REFUSED"
    assert AuditEntry.objects.filter(verb="payment.strange_callback").count() == 1
    assert WorkOrder.objects.get(kind="payment").province == "32"


@pytest.mark.parametrize("change", [{"body": b"{}"}, {"timestamp": "1"}, {"signature": "0" * 64}, {"signature": "é"}])
def test_a_forged_callback_is_refused(change: dict[str, Any], database: object, by: Actor) -> None:
    told = paid_callback(opened(by))
    with pytest.raises(Refused):
        payments.hear(replace(told, **change), by=by)
    assert Payment.objects.get().state == "SENT"


def test_a_late_callback_is_refused(database: object, by: Actor) -> None:
    told = paid_callback(opened(by))
    with clock.frozen(clock.now() + timedelta(seconds=301)), pytest.raises(Refused):
        payments.hear(told, by=by)


def test_a_callback_for_another_sum_changes_nothing(database: object, by: Actor) -> None:
    payment = opened(by)
    told = sign_callback(json.dumps({"ref": payment.ref, "money": "paid", "fen": 1}).encode(), clock.now())
    assert payments.hear(told, by=by) is None
    assert Payment.objects.get().state == "SENT"


@pytest.mark.parametrize("stamp", ["", "1e9", "１２３", "9" * 5000, "-1"])
def test_a_timestamp_that_is_no_number_is_not_genuine(stamp: str) -> None:
    assert not is_genuine(Callback(b"{}", stamp, ""), at=clock.now(), window_s=300)


def test_eight_callbacks_at_once_move_the_payment_once(database: object, by: Actor) -> None:
    payment = opened(by)
    told = paid_callback(payment)

    def one(_: int) -> None:
        payments.hear(told, by=by)
        connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(one, range(8)))
    assert movements_of(payment).count() == 3


def test_the_provider_is_never_called_inside_a_transaction(database: object, by: Actor) -> None:
    payment = intended(by)
    with transaction.atomic(), pytest.raises(RuntimeError):
        payments.run(payment.ref, by=by)


def test_the_sweep_finds_what_is_due(database: object, by: Actor) -> None:
    payment, payout = intended(by), payout_intended(by)
    assert (queries.due_payments(), queries.due_payouts()) == ([(payment.pk, payment.ref)], [(payout.pk, payout.ref)])


def test_one_sweep_ends_what_needs_nobody(database: object, by: Actor) -> None:
    payment, payout = intended(by), payout_intended(by)
    decide(payment.ref, "paid")
    sweep()
    assert (Payment.objects.get(pk=payment.pk).state, Payout.objects.get(pk=payout.pk).state) == ("PAID", "PAID")


def test_a_payout_is_paid_once_and_its_destination_is_sealed(database: object, by: Actor) -> None:
    payout = payout_intended(by)
    assert (payout.last4, b"6222" in bytes(payout.destination_box or b"")) == ("7890", False)
    for _ in range(2):
        assert payouts.run(payout.ref, by=by).state == "PAID"
    assert SimulatedPayout.objects.count() == 1


def test_an_unknown_payout_is_asked_about_and_never_paid_twice(database: object, by: Actor) -> None:
    payout = payout_intended(by)
    decide_payout(payout.ref, "unknown")
    assert payouts.run(payout.ref, by=by).state == "UNKNOWN"
    decide_payout(payout.ref, "paid")
    assert payouts.run(payout.ref, by=by).state == "PAID"


def test_a_refused_payout_ends_refused(database: object, by: Actor) -> None:
    payout = payout_intended(by)
    decide_payout(payout.ref, "refused")
    assert payouts.run(payout.ref, by=by).state == "REFUSED"


def send(told: Callback) -> int:
    """Deliver a callback over HTTP and give the answer's status."""
    headers = {"X-Timestamp": told.timestamp, "X-Signature": told.signature}
    answer = Client().post("/payments/callback", told.body, content_type="application/json", headers=headers)
    return answer.status_code


def test_the_callbacks_address_takes_genuine_messages_without_a_session(database: object, by: Actor) -> None:
    payment = opened(by)
    told = paid_callback(payment)
    assert (send(told), send(told), send(replace(told, signature="00"))) == (204, 204, 403)
    assert Payment.objects.get().state == "PAID"


def test_the_callbacks_address_refuses_get_and_long_bodies(database: object) -> None:
    assert Client().get("/payments/callback").status_code == 405
    assert send(sign_callback(b"x" * 5000, clock.now())) == 413
