"""Writing down that a refund was late and what that would cost, once, when it has arrived or come back (S-05)."""

from __future__ import annotations

from portal import audit, clock
from portal.actors import Actor
from settlement.models import LateRefund, Payout
from settlement.queries_late import lateness_of, settled_on


def record(payout: Payout, *, by: Actor) -> LateRefund | None:
    """The row of a payout that is done with and was late, in the caller's transaction; None for one in time, or still
    out. Again gives the first row.
    """
    arrived_on = settled_on(payout)
    found = lateness_of(payout, today=clock.today()) if arrived_on is not None else None
    if arrived_on is None or found is None or not found.days:
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
            "days": found.days,
            "permille": found.permille,
            "compensation_fen": found.fen,
            "at": clock.now(),
        },
    )
    if made:
        facts = {"payout": payout.ref, "days": found.days, "permille": found.permille, "fen": found.fen}
        chain = payout.home_province
        audit.record(
            "settlement.late_refund", subject_ref=payout.case_ref, by=by, chain=chain, rules=("S-05",), facts=facts
        )
    return row
