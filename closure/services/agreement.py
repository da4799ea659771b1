"""How later roaming charges are paid: agreed before the money step, and no condition of it (C-06)."""

from __future__ import annotations

from django.db import transaction

from closure import states
from closure.models import Case, RoamingTail
from closure.models.roaming import AGREED
from closure.queries import current_quote, most_kept
from closure.rules.roaming import KEEP, WAYS
from closure.services import quote
from portal import audit, clock
from portal.actors import Actor
from portal.errors import Conflict, Invalid


def agree(case: Case, way: str, quote_seq: int, *, by: Actor) -> RoamingTail:
    """Agree to pay what comes on a page of its own (`bill`), or to keep something back of the refund (`keep`).

    Another way than before makes a new quote, which says what it changed. Raises Conflict when another quote is in
    force or nothing is expected, Invalid for a way that is none here.
    """
    with transaction.atomic(durable=True):
        locked = Case.objects.select_for_update(of=("self",), no_key=True).get(pk=case.pk)
        tail = RoamingTail.objects.select_for_update().filter(case=locked, state=AGREED, until_on__isnull=False).first()
        in_force = current_quote(locked)
        if tail is None or in_force is None or in_force.seq != quote_seq or locked.state != states.QUOTED:
            raise Conflict("error.conflict", rule_id="C-06")
        if way not in WAYS or (way == KEEP and not most_kept(locked, in_force)):
            raise Invalid("error.closure.roaming_way", field="way", rule_id="C-06")
        changed, tail.way, tail.agreed_at = tail.way != way, way, clock.now()
        tail.save(update_fields=["way", "agreed_at"])
        if changed:
            quote.remake(locked, by=by)
        audit.record(f"closure.roaming_{way}", subject_ref=case.ref, by=by, chain=case.province, rules=("C-06",))
    return tail
