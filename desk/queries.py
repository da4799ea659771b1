"""All reads of the desk. The scope is closure's own: the operator's cases handled or homed in the clerk's province."""

from __future__ import annotations

from datetime import datetime

from django.db.models import F, Q, QuerySet

from bss.models import Command, Evidence
from closure import states
from closure.models import Case, Dispute, Mandate
from closure.queries import HOME_KINDS, MENDED_KINDS, visible_to
from portal.actors import Actor
from portal.work_orders import OrderResult, WorkOrder

ALL, HERE, ROUTED = "all", "here", "routed"
TABS = (ALL, HERE, ROUTED)
PAGE_SIZE = 50
WAITING = ("OPEN", "CHASED", "ESCALATED", "RETURNED")


def open_cases(actor: Actor, tab: str) -> QuerySet[Case]:
    """Open cases, ordered by deadline only; a case that waits for nobody in particular stands last.

    `here`: handled in the actor's province; `routed`: another province's subscribers, sent here because the number is
    at home here.
    """
    cases = visible_to(actor).filter(state__in=sorted(states.OPEN))
    if tab == HERE:
        cases = cases.filter(visiting_province=actor.province)
    if tab == ROUTED:
        cases = cases.filter(Q(province=actor.province) & ~Q(visiting_province=actor.province))
    return cases.order_by(F("limit_at").asc(nulls_last=True), "pk")


def after_deadline(cases: QuerySet[Case], limit_at: datetime | None, pk: int) -> QuerySet[Case]:
    """The cases that stand behind one in the worklist's order."""
    if limit_at is None:
        return cases.filter(limit_at=None, pk__gt=pk)
    return cases.filter(Q(limit_at__gt=limit_at) | Q(limit_at=limit_at, pk__gt=pk) | Q(limit_at=None))


def orders_after(orders: QuerySet[WorkOrder], due_at: datetime | None, pk: int) -> QuerySet[WorkOrder]:
    """The orders that stand behind one in their list, where those without a deadline stand first."""
    if due_at is None:
        return orders.filter(Q(due_at=None, pk__gt=pk) | Q(due_at__isnull=False))
    return orders.filter(Q(due_at__gt=due_at) | Q(due_at=due_at, pk__gt=pk))


def exchanges_of(case: Case) -> list[Evidence]:
    """Everything said between the portal and the provinces about a case, oldest first; sealed boxes are not read."""
    return list(Evidence.objects.filter(case_ref=case.ref).defer("asked_box", "answer_box").order_by("at", "pk"))


def commands_of(case: Case) -> list[Command]:
    """The orders given for a case, oldest first."""
    return list(Command.objects.filter(case_ref=case.ref).defer("payload_box").order_by("created_at", "pk"))


def orders_here(actor: Actor) -> QuerySet[WorkOrder]:
    """Orders of the actor's operator that this province has to answer, or that were sent from it (C-17, D-05)."""
    sent = Case.objects.filter(visiting_province=actor.province, operator=actor.operator).values("ref")
    here = Q(province=actor.province) | Q(case_ref__in=sent)
    return WorkOrder.objects.filter(here, operator=actor.operator, kind__in=HOME_KINDS + MENDED_KINDS)


def waiting_orders(actor: Actor, tab: str) -> QuerySet[WorkOrder]:
    """Those not yet answered: `routed` are this province's to answer, `here` those sent from it; by deadline only."""
    found = orders_here(actor).filter(Q(state__in=WAITING) | Q(state="ANSWERED", result=OrderResult.USER_REASON))
    if tab == ROUTED:
        found = found.filter(province=actor.province)
    if tab == HERE:
        found = found.exclude(province=actor.province)
    return found.order_by(F("due_at").asc(nulls_first=True), "pk")


def disputes_here(actor: Actor) -> QuerySet[Dispute]:
    """The disputed lines of numbers at home in the actor's province: it owes their evidence (C-03, D-05)."""
    found = Dispute.objects.filter(case__operator=actor.operator, case__province=actor.province)
    return found.select_related("case")


def mandates_here(actor: Actor) -> QuerySet[Mandate]:
    """Who acts for the holders of the cases in the actor's scope (C-09, D-05)."""
    return Mandate.objects.filter(case__in=visible_to(actor)).select_related("case")
