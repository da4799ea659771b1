"""Ties are prepared before the money and executed after it; a withdrawal only cancels preparations (C-07)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db import transaction

from bss.states import DONE
from bss.states import OPEN as UNSETTLED
from closure.models import Case
from closure.parameters import TIE_HOURS
from closure.queries import term, untie_order, untie_orders
from closure.services import orders
from portal import clock, work_orders
from portal.actors import Actor


def prepare(case: Case, ties: Sequence[dict[str, Any]], *, by: Actor) -> None:
    """One work order to the home province a tie: what changes, the price, a deadline. In the caller's atomic."""
    for tie in ties:
        work_orders.open_order(
            "untie",
            key=key_of(case, tie["id"]),
            case_ref=case.ref,
            operator=case.operator,
            province=case.province,
            facts={name: tie[name] for name in ("id", "kind", "name", "change", "price_fen", "on")},
            due_at=clock.now() + timedelta(hours=term(case, TIE_HOURS)),
            by=by,
        )


def key_of(case: Case, tie: str) -> str:
    """The key of a tie's work order: opening it again finds the first."""
    return f"untie:{case.ref}:{tie}"


def ties_of(case: Case) -> list[str]:
    """Ids of the ties this case unties, in the order they were found."""
    return [str(order.facts["id"]) for order in untie_orders(case)]


def run_preparations(case: Case, *, by: Actor) -> bool:
    """Send the preparations that are not confirmed yet; True when all are. Outside transactions."""
    done = [_prepared(case, tie, by=by) for tie in ties_of(case)]
    return all(done)


def _prepared(case: Case, tie: str, *, by: Actor) -> bool:
    command = orders.carry_out(case, f"prepare:{tie}", "prepare_tie", {"tie_id": tie}, by=by)
    if command.state != DONE:
        return False
    order = untie_order(case, tie)
    if order.state in ("OPEN", "CHASED", "ESCALATED"):
        with transaction.atomic(durable=True):
            work_orders.answer_order(order.key, "closed", by=by)
    return True


def cancel_preparations(case: Case, *, by: Actor) -> bool:
    """Undo what was prepared, settling each preparation first; True when nothing is left prepared (C-12)."""
    done = [_cancelled(case, tie, by=by) for tie in ties_of(case)]
    return all(done)


def _cancelled(case: Case, tie: str, *, by: Actor) -> bool:
    prepared = orders.last(case, f"prepare:{tie}")
    if prepared is not None:
        prepared = orders.settled(prepared, by=by)
        if prepared.state in UNSETTLED:
            return False
        if prepared.state == DONE:
            cancel = orders.carry_out(case, f"cancel:{tie}", "cancel_tie", {"tie_id": tie}, by=by)
            if cancel.state != DONE:
                return False
    order = untie_order(case, tie)
    if order.state != "CANCELLED":
        with transaction.atomic(durable=True):
            work_orders.cancel_order(order.key, by=by)
    return True


def executed(case: Case, tie: str, *, by: Actor) -> None:
    """The tie is untied: its work order is done. A second time changes nothing."""
    order = untie_order(case, tie)
    if order.state == "ANSWERED":
        with transaction.atomic(durable=True):
            work_orders.finish_order(order.key, by=by)
