"""Recurring charges stop when the case is filed (C-04), and resume by a forward command, never by forgetting."""

from __future__ import annotations

from django.db import transaction

from bss.states import DONE
from bss.states import OPEN as UNSETTLED
from closure.models import Case
from closure.services import orders
from portal import audit, clock
from portal.actors import Actor
from portal.errors import Conflict

STOP, RESUME = "stop-charging", "resume-charging"


def stop(case: Case, *, by: Actor) -> bool:
    """Have the home province stop the charges as of the filing instant; True once it confirmed. Outside transactions.

    A command proved not done is replaced by a new one with the same `effective_at`.
    """
    try:
        command = orders.carry_out(case, STOP, "stop_charging", {}, by=by, effective_at=case.filed_at)
    except Conflict:
        # The case ended meanwhile; a late message must not stop the charges again.
        return False
    if command.state != DONE:
        return False
    with transaction.atomic(durable=True):
        changed = Case.objects.filter(pk=case.pk, charging_stopped_at__isnull=True).update(
            charging_stopped_at=clock.now()
        )
        if changed:
            audit.record("closure.charging_stopped", subject_ref=case.ref, by=by, chain=case.province, rules=("C-04",))
    return True


def resume(case: Case, *, by: Actor) -> bool:
    """Undo the stop after a withdrawal, a lapse or an unsettled mismatch; True once nothing is left to undo.

    The stop is settled first: an unknown stop is enquired, one that surely never happened needs no undoing.
    On a mismatch charging resumes from the filing (C-08), else from the instant the case ended (C-12, C-19).
    """
    stopped = orders.last(case, STOP)
    if stopped is None:
        return True
    stopped = orders.settled(stopped, by=by)
    if stopped.state in UNSETTLED:
        return False
    if stopped.state != DONE:
        return True
    since = case.ended_at or case.filed_at
    command = orders.carry_out(case, RESUME, "resume_charging", {}, by=by, effective_at=since)
    if command.state == DONE:
        _note_resumed(case, by=by)
    return command.state == DONE


def _note_resumed(case: Case, *, by: Actor) -> None:
    with transaction.atomic(durable=True):
        changed = Case.objects.filter(pk=case.pk, charging_resumed_at__isnull=True).update(
            charging_resumed_at=clock.now()
        )
        if changed:
            audit.record(
                "closure.charging_resumed", subject_ref=case.ref, by=by, chain=case.province, rules=("C-04", "C-12")
            )
