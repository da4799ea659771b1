"""Filing: identity and a verified contact are enough; charges stop from this instant (C-04, C-05, C-08)."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction

from closure import states
from closure.models import Case, Check
from closure.parameters import LAPSE_DAYS, VERIFY_LIMIT_MINUTES
from closure.queries import term
from closure.rules import limits
from closure.rules.filing import number_findings
from closure.rules.verification import QUESTIONS
from closure.services import charging, orders
from portal import audit, clock
from portal.actors import Actor
from portal.errors import Conflict, Invalid
from portal.masked import IdNumber, PersonName, Phone
from portal.models import LineAccount
from portal.moving import move
from portal.nudges import nudge
from portal.refs import case_number, new_ref
from portal.register import home_of
from portal.sealing import blind_index
from portal.services import codes, notices
from portal.services.register import number_index
from realname.authority import Match

OWNER = "robot:verifier"


def open_draft(account: LineAccount, *, by: Actor, language: str = "zh") -> Case:
    """The one draft of a signed-in line, made when absent. Raises Invalid when no province runs the number (G-02)."""
    home = home_of(account.number)
    if home is None:
        raise Invalid("error.phone.unallocated", field="number", rule_id="G-02")
    with transaction.atomic(durable=True):
        LineAccount.objects.select_for_update(of=("self",)).get(pk=account.pk)
        draft = Case.objects.filter(account_ref=account.ref, state=states.DRAFT).first()
        if draft is not None:
            return draft
        draft = Case(ref=new_ref(), account_ref=account.ref, state=states.DRAFT, owner=by.ref, language=language)
        draft.operator, draft.province = home.operator, home.province
        draft.number, draft.created_at = account.number, clock.now()
        draft.number_index = number_index(account.number)
        draft.save(force_insert=True)
        return draft


def point_at(draft: Case, number: Phone, match: Match, *, by: Actor) -> None:
    """C-08, first way: the draft closes another number of the same operator; the home province will compare holders.

    `match` is how the identity authority judged the live photo. Raises Invalid when the number cannot be one of ours.
    """
    home = home_of(number)
    if home is None or home.operator != draft.operator:
        raise Invalid("error.closure.other_operator", field="number", rule_id="C-08")
    draft.number, draft.number_index = number, number_index(number)
    draft.operator, draft.province = home.operator, home.province
    draft.proof, draft.photo_match = "other_line", match
    fields = ["number_box", "number_index", "operator", "province", "proof", "photo_match"]
    _save(draft, fields, by=by)


def set_holder(draft: Case, name: PersonName, id_number: IdNumber, *, by: Actor) -> None:
    """Write the holder's name and ID into the draft, sealed. They are compared by the home province, not here."""
    draft.name, draft.id_number = name, id_number
    draft.id_index = blind_index("id", id_number.plain)
    _save(draft, ["name_box", "id_box", "id_index"], by=by)


def ask_contact_code(draft: Case, contact: Phone, *, address: str, by: Actor) -> None:
    """Send a code to the contact number. Raises Invalid when it is the number being closed (C-05)."""
    for finding in number_findings(draft.number, contact=contact, refund=None):
        raise Invalid(f"finding.{finding.key}.fact", field="contact", rule_id=finding.rules[0])
    draft.contact, draft.contact_verified_at = contact, None
    draft.contact_challenge = codes.request_code(contact, f"contact:{draft.ref}", address=address, by=by)
    _save(draft, ["contact_box", "contact_challenge", "contact_verified_at"], by=by)


def check_contact_code(draft: Case, text: str, *, by: Actor) -> None:
    """Accept the code sent to the contact number; raises Invalid as codes.check_code does."""
    codes.check_code(draft.contact_challenge, text, purpose=f"contact:{draft.ref}", by=by)
    draft.contact_verified_at = clock.now()
    _save(draft, ["contact_verified_at"], by=by)


def set_place(draft: Case, visiting_province: str, *, by: Actor) -> None:
    """Where the person is now: that province's company of the same operator is the agent (S-01)."""
    draft.visiting_province = visiting_province
    _save(draft, ["visiting_province"], by=by)


def _save(draft: Case, fields: list[str], *, by: Actor) -> None:
    if draft.account_ref != by.line_ref:
        raise Conflict("error.conflict")
    values = {name: getattr(draft, name) for name in fields}
    with transaction.atomic(durable=True):
        if not Case.objects.filter(pk=draft.pk, state=states.DRAFT).update(**values):
            raise Conflict("error.conflict")


def is_complete(draft: Case) -> bool:
    """Whether everything a filing needs is in the draft."""
    return bool(draft.name_box and draft.id_box and draft.contact_verified_at and draft.visiting_province)


def file(draft: Case, *, by: Actor) -> Case:
    """File the case: number, open checks, the stop-charging command, history, audit and notice in one transaction.

    Raises Conflict when the draft is incomplete, was filed meanwhile, or the number has an open case.
    """
    if not is_complete(draft):
        raise Conflict("error.conflict")
    with transaction.atomic(durable=True):
        case = Case.objects.select_for_update(of=("self",), no_key=True).get(pk=draft.pk)
        if Case.objects.filter(number_index=case.number_index, state__in=states.OPEN).exists():
            raise Conflict("error.closure.already_open", rule_id="C-01")
        now = clock.now()
        move(
            case,
            states.FILED,
            by=by,
            reason="filed",
            rules=("C-01", "C-04"),
            case_no=case_number("XH", now.date()),
            filed_at=now,
            due_at=now,
            owner=OWNER,
            limit_at=now + timedelta(minutes=term(case, VERIFY_LIMIT_MINUTES)),
            lapse_at=limits.lapse(now, term(case, LAPSE_DAYS)).at,
        )
        _open_checks(case)
        orders.intend(case, charging.STOP, "stop_charging", {}, by=by, effective_at=now)
        facts = {"case_no": case.case_no, "since_at": now, "number": case.number.masked}
        notices.tell(case.contact, "notice.closure.filed", facts, case_ref=case.ref, by=by, lang=case.language)
        audit.record("closure.filed", subject_ref=case.ref, by=by, chain=case.province, rules=("C-01", "C-04"))
        nudge("closure.stop_charging", case.ref)
        nudge("closure.advance", case.ref)
    return case


def _open_checks(case: Case) -> None:
    questions = QUESTIONS if case.proof == "code" else (*QUESTIONS, "other_line")
    Check.objects.bulk_create([Check(case=case, question=question) for question in questions])
