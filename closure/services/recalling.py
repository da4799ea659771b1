"""Papers that were accepted and are found wrong: read again by somebody else, at whatever state the case is (C-09)."""

from __future__ import annotations

from django.db import transaction

from closure import mandates, states
from closure.models import Case, Mandate
from closure.services import verification
from closure.services.mandate import checked_reason, for_staff, hand_over, report_false, sealed_reason
from portal import audit
from portal.actors import Actor
from portal.errors import Conflict
from portal.moving import move
from portal.services import notices

ENDED = (states.WITHDRAWN, states.LAPSED)


def recall(ref: str, reason: str, *, by: Actor) -> Mandate:
    """Take back that papers were accepted, with a reason: a new order has them read again (C-09, C-24, C-25).

    Before the money step the case goes back to its checks and waits; after it, it is held before home is paid or the
    line is closed, whichever is next. A closed line stays closed: the papers are refused, home owes an answer, and the
    holder may have the number back (C-11). Raises Refused, Missing and Invalid as `review`; Conflict when nothing was
    accepted or the case ended without closing.
    """
    words = checked_reason(reason, needed=True)
    found = for_staff(ref, by=by)
    with transaction.atomic(durable=True):
        case = Case.objects.select_for_update(of=("self",), no_key=True).get(pk=found.case.pk)
        row = Mandate.objects.select_for_update(of=("self",)).select_related("case").get(pk=found.pk)
        if row.state not in (mandates.ACCEPTED, mandates.PROVED) or case.state in ENDED:
            raise Conflict("error.conflict", rule_id=mandates.RULE[row.kind])
        box = sealed_reason(row, words)
        if case.state == states.CLOSED:
            _refuse(row, box, by=by)
        else:
            hand_over(row, "recalled", by=by, recalled_by=by.ref, reason_box=box)
            _hold_back(case, row, by=by)
        facts, rules = {"kind": row.kind, "case": case.state}, (mandates.RULE[row.kind],)
        audit.record(
            "closure.mandate_recalled", subject_ref=case.ref, by=by, chain=case.province, rules=rules, facts=facts
        )
    return row


def _refuse(row: Mandate, box: bytes, *, by: Actor) -> None:
    rule = mandates.RULE[row.kind]
    move(
        row, mandates.REFUSED, by=by, reason="found false", rules=(rule,), due_at=None, owner="", recalled_by=by.ref,
        reason_box=box,
    )  # fmt: skip
    report_false(row, by=by)


def _hold_back(case: Case, row: Mandate, *, by: Actor) -> None:
    """A case that was quoted or held is checked again and then waits for the clerk; others come to it themselves."""
    if case.state in (states.QUOTED, states.HELD):
        verification.check_anew(case, "papers recalled", mandates.RULE[row.kind], by=by)
    facts = {"case_no": case.case_no}
    notices.tell(case.contact, "notice.closure.mandate_recalled", facts, case_ref=case.ref, by=by, lang=case.language)
