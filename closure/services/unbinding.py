"""The unbinding checklist is a reminder with one acknowledgement, not a gate (C-10)."""

from __future__ import annotations

from django.db import transaction

from closure import states
from closure.models import Case
from portal import audit, clock
from portal.actors import Actor
from portal.errors import Conflict


def acknowledge(case: Case, *, by: Actor) -> None:
    """Note that the person has seen the list; a second time changes nothing. Raises Conflict past the quote."""
    with transaction.atomic(durable=True):
        locked = Case.objects.select_for_update(of=("self",), no_key=True).get(pk=case.pk)
        if locked.acknowledged_at is not None:
            return
        if locked.state != states.QUOTED:
            raise Conflict("error.conflict", rule_id="C-10")
        Case.objects.filter(pk=case.pk).update(acknowledged_at=clock.now())
        audit.record("closure.acknowledged", subject_ref=case.ref, by=by, chain=case.province, rules=("C-10",))
