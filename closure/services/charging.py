"""Recurring charges stop when the case is filed (C-04), and resume by a forward command, never by forgetting."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any

from django.db import transaction

from bss.states import DISPROVED, DONE
from bss.states import OPEN as UNSETTLED
from closure import states
from closure.models import Case
from closure.parameters import AGAIN_MONTHS, BARRED, FREE_SERVICE_HOURS
from closure.queries import term, uncharged_due
from closure.rules.limits import months_before
from closure.services import books, orders, undoing
from portal import audit, clock
from portal.actors import Actor
from portal.errors import Conflict
from portal.nudges import nudge
from portal.parameters import read_once
from portal.register import number_indexes

log = logging.getLogger(__name__)

STOP, RESUME = "stop-charging", "resume-charging"


@read_once()
def stop(case: Case, *, by: Actor) -> bool:
    """Have the home province stop the charges as of the filing, or as of the case's going on after an unsettled
    mismatch; True once its book shows it.

    Nothing is ordered for a person who is not proved yet: then it returns False, and the filing instant still holds.
    A command proved not done is replaced by a new one with the same `effective_at`. Outside transactions.
    """
    if case.proved_at is None:
        return False
    try:
        step, terms = step_of(case, STOP), terms_of(case)
        command = orders.carry_out(case, step, "stop_charging", terms, by=by, effective_at=since_of(case))
    except Conflict:
        # The case ended meanwhile; a late message must not stop the charges again.
        return False
    if command.state != DONE:
        return False
    known = Case.objects.filter(pk=case.pk, charging_stopped_at__isnull=False).exists()
    if not known and not books.proved(case, by=by):
        return False
    with transaction.atomic(durable=True):
        changed = Case.objects.filter(pk=case.pk, charging_stopped_at__isnull=True).update(
            charging_stopped_at=clock.now()
        )
        if changed:
            audit.record("closure.charging_stopped", subject_ref=case.ref, by=by, chain=case.province, rules=("C-04",))
    return True


def sweep(*, limit: int, by: Actor) -> int:
    """Stop the charges of cases whose message was lost, oldest first; a case that fails hinders no other."""
    waiting = uncharged_due(limit=limit)
    for case in waiting:
        try:
            stop(case, by=by)
        except Exception as error:
            # The next sweep tries again; the error's own words may hold personal data.
            log.error("charges of case %s: %s", case.pk, type(error).__name__)
    return len(waiting)


def terms_of(case: Case) -> dict[str, Any]:
    """What goes with the stop: what is barred at once, how long domestic service stays free (not at all for a second
    filing within the year), and until when nothing is reported to a credit bureau (C-04, C-19).
    """
    hours = 0 if is_second(case) else term(case, FREE_SERVICE_HOURS)
    until = case.lapse_at.isoformat() if case.lapse_at else None
    return {"barred": term(case, BARRED), "free_hours": hours, "no_report_until": until}


def is_second(case: Case) -> bool:
    """Whether the number was filed, and withdrawn or lapsed, within the last 12 months ⚙ (C-04)."""
    since = months_before(case.filed_at or clock.now(), term(case, AGAIN_MONTHS))
    ended = Case.objects.filter(number_index__in=number_indexes(case.number), ended_at__gte=since).exclude(pk=case.pk)
    return ended.filter(state__in=(states.WITHDRAWN, states.LAPSED)).exists()


def step_of(case: Case, verb: str) -> str:
    """The name of the stop now in force, or of its resumption: the first plain, later ones numbered."""
    return verb if case.stops == 1 else f"{verb}:{case.stops}"


def since_of(case: Case) -> datetime | None:
    """Since when no recurring fee accrues: the filing, the earlier day the operator did not take it, or the later
    instant from which charges stopped anew (C-04).
    """
    return case.stopped_from or case.counted_from or case.filed_at


def stop_anew(case: Case, *, by: Actor) -> None:
    """A mismatch that had brought the charges back is settled: they stop as of now, by a new command (C-04, C-08).

    In the caller's transaction; nothing to do while no resumption was noted.
    """
    if case.charging_resumed_at is None:
        return
    case.stops, case.stopped_from = case.stops + 1, clock.now()
    case.charging_stopped_at = case.charging_resumed_at = None
    Case.objects.filter(pk=case.pk).update(
        stops=case.stops, stopped_from=case.stopped_from, charging_stopped_at=None, charging_resumed_at=None
    )
    orders.intend(case, step_of(case, STOP), "stop_charging", terms_of(case), by=by, effective_at=case.stopped_from)
    audit.record("closure.charging_stops_anew", subject_ref=case.ref, by=by, chain=case.province, rules=("C-04",))
    nudge("closure.stop_charging", case.ref)


def is_unsettled(case: Case) -> bool:
    """Whether the stop was ordered and is not known to be in force: a line is not closed over an order under way."""
    stopped = orders.last(case, step_of(case, STOP))
    return stopped is not None and stopped.state in (*UNSETTLED, DISPROVED)


def resume(case: Case, *, by: Actor) -> bool:
    """Undo the stop after a withdrawal, a lapse or an unsettled mismatch; True once nothing is left to undo.

    The stop is settled first: an unknown stop is enquired, one that surely never happened needs no undoing.
    On a mismatch charging resumes from the filing (C-08), else from the instant the case ended (C-12, C-19).
    """
    stopped = orders.last(case, step_of(case, STOP))
    if stopped is None:
        return True
    stopped = orders.settled(stopped, by=by)
    if stopped.state in UNSETTLED:
        return False
    if stopped.state != DONE:
        return True
    since = case.ended_at or since_of(case)
    told = {"case_open": case.state in states.OPEN}
    command = undoing.insist(case, step_of(case, RESUME), "resume_charging", told, by=by, effective_at=since)
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
