"""The operator's evidence for a disputed line: asked for until it is there or its time is over (C-03)."""

from __future__ import annotations

from functools import partial

from django.db import transaction

from bss.gateway import Ending, ask
from closure.models import Dispute
from closure.models.dispute import CONTESTED, PROVED, SET_ASIDE
from closure.parameters import EVIDENCE_HOURS
from closure.queries import term
from closure.rules.contract import is_document
from closure.services import disputes, orders
from closure.services.timing import soon
from portal import clock
from portal.actors import Actor
from portal.moving import release_lease
from portal.sweeping import work_due


def sweep(*, limit: int, by: Actor) -> int:
    """Ask for evidence that is owed, let what was not proved in time fall, and take silence for an answer; how many."""
    return work_due(Dispute, partial(_held, by=by), limit=limit)


def _held(pk: int, fence: int, *, by: Actor) -> None:
    try:
        _work(Dispute.objects.select_related("case").get(pk=pk), by=by)
    finally:
        release_lease(Dispute, pk, fence)


def _work(dispute: Dispute, *, by: Actor) -> None:
    if dispute.state == PROVED:
        disputes.accept(dispute, by=by, reason="not answered")
    elif dispute.state == CONTESTED:
        disputes.concede(dispute.ref, by=by, reason="no other evidence in time")
    elif dispute.evidence_due_at <= clock.now():
        disputes.concede(dispute.ref, by=by, reason="no evidence in time")
    elif not _asked(dispute, by=by):
        until = (dispute.evidence_due_at - clock.now()).total_seconds()
        _later(dispute.pk, min(until, 3600 * term(dispute.case, EVIDENCE_HOURS)))


def _asked(dispute: Dispute, *, by: Actor) -> bool:
    """Ask the home province for its evidence; True when it brought some."""
    case = dispute.case
    about = {"number": case.number.plain, "kind": dispute.kind, "item": dispute.item, "dispute": dispute.ref}
    answer = ask(orders.home_of_case(case), disputes.EVIDENCE, about, case_ref=case.ref, by=by)
    document = answer.facts["document"] if answer.ending == Ending.DONE else None
    if document is None or not is_document(document):
        return False
    disputes.prove(dispute.ref, document["id"], document["sha256"], answer.facts["words"], by=by)
    return True


def _later(pk: int, seconds: float) -> None:
    with transaction.atomic(durable=True):
        Dispute.objects.filter(pk=pk, state__in=(SET_ASIDE, PROVED, CONTESTED)).update(due_at=soon(seconds))
