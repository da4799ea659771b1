"""All reads of the desk. The scope is closure's own: the operator's cases handled or homed in the clerk's province."""

from __future__ import annotations

from datetime import datetime

from django.db.models import F, Q, QuerySet

from bss.models import Command, Evidence
from closure import states
from closure.models import Case
from closure.queries import visible_to
from portal.actors import Actor

ALL, HERE, ROUTED = "all", "here", "routed"
TABS = (ALL, HERE, ROUTED)
PAGE_SIZE = 50


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


def exchanges_of(case: Case) -> list[Evidence]:
    """Everything said between the portal and the provinces about a case, oldest first; sealed boxes are not read."""
    return list(Evidence.objects.filter(case_ref=case.ref).defer("asked_box", "answer_box").order_by("at", "pk"))


def commands_of(case: Case) -> list[Command]:
    """The orders given for a case, oldest first."""
    return list(Command.objects.filter(case_ref=case.ref).defer("payload_box").order_by("created_at", "pk"))
