"""Ties are prepared before the money and executed after it; a withdrawal only cancels preparations (C-07)."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import Any

from django.db import transaction

from bss.models import Command
from bss.states import DONE, REFUSED
from bss.states import OPEN as UNSETTLED
from closure.models import Case, CaseOrder
from closure.parameters import TIE_HOURS
from closure.queries import term, untie_order, untie_orders
from closure.rules import limits
from closure.rules.untying import BY_HAND, answers_an_order
from closure.services import answering, orders, undoing
from portal import clock, work_orders
from portal.actors import Actor
from portal.work_orders import OrderResult, WorkOrder

SETTLED = ("ANSWERED", "DONE", "CANCELLED")


class Ready(Enum):
    """How far the preparations are: all done, under way in the province's system, or somebody's turn."""

    YES = "yes"
    WORKING = "working"
    WAITING = "waiting"


def prepare(case: Case, ties: Sequence[dict[str, Any]], *, by: Actor) -> None:
    """One work order to the home province a tie: what changes, the price, a deadline. In the caller's atomic."""
    for tie in ties:
        work_orders.open_order(
            "untie",
            key=key_of(case, tie["id"]),
            case_ref=case.ref,
            operator=case.operator,
            province=case.province,
            facts={
                **{name: tie[name] for name in ("id", "kind", "name", "change", "price_fen", "on")},
                "visiting": case.visiting_province,
            },
            due_at=limits.tie_end(clock.now(), term(case, TIE_HOURS)).at,
            by=by,
        )


def key_of(case: Case, tie: str) -> str:
    """The key of a tie's work order: opening it again finds the first."""
    return f"untie:{case.ref}:{tie}"


def ties_of(case: Case) -> list[str]:
    """Ids of the ties this case unties, in the order they were found."""
    return [str(order.facts["id"]) for order in untie_orders(case)]


def unready(case: Case) -> list[WorkOrder]:
    """Orders that keep the money step waiting: in time with the province, or the user's turn.

    A province that is silent past its limit keeps nobody waiting (C-17).
    """
    return [order for order in untie_orders(case) if order.waits_for and not _is_overdue(order)]


def _is_overdue(order: WorkOrder) -> bool:
    return order.state == "ESCALATED" and order.waits_for == "province"


def run_preparations(case: Case, *, by: Actor) -> Ready:
    """Send the preparations that are not confirmed yet; says how far they are. Outside transactions."""
    found = {_prepared(case, order, by=by) for order in untie_orders(case)}
    if Ready.WORKING in found:
        return Ready.WORKING
    return Ready.WAITING if Ready.WAITING in found else Ready.YES


def _prepared(case: Case, order: WorkOrder, *, by: Actor) -> Ready:
    """One tie, brought as far as it goes: done, the province's answer taken, or left to who has the turn."""
    if order.waits_for == "person":
        return Ready.WAITING
    step = _step_of(case, order)
    latest = orders.last(case, step)
    if latest is not None and latest.code == BY_HAND:
        return Ready.WAITING
    payload = {"tie_id": order.facts["id"], "sends": order.sends, "by_hand": order.state == "ANSWERED"}
    payload["supplied"] = order.facts.get("supplied", [])
    command = orders.carry_out(case, step, "prepare_tie", payload, by=by)
    if command.state == DONE:
        answering.closed(order, by=by)
        return Ready.YES
    if command.state != REFUSED:
        return Ready.WORKING
    if command.code == BY_HAND or answers_an_order(command.code):
        answering.take(case, order, command, by=by)
    return Ready.WAITING  # any other refusal of the system leaves the order to the staff, in the same time


def _step_of(case: Case, order: WorkOrder) -> str:
    """The step that carries this sending; after the staff's "done" the province's system is told by one of its own."""
    step = f"prepare:{order.facts['id']}"
    done = next((name for name in _steps(order) if _is_done(case, name)), "")
    if done:
        return done
    if order.sends > 1:
        step = f"{step}:{order.sends}"
    return f"{step}:hand" if order.state == "ANSWERED" else step


def _steps(order: WorkOrder) -> list[str]:
    """Every step that may have carried a preparation of this tie."""
    first = f"prepare:{order.facts['id']}"
    sent = [first, *(f"{first}:{n}" for n in range(2, order.sends + 1))]
    return [name for step in sent for name in (step, f"{step}:hand")]


def _is_done(case: Case, step: str) -> bool:
    command = orders.last(case, step)
    return command is not None and command.state == DONE


def cancel_preparations(case: Case, *, by: Actor) -> bool:
    """Undo what was prepared, settling each preparation first; True when nothing is left prepared (C-12)."""
    done = [_cancelled(case, order, by=by) for order in untie_orders(case)]
    answering.end_others(case, by=by)
    return all(done)


def _cancelled(case: Case, order: WorkOrder, *, by: Actor) -> bool:
    sent = [orders.settled(command, by=by) for command in _preparations(case, order)]
    if any(command.state in UNSETTLED for command in sent):
        return False
    if any(command.state == DONE for command in sent):
        tie = order.facts["id"]
        cancel = undoing.insist(case, f"cancel:{tie}", "cancel_tie", {"tie_id": tie}, by=by)
        if cancel.state != DONE:
            return False
    if order.state != "CANCELLED":
        with transaction.atomic(durable=True):
            work_orders.cancel_order(order.key, by=by)
    return True


def _preparations(case: Case, order: WorkOrder) -> list[Command]:
    steps = CaseOrder.objects.filter(case=case, step__in=_steps(order))
    return list(Command.objects.filter(ref__in=list(steps.values_list("command_ref", flat=True))))


def executed(case: Case, tie: str, *, by: Actor) -> None:
    """The tie is untied: its work order is done, also one that nobody had answered in time. Twice changes nothing."""
    order = untie_order(case, tie)
    answering.closed(order, by=by)
    order.refresh_from_db()
    if order.state == "ANSWERED" and order.result == OrderResult.CLOSED:
        with transaction.atomic(durable=True):
            work_orders.finish_order(order.key, by=by)
