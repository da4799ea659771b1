"""Acting for a holder: offered with papers, reviewed by a clerk, originals seen in any own store (C-09, C-24, C-25)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.db import transaction

from closure import mandates, states
from closure.models import Case, Mandate
from closure.parameters import PAPER_HOURS
from closure.queries import term, visible_to
from closure.services import papers, standing, verification
from portal import audit, clock, work_orders
from portal.actors import Actor
from portal.errors import Conflict, Invalid, Missing, Refused
from portal.masked import IdNumber, PersonName
from portal.moving import begin, move
from portal.permissions import roles_of
from portal.refs import new_ref
from portal.sealing import blind_index, seal_under, unseal_under
from portal.services import notices

LONGEST_REASON = 200


def offer(
    case: Case, kind: str, agent: tuple[PersonName, IdNumber], sent: Mapping[str, bytes], *, by: Actor
) -> Mandate:
    """Write down who acts for the holder, with the pictures of their papers; both consented to passing the IDs (D-06).

    Anew it replaces what a draft or a returned mandate held. On a filed case it is submitted at once. Outside
    transactions. Raises Invalid `error.mandate.same | error.picture.…`, TooMany beyond twenty sendings a day ⚙, and
    Conflict once it was accepted or refused.
    """
    must_be_theirs(case, by=by)
    if agent[1] == case.id_number:
        raise Invalid("error.mandate.same", field="agent_id", rule_id=mandates.RULE[kind])
    if sent:
        standing.take_paper_try(case, by=by)
    prepared = papers.prepare(case, sent)
    missing = set(mandates.PAPERS[kind]) - set(prepared) - set(papers.present(case))
    if missing:
        raise Invalid("error.picture.empty", field=min(missing), rule_id=mandates.RULE[kind])
    with transaction.atomic(durable=True):
        locked = Case.objects.select_for_update(of=("self",), no_key=True).get(pk=case.pk)
        row = _written(locked, kind, agent, by=by)
        papers.store(locked, prepared, mandates.PAPERS[kind], by=by)
        if locked.filed_at is not None:
            submit(locked, by=by)
    verification.look_again(locked, by=by)
    return row


def _written(case: Case, kind: str, agent: tuple[PersonName, IdNumber], *, by: Actor) -> Mandate:
    row = Mandate.objects.filter(case=case).first()
    if row is None:
        row = Mandate(ref=new_ref(), case=case, state=mandates.GATHERING, created_at=clock.now())
    elif row.state not in (mandates.GATHERING, mandates.RETURNED):
        raise Conflict("error.conflict", rule_id=mandates.RULE[kind])
    created = row.pk is None
    row.kind, row.consented_at, row.owner = kind, clock.now(), by.ref
    row.agent_name, row.agent_id = agent
    row.agent_index = blind_index("id", row.agent_id.plain)
    row.save()
    if created:
        begin(row, by=by, reason="offered", rules=(mandates.RULE[kind],))
    return row


def of(case: Case) -> Mandate | None:
    """The mandate of a case or draft, None when the holder acts."""
    return Mandate.objects.select_related("case").filter(case=case).first()


def drop(draft: Case, *, by: Actor) -> None:
    """The holder acts after all: what a draft held of a mandate and its papers is gone. Nothing on a filed case."""
    if draft.state != states.DRAFT or by.line_ref != draft.account_ref:
        return
    with transaction.atomic(durable=True):
        Mandate.objects.filter(case=draft, state=mandates.GATHERING).delete()
        draft.papers.all().delete()


def submit(case: Case, *, by: Actor) -> None:
    """Hand the mandate of a case, if there is one, to the clerks, with an order and a limit; in the caller's
    transaction.
    """
    row = Mandate.objects.filter(case=case, state__in=(mandates.GATHERING, mandates.RETURNED)).first()
    if row is None:
        return
    hand_over(row, "sent", by=by)
    facts, rules = {"kind": row.kind, "agent": row.agent_index[:16]}, (mandates.RULE[row.kind], "D-06")
    audit.record("closure.mandate", subject_ref=case.ref, by=by, chain=case.province, rules=rules, facts=facts)


def hand_over(row: Mandate, reason: str, *, by: Actor, **also: Any) -> None:
    """To the clerks, with an order and a limit of its own each time; in the caller's transaction."""
    case, rule = row.case, mandates.RULE[row.kind]
    due_at = clock.now() + timedelta(hours=term(case, PAPER_HOURS))
    owner = f"operator:{case.operator}:{case.visiting_province}"
    also |= {"due_at": due_at, "owner": owner, "rounds": row.rounds + 1}
    move(row, mandates.SUBMITTED, by=by, reason=reason, rules=(rule,), **also)
    work_orders.open_order(
        "papers",
        key=_order_key(row),
        case_ref=case.ref,
        operator=case.operator,
        province=case.visiting_province,
        facts={"kind": row.kind, "round": row.rounds},
        due_at=due_at,
        by=by,
    )


def _order_key(row: Mandate) -> str:
    return f"papers:{row.ref}:{row.rounds}"


def review(ref: str, verdict: str, *, reason: str = "", by: Actor) -> Mandate:
    """A clerk read the papers: `accepted`, `returned` with what is missing, or `refused` with the reason.

    Accepted, a delegate whose ID was checked by photo is through; everybody else shows the originals in any own store.
    Papers that were recalled are accepted by somebody else than before, and nobody reads the papers of an exception
    they decided. Raises Refused for other roles and `error.four_eyes`, Missing out of scope, Invalid without a reason,
    Conflict when it is not waiting.
    """
    row = for_staff(ref, by=by)
    if verdict not in ("accepted", "returned", "refused"):
        raise Invalid("error.mandate.verdict", field="verdict", rule_id="C-09")
    words = checked_reason(reason, needed=verdict != "accepted")
    if by.ref == row.exception_decided_by or (verdict == "accepted" and row.recalled_by and by.ref == row.reviewed_by):
        raise Refused("error.four_eyes", rule_id="D-10")
    to = {"accepted": mandates.ACCEPTED, "returned": mandates.RETURNED, "refused": mandates.REFUSED}[verdict]
    if verdict == "accepted" and _is_through(row):
        to = mandates.PROVED
    with transaction.atomic(durable=True):
        case = Case.objects.select_for_update(of=("self",), no_key=True).get(pk=row.case.pk)
        _decide(row, to, words, by=by, reviewed_by=by.ref)
        if case.state == states.CLOSED and verdict != "accepted":
            report_false(row, by=by)
        order = work_orders.answer_order(_order_key(row), "closed", by=by)
        work_orders.finish_order(order.key, by=by)
    verification.look_again(row.case, by=by)
    return row


def _is_through(row: Mandate) -> bool:
    """A delegate's ID may be checked by photo; the others' originals are seen in a store (C-09, C-24, C-25)."""
    return row.kind == mandates.DELEGATE and standing.was_seen(row.case, standing.AGENT, row.agent_id)


def see_originals(
    ref: str, *, seen: Sequence[str], photo: bytes = b"", by_eye: bool = False, reason: str = "", by: Actor
) -> Mandate:
    """In any own store: the agent's original ID and every paper's original are seen, and who saw them is recorded.

    `photo` is compared with the picture on file; without one, or where none is on file, the clerk checks by eye. Raises
    Refused for anybody who is in no store, Invalid `error.mandate.originals` while a paper was not seen,
    `error.closure.not_alike` when the face is another's.
    """
    row = for_staff(ref, by=by)
    if not by.store:
        raise Refused("error.refused", rule_id=mandates.RULE[row.kind])
    case = row.case
    if set(mandates.PAPERS[row.kind]) - set(seen):
        raise Invalid("error.mandate.originals", field="seen", rule_id=mandates.RULE[row.kind])
    if row.state != mandates.ACCEPTED:
        raise Conflict("error.conflict", rule_id=mandates.RULE[row.kind])
    standing.see_person(case, standing.AGENT, (row.agent_name, row.agent_id), photo=photo, by_eye=by_eye, by=by)
    with transaction.atomic(durable=True):
        case.papers.filter(replaced_at=None, kind__in=mandates.PAPERS[row.kind]).update(
            original_seen_at=clock.now(), original_seen_by=by.ref
        )
        _decide(row, mandates.PROVED, checked_reason(reason, needed=False), by=by)
    verification.look_again(case, by=by)
    return row


def _decide(row: Mandate, to: str, words: str, *, by: Actor, reviewed_by: str = "") -> None:
    case, rule = row.case, mandates.RULE[row.kind]
    box = sealed_reason(row, words)
    until = case.lapse_at if to == mandates.ACCEPTED else None
    move(
        row,
        to,
        by=by,
        reason=to.lower(),
        rules=(rule,),
        due_at=until,
        owner="subscriber",
        reason_box=box,
        reviewed_by=reviewed_by or row.reviewed_by,
    )
    key = f"notice.closure.mandate_{to.lower()}"
    notices.tell(case.contact, key, {"case_no": case.case_no}, case_ref=case.ref, by=by, lang=case.language)
    facts = {"kind": row.kind, "to": to}
    audit.record("closure.mandate", subject_ref=case.ref, by=by, chain=case.province, rules=(rule,), facts=facts)


def sealed_reason(row: Mandate, words: str) -> bytes:
    """A clerk's words under the case's data key; nothing for none."""
    return seal_under(row.case.ref, words, f"mandate.reason:{row.ref}") if words else b""


def reason_of(row: Mandate) -> str:
    """What the clerk said when the papers were returned or refused, for the person of the case."""
    box = bytes(row.reason_box)
    return unseal_under(row.case.ref, box, f"mandate.reason:{row.ref}") if box else ""


def report_false(row: Mandate, *, by: Actor) -> None:
    """The line is closed on papers that are false: the home province owes an answer, in time (C-17); in the caller's
    transaction. The holder may have the number back in person while it is frozen (C-11).
    """
    case, rule = row.case, mandates.RULE[row.kind]
    due_at = clock.now() + timedelta(hours=term(case, PAPER_HOURS))
    work_orders.open_order(
        "false_papers",
        key=f"false:{row.ref}",
        case_ref=case.ref,
        operator=case.operator,
        province=case.province,
        facts={"kind": row.kind},
        due_at=due_at,
        owner=f"supervisor:{case.operator}:{case.province}",
        by=by,
    )
    facts = {"case_no": case.case_no}
    notices.tell(case.contact, "notice.closure.papers_false", facts, case_ref=case.ref, by=by, lang=case.language)
    audit.record("closure.papers_false", subject_ref=case.ref, by=by, chain=case.province, rules=(rule, "C-11"))


def must_be_theirs(case: Case, *, by: Actor) -> None:
    """A draft is its own line's or its own clerk's, a filed case whoever may see it; Missing for everybody else."""
    own_draft = case.state == states.DRAFT and (by.line_ref == case.account_ref or by.ref == case.owner)
    if not own_draft and not visible_to(by).filter(pk=case.pk).exists():
        raise Missing("error.missing")


def checked_reason(text: str, *, needed: bool) -> str:
    """The words of a reason on one line; Invalid `error.mandate.reason | long`."""
    words = " ".join(text.split())
    if needed and len(words) < 4:
        raise Invalid("error.mandate.reason", field="reason", rule_id="D-10")
    if len(words) > LONGEST_REASON or not words.isprintable():
        raise Invalid("error.mandate.long", field="reason", rule_id="D-10", n=LONGEST_REASON)
    return words


def for_staff(ref: str, *, by: Actor) -> Mandate:
    """A mandate in a clerk's scope: their operator's, handled or at home in their province (D-05)."""
    if by.role not in roles_of("closure.counter"):
        raise Refused("error.refused", rule_id="D-05")
    row = Mandate.objects.select_related("case").filter(ref=ref).first()
    if row is None or not visible_to(by).filter(pk=row.case.pk).exists():
        raise Missing("error.missing")
    return row
