"""Filing: identity and a verified contact are enough; charges stop from this instant (C-04, C-05, C-08)."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction

from closure import queries, states
from closure.models import Case, Check
from closure.parameters import LAPSE_DAYS, VERIFY_LIMIT_MINUTES
from closure.queries import term
from closure.rules import limits
from closure.rules.filing import number_findings
from closure.rules.verification import QUESTIONS
from closure.services import charging, mandate, openings, orders, reminding, standing
from portal import audit, clock
from portal.actors import Actor
from portal.errors import Conflict, Invalid
from portal.masked import IdNumber, PersonName, Phone
from portal.models import LineAccount
from portal.moving import move
from portal.nudges import nudge
from portal.permissions import roles_of
from portal.refs import case_number, new_ref, unused
from portal.register import Home, home_of
from portal.sealing import blind_index
from portal.services import codes, notices
from portal.services.register import number_index
from realname.authority import Match

OWNER = "robot:verifier"
PROVED = ("code", "store")
HOLDER = ["name_box", "id_box", "id_index", "photo_match"]


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


def point_at(
    draft: Case,
    number: Phone,
    match: Match | None,
    *,
    holder: tuple[PersonName, IdNumber],
    password: str = "",
    by: Actor,
) -> None:
    """C-08, first way: the draft closes another number of the same operator; the home province will compare holders.

    `match` is how the identity authority judged the live photo of `holder`: both are written in one statement, so that
    a photo never counts for anybody else. The service password of `number` is one factor beside the code to the
    signed-in line; it is sealed here, asked once, and then gone. A contact that is `number` is dropped and asked for
    anew (C-05). Raises Invalid when the number cannot be one of ours, TooMany when its password was tried too often.
    """
    home = home_of(number)
    if home is None or home.operator != draft.operator:
        raise Invalid("error.closure.other_operator", field="number", rule_id="C-08")
    draft.name, draft.id_number = holder
    draft.id_index = blind_index("id", draft.id_number.plain)
    draft.proof, draft.photo_match = "other_line", match or ""
    fields = _turn_to(draft, number, home)
    if password:
        standing.take_password_try(draft, by=by)
        draft.password = password
    _save(draft, [*fields, *HOLDER], by=by)


def point_back(draft: Case, account: LineAccount, *, by: Actor) -> None:
    """The draft closes the signed-in line itself again: its own code is the proof, and no photo counts (C-08)."""
    home = home_of(account.number)
    if home is None:
        raise Invalid("error.phone.unallocated", field="number", rule_id="G-02")
    draft.proof, draft.photo_match = "code", ""
    _save(draft, [*_turn_to(draft, account.number, home), "photo_match"], by=by)


def act_for(draft: Case, number: Phone, *, holder: tuple[PersonName, IdNumber], own: bool, by: Actor) -> None:
    """C-24, C-25: the draft closes a number of somebody the signed-in person acts for, with papers as the proof.

    `own` is True when the signed-in line is that very number: then its code proves it as ever.
    """
    home = home_of(number)
    if home is None:
        raise Invalid("error.phone.unallocated", field="number", rule_id="G-02")
    if not draft.id_box or (draft.name, draft.id_number, draft.number) != (*holder, number):
        mandate.drop(draft, by=by)  # papers that were sent are for the holder and the number named then
    draft.name, draft.id_number = holder
    draft.id_index = blind_index("id", draft.id_number.plain)
    draft.proof, draft.photo_match = "code" if own else "papers", ""
    _save(draft, [*_turn_to(draft, number, home), *HOLDER], by=by)


def _turn_to(draft: Case, number: Phone, home: Home) -> list[str]:
    """Name the number to close; gives the columns that change. A contact that is this very number goes (C-05)."""
    fields = ["number_box", "number_index", "operator", "province", "proof", "password_box"]
    draft.password_box = b""
    draft.number, draft.number_index = number, number_index(number)
    draft.operator, draft.province = home.operator, home.province
    if contact_is_the_number(draft):
        draft.contact_box, draft.contact_challenge, draft.contact_verified_at = b"", "", None
        fields += ["contact_box", "contact_challenge", "contact_verified_at"]
    return fields


def contact_is_the_number(draft: Case) -> bool:
    """Whether the contact, when there is one, is the number being closed (C-05)."""
    contact = draft.contact if draft.contact_box else None
    return bool(number_findings(draft.number, contact=contact, refund=None))


def set_holder(draft: Case, name: PersonName, id_number: IdNumber, *, by: Actor) -> None:
    """Write the holder's name and ID into the draft, sealed; a photo of whoever was named before counts no more (C-08).

    They are compared by the home province, not here. Raises Conflict when somebody acts with papers, which name one
    holder: `act_for` names another.
    """
    with transaction.atomic():
        standing.must_have_no_papers(draft)
    draft.name, draft.id_number, draft.photo_match = name, id_number, ""
    draft.id_index = blind_index("id", id_number.plain)
    _save(draft, HOLDER, by=by)


def ask_contact_code(draft: Case, contact: Phone, *, address: str, by: Actor) -> None:
    """Send a code to the contact number. Raises Invalid when it is the number being closed (C-05)."""
    for finding in number_findings(draft.number, contact=contact, refund=None):
        raise Invalid(f"finding.{finding.key}.fact", field="contact", rule_id=finding.rules[0])
    draft.contact, draft.contact_verified_at = contact, None
    purpose = f"contact:{draft.ref}"
    draft.contact_challenge = codes.request_code(contact, purpose, address=address, by=by, field="contact")
    _save(draft, ["contact_box", "contact_challenge", "contact_verified_at"], by=by)


def check_contact_code(draft: Case, text: str, *, by: Actor) -> None:
    """Accept the code sent to the contact number; raises Invalid as codes.check_code does."""
    codes.check_code(draft.contact_challenge, text, purpose=f"contact:{draft.ref}", by=by)
    draft.contact_verified_at = clock.now()
    _save(draft, ["contact_verified_at"], by=by, contact_challenge=draft.contact_challenge)


def set_place(draft: Case, visiting_province: str, *, by: Actor) -> None:
    """Where the person is now: that province's company of the same operator is the agent (S-01)."""
    draft.visiting_province = visiting_province
    _save(draft, ["visiting_province"], by=by)


def _save(draft: Case, fields: list[str], *, by: Actor, **still: str) -> None:
    """Write the fields, while the draft is one and `still` holds what it did: another window may have been quicker."""
    if by.line_ref != draft.account_ref and (by.role not in roles_of("closure.counter") or by.ref != draft.owner):
        raise Conflict("error.conflict")
    values = {name: getattr(draft, name) for name in fields}
    with transaction.atomic(durable=True):
        if not Case.objects.filter(pk=draft.pk, state=states.DRAFT, **still).update(**values):
            raise Conflict("error.conflict")


def is_complete(draft: Case) -> bool:
    """Whether everything a filing needs is in the draft."""
    whole = draft.name_box and draft.id_box and draft.contact_verified_at and draft.visiting_province
    backed = draft.proof != "papers" or mandate.of(draft) is not None
    return bool(whole) and backed and not contact_is_the_number(draft)


def file(draft: Case, *, by: Actor, account_ref: str = "") -> Case:
    """File the case: number, open checks, the stop-charging command, history, audit and notice in one transaction.

    Raises Conflict when the draft is incomplete, was filed meanwhile, or the number has an open case. A person who is
    still to be proved (by another line, by papers) touches nothing before the home province said yes: the charges then
    stop as of the filing, and until then their case hinders nobody (C-08). `account_ref` is whose case a further number
    of a sitting becomes (C-26).
    """
    if not is_complete(draft):
        raise Conflict("error.conflict")
    with transaction.atomic(durable=True):
        case = Case.objects.select_for_update(of=("self",), no_key=True).get(pk=draft.pk)
        if not is_complete(case):
            raise Conflict("error.conflict", rule_id="C-05")
        standing.must_be_seen(case)
        proved = case.proof in PROVED
        if proved and queries.open_proved(case).exists():
            raise Conflict("error.closure.already_open", rule_id="C-01")
        now = clock.now()
        move(
            case,
            states.FILED,
            by=by,
            reason="filed",
            rules=("C-01", "C-04"),
            case_no=_number(now.date()),
            filed_at=now,
            counted_from=openings.counted_from(case, now),
            due_at=now,
            account_ref=account_ref or case.account_ref,
            proved_at=now if proved else None,
            owner=OWNER,
            limit_at=now + timedelta(minutes=term(case, VERIFY_LIMIT_MINUTES)),
            lapse_at=limits.lapse(now, term(case, LAPSE_DAYS)).at,
        )
        _open_checks(case)
        reminding.plan(case, by=by)
        if proved:
            terms, since = charging.terms_of(case), case.counted_from
            orders.intend(case, charging.STOP, "stop_charging", terms, by=by, effective_at=since)
        mandate.submit(case, by=by)
        _announce(case, now, proved=proved, by=by)
    return case


def _number(on: date) -> str:
    """A case number that no case has."""
    return unused(lambda: case_number("XH", on), lambda number: Case.objects.filter(case_no=number).exists())


def _announce(case: Case, now: datetime, *, proved: bool, by: Actor) -> None:
    facts = {"case_no": case.case_no, "since_at": now, "number": case.number.masked}
    key = "notice.closure.filed" if proved else "notice.closure.filed_unproved"
    notices.tell(case.contact, key, facts, case_ref=case.ref, by=by, lang=case.language)
    audit.record("closure.filed", subject_ref=case.ref, by=by, chain=case.province, rules=("C-01", "C-04"))
    nudge("closure.stop_charging", case.ref)
    nudge("closure.advance", case.ref)


def _open_checks(case: Case) -> None:
    asked = {"other_line": case.proof == "other_line", "password": bool(case.password_box)}
    questions = (*QUESTIONS, *(question for question, wanted in asked.items() if wanted))
    Check.objects.bulk_create([Check(case=case, question=question) for question in questions])
