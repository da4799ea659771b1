"""C-09, D-10: where a delegate may not act by policy, a supervisor may let them, with a reason and four eyes."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction

from closure import mandates
from closure.models import Case, Mandate
from closure.parameters import PAPER_HOURS
from closure.queries import term
from closure.services import verification
from closure.services.mandate import checked_reason, for_staff, must_be_theirs
from portal import audit, clock, work_orders
from portal.actors import Actor
from portal.errors import Conflict, Refused
from portal.permissions import roles_of
from portal.sealing import seal_under, unseal_under
from portal.services import notices


def ask(case: Case, reason: str, *, by: Actor) -> Mandate:
    """C-09: where the policy is off, somebody asks a supervisor for an exception and says why. Once a mandate.

    Raises Invalid without a reason, Missing for a stranger, Conflict when it was asked before.
    """
    must_be_theirs(case, by=by)
    words = checked_reason(reason, needed=True)
    due_at = clock.now() + timedelta(hours=term(case, PAPER_HOURS))
    box = seal_under(case.ref, words, _aad(case, "asked"))
    with transaction.atomic(durable=True):
        asked = Mandate.objects.filter(case=case, kind=mandates.DELEGATE, exception="").update(
            exception=mandates.ASKED, exception_by=by.ref, exception_due_at=due_at, asked_because_box=box
        )
        if not asked:
            raise Conflict("error.conflict", rule_id="C-09")
        work_orders.open_order(
            "exception",
            key=f"exception:{case.ref}",
            case_ref=case.ref,
            operator=case.operator,
            province=case.visiting_province,
            facts={"kind": mandates.DELEGATE},
            due_at=due_at,
            by=by,
        )
        audit.record(
            "closure.exception_asked", subject_ref=case.ref, by=by, chain=case.province, rules=("C-09", "D-10")
        )
    verification.look_again(case, by=by)
    return Mandate.objects.select_related("case").get(case=case)


def asked_because(row: Mandate) -> str:
    """Why an exception was asked for, for whoever decides it."""
    box = bytes(row.asked_because_box)
    return unseal_under(row.case.ref, box, _aad(row.case, "asked")) if box else ""


def decide(ref: str, *, grant: bool, reason: str, by: Actor) -> Mandate:
    """A supervisor decides, with a reason either way, never on what they asked for or reviewed themselves (D-10).

    It takes a person who signed in with password and time-based code: a token is nobody's second pair of eyes, whoever
    holds it. Raises Refused `error.exception.person | error.four_eyes`, Missing out of scope, Conflict when nothing is
    asked.
    """
    row = for_staff(ref, by=by)
    if by.role not in roles_of("closure.exception") or by.ref in (row.exception_by, row.reviewed_by):
        raise Refused("error.four_eyes", rule_id="D-10")
    if not by.present:
        raise Refused("error.exception.person", rule_id="D-10")
    box = seal_under(row.case.ref, checked_reason(reason, needed=True), _aad(row.case, "decided"))
    outcome = mandates.GRANTED if grant else mandates.DENIED
    with transaction.atomic(durable=True):
        asked = Mandate.objects.filter(pk=row.pk, exception=mandates.ASKED).exclude(reviewed_by=by.ref)
        decided = asked.update(exception=outcome, exception_decided_by=by.ref, decided_because_box=box)
        if not decided:
            raise Conflict("error.conflict", rule_id="C-09")
        order = work_orders.answer_order(f"exception:{row.case.ref}", "closed", by=by)
        work_orders.finish_order(order.key, by=by)
        facts, chain = {"outcome": outcome}, row.case.province
        audit.record(
            "closure.exception_decided",
            subject_ref=row.case.ref,
            by=by,
            chain=chain,
            rules=("C-09", "D-10"),
            facts=facts,
        )
        key = f"notice.closure.exception_{outcome}"
        told = {"case_no": row.case.case_no}
        notices.tell(row.case.contact, key, told, case_ref=row.case.ref, by=by, lang=row.case.language)
    verification.look_again(row.case, by=by)
    row.exception = outcome
    return row


def _aad(case: Case, which: str) -> str:
    return f"mandate.exception.{which}:{case.ref}"
