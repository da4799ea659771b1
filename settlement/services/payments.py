"""Payments: intended with the case's step, opened at the provider, ended by its callback or our enquiry (S-01)."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from portal import audit, clock, work_orders
from portal.actors import Actor
from portal.errors import Conflict, Refused
from portal.moving import begin
from portal.parameters import value_of
from settlement import states
from settlement.models import Payment
from settlement.parameters import CALLBACK_WINDOW_SECONDS
from settlement.provider import Callback, Money, Said, is_genuine, provider
from settlement.services.money import end, held, step

METHODS = frozenset({"card", "wallet", "cash"})


def intend(
    case_ref: str,
    fen: int,
    method: str,
    *,
    operator: str,
    province: str,
    not_after: datetime,
    nudge: str,
    by: Actor,
) -> Payment:
    """Write down a charge in the caller's transaction; `province` is the agent's, where the payer is.

    `nudge` names the task told, with the case's ref, when it has ended. Raises ValueError on a sum that is not
    positive or an unknown method.
    """
    if fen <= 0 or method not in METHODS:
        raise ValueError("a payment needs a positive sum and a known method")
    if not connection.in_atomic_block:
        raise RuntimeError("an intent is committed together with what made it necessary")
    at = clock.now()
    payment = Payment.objects.create(
        state=states.INTENDED,
        due_at=at,
        owner="robot:sweep",
        case_ref=case_ref,
        fen=fen,
        method=method,
        operator=operator,
        province=province,
        not_after=not_after,
        nudge=nudge,
        created_at=at,
    )
    begin(payment, by=by, reason="intended", rules=("S-01",))
    return payment


def run(payment_ref: str, *, by: Actor) -> Payment:
    """Open the charge, or ask what became of it, and return it as it then stands. Outside any transaction."""
    return held(Payment, payment_ref, lambda row, fence: step(row, fence, start=_open, ask=_ask, by=by))


def hear(callback: Callback, *, by: Actor) -> Payment | None:
    """Take a callback of the provider: signed, fresh, for this sum. A repeated or late one changes nothing.

    Raises Refused when the signature or the time is wrong. None when the ref is not ours or the sum differs; that, and
    what contradicts the recorded end of a payment, goes into the audit and becomes a work order to the agent.
    """
    window = int(value_of(CALLBACK_WINDOW_SECONDS, on=clock.today()))
    if not is_genuine(callback, at=clock.now(), window_s=window):
        raise Refused("error.payment.callback", rule_id="S-01")
    told = _read(callback.body)
    payment = Payment.objects.filter(ref=str(told.get("ref", ""))).first()
    if payment is None:
        return None
    money = told.get("money")
    if told.get("fen") != payment.fen or money not in (Money.PAID, Money.REFUSED):
        _strange(payment, by=by, why="another sum or state")
        return None
    return _take(payment, states.PAID if money == Money.PAID else states.REFUSED, by=by)


def _take(payment: Payment, to: str, *, by: Actor) -> Payment:
    if payment.state in (states.SENT, states.UNKNOWN):
        try:
            end(payment, to, by=by, reason="told by a callback")
        except Conflict:
            payment = Payment.objects.get(pk=payment.pk)
    if payment.state != to:
        _strange(payment, by=by, why=f"told {to.lower()}, is {payment.state.lower()}")
    return payment


def _strange(payment: Payment, *, by: Actor, why: str) -> None:
    """What the provider says is not what is recorded: into the audit, and one work order a contradiction (S-03)."""
    with transaction.atomic(durable=True):
        facts = {"why": why, "case_ref": payment.case_ref}
        audit.record("payment.strange_callback", subject_ref=payment.ref, by=by, chain=payment.province, facts=facts)
        work_orders.open_order(
            "payment",
            key=f"payment:{payment.ref}:{why}"[:80],
            case_ref=payment.case_ref,
            operator=payment.operator,
            province=payment.province,
            facts={"payment": payment.ref, "why": why, "fen": payment.fen},
            due_at=clock.now() + timedelta(days=1),
            by=by,
        )


def _read(body: bytes) -> dict[str, Any]:
    try:
        told = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Refused("error.payment.callback", rule_id="S-01") from error
    return told if isinstance(told, dict) else {}


def _open(payment: Payment) -> Said:
    return provider().open_charge(payment.ref, payment.fen, method=payment.method, not_after=payment.not_after)


def _ask(payment: Payment) -> Said:
    return provider().enquire(payment.ref)
