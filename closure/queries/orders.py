"""Reads of a case's orders to its home province, of its history, and of the limits that now run."""

from __future__ import annotations

from django.db.models import QuerySet

from closure.models import Case
from closure.parameters import CLOSING_HOURS, FORMALITIES_DAYS, LAPSE_DAYS, QUOTE_HOURS, TIE_HOURS
from closure.queries.cases import term
from closure.rules.limits import LimitTerms, closing_end, replayed, resend_end, tie_end
from portal.deadlines import Deadline
from portal.models import ENDED, Movement, WorkOrder
from portal.parameters import RESEND_DAYS

HOME_KINDS = ("untie", "close", "answer", "false_papers")
"""Orders that the home province answers with one of the five results (C-17); other kinds have verbs of their own."""
MENDED_KINDS = ("refund", "undo")
"""What its system refused although it must be done: its staff mends what stands in the way, and says `closed`."""


def orders_of(case: Case) -> list[WorkOrder]:
    """The orders of a case to its home province, in the order they were opened."""
    return list(WorkOrder.objects.filter(case_ref=case.ref, kind__in=HOME_KINDS).order_by("pk"))


def open_orders(case: Case) -> list[WorkOrder]:
    """Those that have not ended."""
    return [order for order in orders_of(case) if order.state not in ENDED]


def closing_order(case: Case) -> WorkOrder | None:
    """The order that closes the line, None before the closing began."""
    return WorkOrder.objects.filter(case_ref=case.ref, kind="close").first()


def untie_orders(case: Case) -> list[WorkOrder]:
    """The work orders that untie this case's ties, in the order they were opened."""
    return list(WorkOrder.objects.filter(case_ref=case.ref, kind="untie").order_by("pk"))


def untie_order(case: Case, tie: str) -> WorkOrder:
    """The work order of one tie."""
    return next(order for order in untie_orders(case) if order.facts["id"] == tie)


def movements_of(case: Case) -> QuerySet[Movement]:
    """The history of a case, oldest first."""
    return Movement.objects.filter(subject_type="closure.case", subject_ref=case.ref).order_by("seq")


def limits_of(case: Case) -> list[Deadline]:
    """The limits now running, replayed from the case's history and its orders', soonest first."""
    history = [(row.to_state, row.at) for row in movements_of(case)]
    terms = LimitTerms(
        term(case, LAPSE_DAYS), term(case, QUOTE_HOURS), term(case, CLOSING_HOURS), term(case, FORMALITIES_DAYS)
    )
    of_orders = [order_limit(case, order) for order in untie_orders(case)]
    return sorted(
        [*replayed(history, terms, counted_from=case.counted_from), *(limit for limit in of_orders if limit)],
        key=lambda limit: limit.at,
    )


def order_limit(case: Case, order: WorkOrder) -> Deadline | None:
    """The limit of an order that waits for somebody, reckoned from when it came to them; None when none runs."""
    latest = Movement.objects.filter(subject_type="portal.workorder", subject_ref=order.ref)
    at = latest.filter(to_state__in=("OPEN", "RETURNED")).order_by("-seq").values_list("at", flat=True).first()
    if at is None or order.due_at is None or order.kind not in ("untie", "close"):
        return None
    if order.state == "RETURNED":
        return resend_end(at, term(case, RESEND_DAYS))
    if order.kind == "untie":
        return tie_end(at, term(case, TIE_HOURS))
    return closing_end(at, term(case, CLOSING_HOURS))
