"""What has to be undone at home is insisted on: commands of its own, and a refusal is not the end (C-12)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from bss.models import Command
from bss.services import commands
from bss.states import DONE, REFUSED
from bss.states import OPEN as UNSETTLED
from closure.models import Case, CaseOrder
from closure.services import orders
from portal import audit, clock, work_orders
from portal.actors import Actor
from portal.work_orders import OrderResult, WorkOrder

KIND = "undo"
WAITING = ("OPEN", "CHASED", "ESCALATED")
REVERSIBLE = ("settle:", "release:", "execute:")


def insist(
    case: Case, step: str, verb: str, payload: Mapping[str, Any], *, by: Actor, effective_at: datetime | None = None
) -> Command:
    """As orders.carry_out. A refusal is a work order for the home province, and the command is sent anew as soon as its
    staff says that what stood in the way is mended.
    """
    command = orders.carry_out(case, step, verb, payload, by=by, effective_at=effective_at)
    if command.state != REFUSED:
        return command
    if not is_mended(_reported(case, command, by=by), by=by):
        return command
    return commands.run(orders.again(case, step, command, by=by).ref, by=by)


def is_mended(order: WorkOrder, *, by: Actor) -> bool:
    """Whether home's staff says that what stood in the way is mended; its order is then done.

    Done first, and the new command after it: whoever dies between the two finds the order done, and sends the command.
    """
    if order.result != OrderResult.CLOSED or order.state not in ("ANSWERED", "DONE"):
        return False
    if order.state == "ANSWERED":
        with transaction.atomic(durable=True):
            work_orders.finish_order(order.key, by=by)
    return True


def waits(case: Case) -> bool:
    """Whether the home province's staff has something to mend before anything can be undone."""
    return WorkOrder.objects.filter(case_ref=case.ref, kind=KIND, state__in=WAITING).exists()


def reverse_done(case: Case, *, by: Actor) -> bool:
    """Undo, newest first, what a refused closing had already done at home; True when nothing is left (C-12)."""
    for order in CaseOrder.objects.filter(case=case).order_by("-pk"):
        if not order.step.startswith(REVERSIBLE):
            continue
        command = orders.settled(Command.objects.get(ref=order.command_ref), by=by)
        if command.state in UNSETTLED:
            return False
        if command.state == DONE:
            undone = insist(case, f"reverse:{command.ref}", "reverse", {"command_id": command.ref}, by=by)
            if undone.state != DONE:
                return False
    return True


def _reported(case: Case, command: Command, *, by: Actor) -> WorkOrder:
    """The work order about a refused command, opened once."""
    key = f"{KIND}:{command.ref}"
    with transaction.atomic(durable=True):
        Case.objects.select_for_update(of=("self",), no_key=True).get(pk=case.pk)
        if not WorkOrder.objects.filter(key=key).exists():
            work_orders.open_order(
                KIND,
                key=key,
                case_ref=case.ref,
                operator=case.operator,
                province=case.province,
                facts={"command": command.ref, "verb": command.verb, "code": command.code},
                due_at=clock.now() + timedelta(days=1),
                by=by,
            )
            facts = {"verb": command.verb, "code": command.code}
            audit.record(
                "closure.undoing_refused",
                subject_ref=case.ref,
                by=by,
                chain=case.province,
                rules=("C-12",),
                facts=facts,
            )
    return WorkOrder.objects.get(key=key)
