"""Writing down that a refund was late and what that would cost, once, when it has arrived or come back (S-05)."""

from __future__ import annotations

from datetime import date

from django.db.models import Sum

from portal import audit, clock
from portal.actors import Actor
from settlement.models import LateRefund, Payout
from settlement.queries_late import lateness_of, settled_on
from settlement.states import DENIED


def record(payout: Payout, *, by: Actor) -> LateRefund | None:
    """The row of a payout that is done with and was late, in the caller's transaction; None for one in time, or still
    out. Again gives the first row. What takes the place of one that finance turned down has only its own days written
    down: those before are in that one's row.
    """
    arrived_on = settled_on(payout)
    found = lateness_of(payout, today=clock.today()) if arrived_on is not None else None
    if arrived_on is None or found is None:
        return None
    days, fen = _before(payout, found.promised_on)
    if found.days <= days:
        return None
    row, made = LateRefund.objects.get_or_create(
        payout=payout,
        defaults={
            "case_ref": payout.case_ref,
            "operator": payout.operator,
            "province": payout.home_province,
            "fen": payout.fen,
            "promised_on": found.promised_on,
            "arrived_on": arrived_on,
            "days": found.days - days,
            "permille": found.permille,
            "compensation_fen": max(0, found.fen - fen),
            "at": clock.now(),
        },
    )
    if made:
        facts = {"payout": payout.ref, "days": row.days, "permille": row.permille, "fen": row.compensation_fen}
        chain = payout.home_province
        audit.record(
            "settlement.late_refund", subject_ref=payout.case_ref, by=by, chain=chain, rules=("S-05",), facts=facts
        )
    return row


def _before(payout: Payout, promised_on: date) -> tuple[int, int]:
    """Days and fen that stand written down for those turned down before it, which were promised for the same day."""
    denied = LateRefund.objects.filter(
        case_ref=payout.case_ref, promised_on=promised_on, payout__approval__state=DENIED, payout__lt=payout.pk
    )
    sums = denied.aggregate(days=Sum("days"), fen=Sum("compensation_fen"))
    return int(sums["days"] or 0), int(sums["fen"] or 0)
