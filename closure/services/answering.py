"""What the home province answers to an order, and what follows for the case (C-17).

An answer comes from the province's own system as the ending of a command, or from its staff at the desk. `closed` is
never proof: only the province's system is. The answers that ask for something go to the user with a limit.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from bss.models import Command
from closure import states
from closure.models import Case
from closure.queries import MENDED_KINDS, open_orders
from closure.rules.untying import BY_HAND
from portal import audit, clock, work_orders
from portal.actors import Actor
from portal.errors import Invalid
from portal.nudges import nudge
from portal.services import notices
from portal.work_orders import OrderResult, WorkOrder

LOOKED_AT = (states.QUOTED, states.CLOSING, *states.TERMINAL)
"""Where an answer of the province's staff lets a case go on."""


def closed(order: WorkOrder, *, by: Actor) -> None:
    """The province's system did it: the order is answered. A second time changes nothing."""
    if order.waits_for == "province":
        with transaction.atomic(durable=True):
            work_orders.answer_order(order.key, OrderResult.CLOSED, by=by)


def take(case: Case, order: WorkOrder, command: Command, *, by: Actor) -> None:
    """Take what the province's system answered; "by hand" leaves the order to its staff, in the same time."""
    if command.code != BY_HAND:
        answer(case, order.key, command.code, missing=[command.words or command.code], by=by)


def answer(case: Case, key: str, result: str, *, missing: Sequence[str] = (), by: Actor) -> WorkOrder:
    """Write an answer down and tell the person what is asked, until when; the case is looked at at once.

    Raises Invalid and Conflict as work_orders.answer_order does; Invalid `error.order.mended` where nothing but
    `closed` can be said.
    """
    with transaction.atomic(durable=True):
        # The case before the order, as everybody who writes both: else two who write at once could each wait for ever.
        Case.objects.select_for_update(of=("self",), no_key=True).get(pk=case.pk)
        if result != OrderResult.CLOSED and WorkOrder.objects.filter(key=key, kind__in=MENDED_KINDS).exists():
            raise Invalid("error.order.mended", field="result", rule_id="C-17")
        order = work_orders.answer_order(key, result, missing=missing, by=by)
        facts = {"result": result, "order": order.ref}
        audit.record("order.answered", subject_ref=case.ref, by=by, chain=case.province, rules=("C-17",), facts=facts)
        if order.waits_for == "person":
            _turn_to_the_person(case, order, by=by)
        else:
            _look_again(case)
        nudge("closure.advance", case.ref)
    return order


def _turn_to_the_person(case: Case, order: WorkOrder, *, by: Actor) -> None:
    """A return stops the province's clock: while something is missing the limit is the user's."""
    if case.state == states.CLOSING and order.kind == "close":
        until = order.due_at or case.lapse_at
        Case.objects.filter(pk=case.pk, state=states.CLOSING).update(limit_at=until, due_at=until, owner="subscriber")
    returned = {"case_no": case.case_no, "until_at": order.due_at}
    key, facts = (
        ("notice.closure.returned", returned) if order.due_at else ("notice.closure.asked", {"case_no": case.case_no})
    )
    notices.tell(case.contact, key, facts, case_ref=case.ref, by=by, lang=case.language)


def _look_again(case: Case) -> None:
    Case.objects.filter(pk=case.pk, state__in=LOOKED_AT, due_at__isnull=False).update(due_at=clock.now())


def end_ties(case: Case, *, by: Actor) -> None:
    """A closed line leaves nothing to untie: an order the province never answered is cancelled. In the caller's
    transaction.
    """
    for order in open_orders(case):
        if order.kind == "untie":
            work_orders.cancel_order(order.key, by=by, reason="closed")


def end_others(case: Case, *, by: Actor) -> None:
    """A case that ended leaves no order behind: whatever is open besides its ties is cancelled (C-12)."""
    for order in open_orders(case):
        if order.kind != "untie":
            with transaction.atomic(durable=True):
                work_orders.cancel_order(order.key, by=by)


def end_asking(case: Case, *, by: Actor) -> None:
    """The province answered after all: the order that chased its answers is done."""
    for order in open_orders(case):
        if order.kind == "answer":
            with transaction.atomic(durable=True):
                work_orders.answer_order(order.key, OrderResult.CLOSED, by=by)
                work_orders.finish_order(order.key, by=by)
