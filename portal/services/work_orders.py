"""Orders between provinces: opened, answered with one of five results, returned, chased, escalated (C-07, C-17)."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F

from portal.actors import Actor
from portal.clock import now
from portal.errors import Conflict, Invalid, Missing
from portal.models import ENDED, RETURNING, OrderResult, WorkOrder
from portal.moving import begin, claim_due, move
from portal.parameters import RESEND_DAYS, value_of
from portal.refs import new_ref

WAITING = ("OPEN", "CHASED", "RETURNED")


def _locked(key: str) -> WorkOrder | None:
    return WorkOrder.objects.select_for_update(no_key=True).filter(key=key).first()


def _found(key: str) -> WorkOrder:
    order = _locked(key)
    if order is None:
        raise Missing("error.missing")
    return order


def open_order(
    kind: str,
    *,
    key: str = "",
    case_ref: str,
    operator: str,
    province: str,
    facts: Mapping[str, Any],
    due_at: datetime,
    owner: str = "",
    by: Actor,
) -> WorkOrder:
    """Open an order to an operator's province, due at an instant; in the caller's transaction.

    ``key`` names the order; opening it again returns the first one. Without a key it gets one of its own.
    """
    values = {
        "kind": kind,
        "case_ref": case_ref,
        "operator": operator,
        "province": province,
        "facts": dict(facts),
        "due_at": due_at,
        "owner": owner or f"operator:{operator}:{province}",
        "state": "OPEN",
        "opened_at": now(),
    }
    order, created = WorkOrder.objects.get_or_create(key=key or new_ref(), defaults=values)
    if created:
        begin(order, by=by, reason=kind, rules=["C-17"])
    return order


def answer_order(key: str, result: str, *, by: Actor, missing: Sequence[str] = ()) -> WorkOrder:
    """Answer an order. The three returning results send it back, saying what is missing, with two days ⚙ to re-send.

    Raises Invalid ``error.order.result | error.order.missing``, Conflict ``error.order.closed``, Missing.
    """
    if result not in OrderResult.values:
        raise Invalid("error.order.result", field="result", rule_id="C-17")
    returning = result in RETURNING
    lacking = [word.strip()[:200] for word in missing if word.strip()]
    if returning and not lacking:
        raise Invalid("error.order.missing", field="missing", rule_id="C-17")
    with transaction.atomic():
        order = _found(key)
        to, due_at = "ANSWERED", None
        if returning:
            days = value_of(RESEND_DAYS, operator=order.operator, province=order.province, on=now().date())
            to, due_at = "RETURNED", now() + timedelta(days=days)
        _move(order, to, by=by, reason=result, result=result, missing=lacking, due_at=due_at)
    return order


def _move(order: WorkOrder, to: str, *, by: Actor, reason: str, **also: Any) -> None:
    try:
        move(order, to, by=by, reason=reason, rules=["C-17"], **also)
    except Conflict:
        raise Conflict("error.order.closed", rule_id="C-17") from None


def resend_order(key: str, facts: Mapping[str, Any], *, due_at: datetime, by: Actor) -> WorkOrder:
    """Send a returned order again with what was missing."""
    with transaction.atomic():
        order = _found(key)
        merged = {**order.facts, **facts}
        _move(order, "OPEN", by=by, reason="resend", facts=merged, result="", missing=[], due_at=due_at)
    return order


def cancel_order(key: str, *, by: Actor, reason: str = "cancelled") -> WorkOrder | None:
    """Cancel an order, as a withdrawal does with what was prepared; one that ended or never was is left alone."""
    with transaction.atomic():
        order = _locked(key)
        if order is not None and order.state not in ENDED:
            _move(order, "CANCELLED", by=by, reason=reason, due_at=None)
    return order


def finish_order(key: str, *, by: Actor) -> WorkOrder:
    """The case took the answer: the order is done."""
    with transaction.atomic():
        order = _found(key)
        _move(order, "DONE", by=by, reason="taken", due_at=None)
    return order


def chase(key: str, *, by: Actor) -> WorkOrder:
    """The user or the visited store asks where it stays (催单); the deadline does not move."""
    with transaction.atomic():
        order = _found(key)
        if order.state == "CHASED":
            WorkOrder.objects.filter(pk=order.pk).update(chases=F("chases") + 1)
            return order
        _move(order, "CHASED", by=by, reason="chase", chases=order.chases + 1)
    return order


def sweep(*, by: Actor, limit: int = 100) -> int:
    """Escalate orders whose time is over; silence is never a refusal (C-17). Returns how many."""
    due = claim_due(WorkOrder, limit=limit, lease_s=30, states=WAITING)
    return sum(_escalate(pk, fence, by) for pk, fence in due)


def _escalate(pk: int, fence: int, by: Actor) -> bool:
    try:
        with transaction.atomic(durable=True):
            order = WorkOrder.objects.get(pk=pk)
            if order.state not in WAITING or order.due_at is None or order.due_at > now():
                return False
            owner = f"regulator:{order.province}"
            _move(order, "ESCALATED", by=by, reason="overdue", fence=fence, due_at=None, owner=owner)
    except Conflict:  # answered this very moment
        return False
    return True
