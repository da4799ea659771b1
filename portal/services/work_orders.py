"""Orders between provinces: opened, answered with one of five results, returned, chased, escalated (C-07, C-17)."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from portal import audit
from portal.actors import Actor
from portal.clock import now
from portal.errors import Conflict, Invalid, Missing, TooMany
from portal.models import ENDED, RETURNING, OrderAnswer, OrderResult, WorkOrder
from portal.moving import begin, move
from portal.parameters import CHASE_HOURS, RESEND_DAYS, value_of
from portal.refs import new_ref
from portal.sweeping import work_due

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

    The user's own reason has to be named as well, for the user is told it. Every answer is kept as a row.
    Raises Invalid ``error.order.result | error.order.missing``, Conflict ``error.order.closed``, Missing.
    """
    if result not in OrderResult.values:
        raise Invalid("error.order.result", field="result", rule_id="C-17")
    returning = result in RETURNING
    lacking = [word.strip()[:200] for word in missing if word.strip()]
    if result != OrderResult.CLOSED and not lacking:
        raise Invalid("error.order.missing", field="missing", rule_id="C-17")
    with transaction.atomic():
        order = _found(key)
        to, due_at = "ANSWERED", None
        if returning:
            days = value_of(RESEND_DAYS, operator=order.operator, province=order.province, on=now().date())
            to, due_at = "RETURNED", now() + timedelta(days=days)
        _move(order, to, by=by, reason=result, result=result, missing=lacking, due_at=due_at)
        OrderAnswer.objects.create(order=order, result=result, missing=lacking, store=by.store, by_ref=by.ref, at=now())
    return order


def _move(order: WorkOrder, to: str, *, by: Actor, reason: str, **also: Any) -> None:
    try:
        move(order, to, by=by, reason=reason, rules=["C-17"], **also)
    except Conflict:
        raise Conflict("error.order.closed", rule_id="C-17") from None


def resend_order(key: str, facts: Mapping[str, Any], *, due_at: datetime, by: Actor) -> WorkOrder:
    """Send an order again with what was missing, also past the limit: late is not lost (C-17).

    Raises Conflict ``error.order.closed`` when the order does not wait for the user.
    """
    with transaction.atomic():
        order = _found(key)
        if order.waits_for != "person":
            raise Conflict("error.order.closed", rule_id="C-17")
        also = {"facts": {**order.facts, **facts}, "result": "", "missing": [], "sends": order.sends + 1}
        owner = f"operator:{order.operator}:{order.province}"
        _move(order, "OPEN", by=by, reason="resend", due_at=due_at, owner=owner, **also)
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
    """The user or the visited store asks where it stays (催单); counted and logged, and the deadline does not move.

    Raises TooMany ``error.order.chased`` within two hours ⚙ of the last, Conflict when it is not the province's turn.
    """
    with transaction.atomic():
        order = _found(key)
        if order.waits_for != "province":
            raise Conflict("error.order.closed", rule_id="C-17")
        hours = value_of(CHASE_HOURS, operator=order.operator, province=order.province, on=now().date())
        if order.chased_at is not None and (again := order.chased_at + timedelta(hours=hours)) > now():
            wait = int((again - now()).total_seconds())
            raise TooMany("error.order.chased", retry_after=wait, rule_id="C-17")
        noted = {"chases": order.chases + 1, "chased_at": now()}
        if order.state == "OPEN":
            _move(order, "CHASED", by=by, reason="chase", **noted)
        else:
            WorkOrder.objects.filter(pk=order.pk).update(**noted)
            order.refresh_from_db()
        facts = {"order": order.ref, "chases": order.chases}
        audit.record(
            "order.chased", subject_ref=order.case_ref, by=by, chain=order.province, rules=["C-17"], facts=facts
        )
    return order


def escalate_order(key: str, *, by: Actor, reason: str) -> WorkOrder:
    """Hand an order to the regulator before its time is over, as an unlawful refusal asks for; once."""
    with transaction.atomic():
        order = _found(key)
        if order.state in ("OPEN", "CHASED"):
            _move(order, "ESCALATED", by=by, reason=reason, due_at=None, owner=f"regulator:{order.province}")
    return order


def sweep(*, by: Actor, limit: int = 100) -> int:
    """Escalate orders whose time is over; silence is never a refusal (C-17). Returns how many."""
    escalated: list[int] = []

    def work(pk: int, fence: int) -> None:
        if _escalate(pk, fence, by):
            escalated.append(pk)

    work_due(WorkOrder, work, limit=limit, states=WAITING)
    return len(escalated)


def _escalate(pk: int, fence: int, by: Actor) -> bool:
    try:
        with transaction.atomic(durable=True):
            order = WorkOrder.objects.get(pk=pk)
            if order.state not in WAITING or order.due_at is None or order.due_at > now():
                return False
            owner = _next_owner(order)
            _move(order, "ESCALATED", by=by, reason="overdue", fence=fence, due_at=None, owner=owner)
    except Conflict:  # answered this very moment
        return False
    return True


def _next_owner(order: WorkOrder) -> str:
    """A silent province is the regulator's; what the user has not sent, the visited store looks after."""
    visiting = order.facts.get("visiting", "")
    if order.state == "RETURNED" and visiting:
        return f"operator:{order.operator}:{visiting}"
    return f"regulator:{order.province}"
