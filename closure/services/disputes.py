"""Disputed lines: set aside at once, evidence owed by the operator, else 0 for good; proved, a claim (C-03, C-15)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import transaction

from closure import states
from closure.models import Case, Claim, Dispute, QuoteLine
from closure.models.dispute import CLAIMED, CONTESTED, DISPUTED, DROPPED, ENDED, PROVED, SET_ASIDE
from closure.parameters import DISPUTES_OF_A_LINE, EVIDENCE_ANSWER_DAYS, EVIDENCE_DAYS
from closure.queries import answers_of, term
from closure.rules.contract import is_document
from closure.rules.dispute import ANSWERS, DISPUTABLE, REASONS, ROAMING, excess_fen
from closure.services import claims, quote
from closure.services.timing import soon
from portal import audit, clock, work_orders
from portal.actors import Actor
from portal.errors import Conflict, Invalid
from portal.moving import begin, move
from portal.refs import new_ref
from portal.sealing import seal_under
from portal.services import notices

EVIDENCE = "evidence"


def open_dispute(
    case: Case, position: int, quote_seq: int, reason: str, *, excess: bool = False, words: str = "", by: Actor
) -> Dispute:
    """Set a line of the quote aside: a new quote without it, a work order for the operator's evidence, a message.

    `position` is the line's in the quote `quote_seq`; `excess` contests only what an abnormal bill has above the usual
    (C-15). Raises Conflict for another quote or a line that cannot be disputed (again), Invalid for the reason.
    """
    with transaction.atomic(durable=True):
        locked = Case.objects.select_for_update(of=("self",), no_key=True).get(pk=case.pk)
        line = disputable(locked, position, quote_seq)
        if excess and line.kind != "bill":
            raise Conflict("error.conflict", rule_id="C-15")
        kind = "excess" if excess else line.kind
        if reason not in REASONS[kind]:
            raise Invalid("error.dispute.reason", field="reason", rule_id="C-03")
        dispute = _row(locked, line, kind, reason, words, by=by)
        made = quote.remake(locked, by=by)
        late = made.lines.filter(dispute=dispute.ref, kind__in=("late_fee", "late_excess")).first()
        if late is not None and kind != "late_fee":
            dispute.late_fee_fen = late.claimed_fen or 0
            dispute.save(update_fields=["late_fee_fen"])
        _order_evidence(dispute, by=by)
        _tell(dispute, "disputed", by=by, until_at=dispute.evidence_due_at)
        _record(dispute, "opened", by=by)
    return dispute


def contest_claim(claim: Claim, reason: str, *, words: str = "", by: Actor) -> Dispute:
    """Set a claim for later roaming charges aside: nothing is asked for until the operator has proved it (C-03, C-06).

    The same way as a line of the quote, of which this was never one. Raises Invalid for the reason, Conflict for a
    claim that rests on evidence already, is being paid, or ended.
    """
    if reason not in REASONS[ROAMING]:
        raise Invalid("error.dispute.reason", field="reason", rule_id="C-06")
    with transaction.atomic(durable=True):
        case = Case.objects.select_for_update(of=("self",), no_key=True).get(pk=claim.case_id)
        row = Claim.objects.select_related("case", "dispute").get(pk=claim.pk)
        if not claims.may_be_contested(row):
            raise Conflict("error.conflict", rule_id="C-06")
        dispute = _created(case, ROAMING, row.ref, row.label, row.figures, row.fen, reason, words, by=by)
        move(row, DISPUTED, by=by, reason=reason, rules=("C-03", "C-06"), due_at=None, dispute=dispute)
        _order_evidence(dispute, by=by)
        _tell(dispute, "disputed", by=by, until_at=dispute.evidence_due_at)
        _record(dispute, "opened", by=by)
    return dispute


def disputable(case: Case, position: int, quote_seq: int) -> QuoteLine:
    """The line behind a position of the quote in force, if it charges something; Conflict otherwise."""
    in_force = case.quotes.order_by("-seq").first()
    line = in_force.lines.filter(position=position).first() if in_force and in_force.seq == quote_seq else None
    if line is None or case.state != states.QUOTED or line.kind not in DISPUTABLE or line.fen <= 0:
        raise Conflict("error.conflict", rule_id="C-03")
    return line


def _row(case: Case, line: QuoteLine, kind: str, reason: str, words: str, *, by: Actor) -> Dispute:
    fen = min(line.fen, excess_fen(answers_of(case).get("bills"), line.item)) if kind == "excess" else line.fen
    if fen <= 0:
        raise Conflict("error.conflict", rule_id="C-15")
    label = "line.excess" if kind == "excess" else line.label
    return _created(case, kind, line.item, label, line.figures, fen, reason, words, by=by)


def _created(
    case: Case,
    kind: str,
    item: str,
    label: str,
    figures: dict[str, Any],
    fen: int,
    reason: str,
    words: str,
    *,
    by: Actor,
) -> Dispute:
    """The row of a dispute with the first of its history; in the caller's transaction, with the case locked."""
    now, ref = clock.now(), new_ref()
    if case.disputes.filter(item=item, kind=kind).count() >= term(case, DISPUTES_OF_A_LINE):
        raise Conflict("error.dispute.often", rule_id="C-03")
    dispute = Dispute.objects.create(
        ref=ref,
        state=SET_ASIDE,
        due_at=soon(3600),
        owner=f"operator:{case.operator}:{case.province}",
        case=case,
        number=case.disputes.count() + 1,
        kind=kind,
        item=item,
        label=label,
        figures=figures,
        fen=fen,
        reason=reason,
        words_box=seal_under(case.ref, words[:500], f"dispute.{ref}.words"),
        opened_at=now,
        evidence_due_at=now + timedelta(days=term(case, EVIDENCE_DAYS)),
    )
    begin(dispute, by=by, reason=reason, rules=("C-03",))
    return dispute


def _order_evidence(dispute: Dispute, *, by: Actor) -> None:
    case = dispute.case
    work_orders.open_order(
        EVIDENCE,
        key=key_of(dispute),
        case_ref=case.ref,
        operator=case.operator,
        province=case.province,
        facts={"dispute": dispute.ref, "kind": dispute.kind, "item": dispute.item, "fen": dispute.fen},
        due_at=dispute.evidence_due_at,
        by=by,
    )


def key_of(dispute: Dispute) -> str:
    """The key of the work order for a dispute's evidence."""
    return f"dispute:{dispute.ref}"


def take_back(dispute: Dispute, *, by: Actor) -> None:
    """The person no longer disputes it: a line is in the quote again, a claim is to be paid again.

    Raises Conflict for a line past the quote.
    """
    with transaction.atomic(durable=True):
        case = Case.objects.select_for_update(of=("self",), no_key=True).get(pk=dispute.case_id)
        move(dispute, ENDED, by=by, reason="taken back", rules=("C-03",), due_at=None)
        if dispute.kind == ROAMING:
            claims.stands(dispute, by=by)
        else:
            quote.remake(case, by=by)
        _cancel_orders(dispute, "taken back", by=by)
        _record(dispute, "taken_back", by=by)


def end_all(case: Case, *, by: Actor) -> None:
    """A case that ends without closing sets nothing aside and claims nothing; in the caller's transaction."""
    for dispute in case.disputes.filter(state__in=(SET_ASIDE, PROVED, CONTESTED)):
        move(dispute, ENDED, by=by, reason="case ended", rules=("C-12",), due_at=None)
        _cancel_orders(dispute, "case ended", by=by)
    claims.void_all(case, by=by)


def prove(dispute_ref: str, document: str, sha256: str, words: str, *, by: Actor) -> Dispute:
    """The operator's evidence: a document's id and hash, and its own words. The person looks at it next.

    Raises Conflict when evidence is no longer owed, Invalid without a document, and for one that was not accepted.
    """
    if not is_document({"id": document, "sha256": sha256}):
        raise Invalid("error.dispute.document", field="document", rule_id="C-03")
    with transaction.atomic(durable=True):
        dispute = _locked(dispute_ref)
        if dispute.evidence_due_at <= clock.now() and dispute.state == SET_ASIDE:
            raise Conflict("error.conflict", rule_id="C-03")
        if dispute.state == CONTESTED and sha256 == dispute.document_sha256:
            raise Invalid("error.dispute.document", field="sha256", rule_id="C-03")
        answer_by = clock.now() + timedelta(days=term(dispute.case, EVIDENCE_ANSWER_DAYS))
        move(
            dispute, PROVED, by=by, reason="evidence", rules=("C-03",), due_at=answer_by, owner="subscriber",
            proved_at=clock.now(), document=document[:40], document_sha256=sha256, operator_words=words[:500],
        )  # fmt: skip
        _close_order(dispute, by=by)
        _tell(dispute, "proved", by=by, until_at=answer_by)
        _record(dispute, "proved", by=by)
    return dispute


def concede(dispute_ref: str, *, by: Actor, reason: str = "conceded") -> Dispute:
    """The operator gives the line up, or owed evidence and brought none: it is 0 for good. Conflict when it ended."""
    with transaction.atomic(durable=True):
        dispute = _locked(dispute_ref)
        move(dispute, DROPPED, by=by, reason=reason, rules=("C-03",), due_at=None, owner="")
        work_orders.cancel_order(key_of(dispute), by=by, reason=reason)
        _close_reviews(dispute, by=by)
        if dispute.kind == ROAMING:
            claims.give_way(dispute, by=by)
        _tell(dispute, "dropped", by=by)
        _record(dispute, "dropped", by=by)
    return dispute


def accept(dispute: Dispute, *, by: Actor, reason: str = "accepted") -> None:
    """The evidence is accepted: the line becomes a claim with a pay page of its own, never a block."""
    with transaction.atomic(durable=True):
        row = _locked(dispute.ref)
        move(row, CLAIMED, by=by, reason=reason, rules=("C-03",), due_at=None, owner="subscriber")
        if row.kind == ROAMING:
            claims.stands(row, by=by)
        else:
            claims.of_dispute(row, by=by)
        _record(row, "accepted", by=by)


def contest(dispute: Dispute, reason: str, *, words: str = "", by: Actor) -> None:
    """The evidence is not accepted: the line stays aside, and the operator's supervisor looks at it again.

    Without other evidence in as many days as the first had, the line is 0 for good. Raises Invalid for the reason,
    Conflict when there is no evidence to answer.
    """
    if reason not in ANSWERS:
        raise Invalid("error.dispute.reason", field="reason", rule_id="C-03")
    with transaction.atomic(durable=True):
        row, case = _locked(dispute.ref), dispute.case
        if row.state != PROVED:
            raise Conflict("error.conflict", rule_id="C-03")
        box = seal_under(case.ref, words[:500], f"dispute.{row.ref}.answer")
        owner = f"supervisor:{case.operator}:{case.province}"
        due_at = clock.now() + timedelta(days=term(case, EVIDENCE_DAYS))
        move(
            row, CONTESTED, by=by, reason=reason, rules=("C-03",), due_at=due_at, owner=owner,
            answer_reason=reason, answer_box=box,
        )  # fmt: skip
        work_orders.open_order(
            "dispute_review", key=f"{_review_of(row)}{row.proved_at:%y%m%d%H%M%S}", case_ref=case.ref,
            operator=case.operator, province=case.province, due_at=due_at, owner=owner, by=by,
            facts={"dispute": row.ref, "reference": reference_of(row)},
        )  # fmt: skip
        _record(row, "contested", by=by)


def reference_of(dispute: Dispute) -> str:
    """What the person may quote when complaining about a dispute: the case's number and the dispute's own."""
    return f"{dispute.case.case_no}-Y{dispute.number}"


def _locked(ref: str) -> Dispute:
    return Dispute.objects.select_for_update(of=("self",), no_key=True).select_related("case").get(ref=ref)


def _close_order(dispute: Dispute, *, by: Actor) -> None:
    order = work_orders.WorkOrder.objects.filter(key=key_of(dispute)).first()
    if order is not None and order.state in ("OPEN", "CHASED", "ESCALATED"):
        work_orders.answer_order(order.key, "closed", by=by)
        work_orders.finish_order(order.key, by=by)
    _close_reviews(dispute, by=by)


def _review_of(dispute: Dispute) -> str:
    """What the keys of a dispute's reviews begin with: one for each evidence that was not accepted."""
    return f"review:{dispute.ref}:"


def _close_reviews(dispute: Dispute, *, by: Actor) -> None:
    """The supervisor has looked again: more evidence is there, or the line is given up."""
    waiting = work_orders.WorkOrder.objects.filter(key__startswith=_review_of(dispute))
    for order in waiting.filter(state__in=("OPEN", "CHASED", "ESCALATED")):
        work_orders.answer_order(order.key, "closed", by=by)
        work_orders.finish_order(order.key, by=by)


def _cancel_orders(dispute: Dispute, reason: str, *, by: Actor) -> None:
    """Nobody waits for evidence or for another look any more."""
    reviews = work_orders.WorkOrder.objects.filter(key__startswith=_review_of(dispute))
    for key in (key_of(dispute), *reviews.values_list("key", flat=True)):
        work_orders.cancel_order(key, by=by, reason=reason)


def _tell(dispute: Dispute, what: str, *, by: Actor, **facts: object) -> None:
    case = dispute.case
    words = {"case_no": case.case_no, "fen": dispute.fen, **facts}
    key = f"notice.closure.{what}"
    notices.tell(case.contact, key, words, case_ref=case.ref, by=by, lang=case.language)


def _record(dispute: Dispute, what: str, *, by: Actor) -> None:
    facts = {"dispute": dispute.ref, "kind": dispute.kind, "fen": dispute.fen}
    case = dispute.case
    audit.record(f"dispute.{what}", subject_ref=case.ref, by=by, chain=case.province, rules=("C-03",), facts=facts)
