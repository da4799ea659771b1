"""The unbinding checklist is a reminder with one acknowledgement, not a gate (C-10)."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from closure import states
from closure.models import Case
from portal import audit, clock
from portal.actors import Actor
from portal.errors import Conflict


def acknowledge(case: Case, *, shown: Sequence[str] = (), ticked: Sequence[str] = (), by: Actor) -> None:
    """Note that the person has seen the list; a second time changes nothing. Raises Conflict past the quote.

    `shown` are the kinds of things the page listed, `ticked` those the person ticked: both go into the audit, so that
    nobody can say later that the list was another one. One act suffices.
    """
    with transaction.atomic(durable=True):
        locked = Case.objects.select_for_update(of=("self",), no_key=True).get(pk=case.pk)
        if locked.acknowledged_at is not None:
            return
        if locked.state != states.QUOTED:
            raise Conflict("error.conflict", rule_id="C-10")
        Case.objects.filter(pk=case.pk).update(acknowledged_at=clock.now())
        facts = {"shown": list(shown), "ticked": [one for one in ticked if one in shown]}
        audit.record(
            "closure.acknowledged", subject_ref=case.ref, by=by, chain=case.province, rules=("C-10",), facts=facts
        )
