"""A payout of a case, written down with what the person is told of it, and the day from which it would be late.

Large ones wait for a second person of finance; cash is told by its code once it lies ready (C-05, D-10, S-05).
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction

from closure.models import Case, RoamingTail
from closure.queries import promised_on, refund_asked_by, refund_days
from closure.services.refund import destination_of
from portal import clock
from portal.actors import Actor
from portal.models import Notice
from portal.services import notices
from settlement.models import Payout
from settlement.services import payouts
from settlement.states import AWAITING

ORIGINAL = "original"
CASH_CODE = "notice.closure.refund_cash"


def new_payout(
    locked: Case, fen: int, route: str, *, of: RoamingTail | None = None, replaces: Payout | None = None, by: Actor
) -> Payout:
    """Intend a payout and make it the one in force, of the case or of its roaming tail; with the case locked."""
    payout = payouts.intend(
        of.ref if of else locked.ref,
        fen,
        route,
        operator=locked.operator,
        province=locked.visiting_province,
        home_province=locked.province,
        asked_by=by.ref if by.signed_in else refund_asked_by(locked),
        destination="" if route in (ORIGINAL, payouts.CASH) else destination_of(locked),
        arrives_days=refund_days(locked, route),
        promised_on=_promised_on(locked, route, of, replaces),
        nudge="closure.roaming" if of else "closure.advance",
        by=by,
    )
    if of is not None:
        RoamingTail.objects.filter(pk=of.pk).update(payout_ref=payout.ref, due_at=clock.now())
        of.payout_ref = payout.ref
    else:
        Case.objects.filter(pk=locked.pk).update(payout_ref=payout.ref)
        locked.payout_ref = payout.ref
    if payout.state == AWAITING:
        _tell(locked, "notice.closure.refund_check", {"until_at": payout.due_at}, by=by)
    elif route == payouts.CASH:
        _tell_code(locked, payout, by=by)
    return payout


def _promised_on(locked: Case, route: str, of: RoamingTail | None, replaces: Payout | None) -> date | None:
    """The first payout of a case counts from the case's end, whoever held it up; what takes the place of one that
    finance turned down keeps its day; any other counts from now, because until now it was the person's turn.
    """
    if replaces is not None:
        return replaces.promised_on if replaces.code == payouts.DENIED else None
    return None if of is not None else promised_on(locked, route)


def tell_code(case: Case, payout: Payout, *, by: Actor) -> None:
    """The code by which cash is fetched, once a payout; of a large one when its second person has let it go (D-10)."""
    if payout.route != payouts.CASH or _is_told(case, payout):
        return
    with transaction.atomic(durable=True):
        _tell_code(Case.objects.select_for_update(of=("self",), no_key=True).get(pk=case.pk), payout, by=by)


def _tell_code(locked: Case, payout: Payout, *, by: Actor) -> None:
    if not _is_told(locked, payout):
        _tell(locked, CASH_CODE, {"code": payouts.code_of(payout)}, by=by)


def _is_told(case: Case, payout: Payout) -> bool:
    told = Notice.objects.filter(case_ref=case.ref, key=CASH_CODE)
    return any(payouts.code_of(payout) in notice.text for notice in told)


def _tell(case: Case, key: str, facts: dict[str, Any], *, by: Actor) -> None:
    said = {"case_no": case.case_no, **facts}
    notices.tell(case.contact, key, said, case_ref=case.ref, by=by, lang=case.language)
