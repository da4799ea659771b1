"""Disputed lines and what becomes of them: evidence, the answer to it, a claim paid on its own (C-03, C-06, C-15)."""

from __future__ import annotations

from typing import Any, ClassVar

from rest_framework import serializers

from closure.api import shown
from closure.api.shapes import Answered, PaymentShown
from closure.models import Claim, Dispute
from closure.models.dispute import PAYING
from closure.queries import current_quote
from closure.rules.dispute import ANSWERS, REASONS, ROAMING
from closure.services import claims, disputes, payment
from closure.words import disputed
from portal.api.fields import Flag, Sent, Text, Whole, Word
from portal.api.operations import Call, operation
from portal.errors import Missing, Stale
from portal.roles import Role
from settlement.models import Payment

WHY = sorted({reason for reasons in REASONS.values() for reason in reasons})
LONGEST = 500


class DisputeSent(Sent):
    """Which line of the quote in If-Match, and why; `excess` contests only what is above the usual bill."""

    position = Whole(min_value=1, max_value=1_000)
    reason = Word(WHY)
    excess = Flag(required=False)
    words = Text(required=False, max_length=LONGEST)
    example: ClassVar[dict[str, Any]] = {"position": 1, "reason": "other"}


class ClaimDisputeSent(Sent):
    """Why a claim is not accepted."""

    reason = Word(REASONS[ROAMING])
    words = Text(required=False, max_length=LONGEST)
    example: ClassVar[dict[str, Any]] = {"reason": "not_used"}


class AnswerSent(Sent):
    """Why the evidence is not accepted."""

    reason = Word(ANSWERS)
    words = Text(required=False, max_length=LONGEST)
    example: ClassVar[dict[str, Any]] = {"reason": "unreadable"}


class MethodSent(Sent):
    """How a claim is paid."""

    method = Word(payment.METHODS)
    example: ClassVar[dict[str, Any]] = {"method": "card"}


class DisputeShown(Answered):
    """One disputed line: nothing is paid for it before the operator has proved it."""

    ref = serializers.CharField()
    state = serializers.ChoiceField(sorted({*Dispute.TRANSITIONS, "CLAIMED", "DROPPED", "ENDED"}))
    words = serializers.CharField()
    text = serializers.CharField()
    why = serializers.CharField()
    reference = serializers.CharField()
    fen = serializers.IntegerField()
    late_fee_fen = serializers.IntegerField()
    evidence_due_at = serializers.DateTimeField()
    document = serializers.CharField()
    document_sha256 = serializers.CharField()
    operator_words = serializers.CharField()


class DisputeList(Answered):
    """The disputes of a closure, newest first."""

    items = DisputeShown(many=True)


class ClaimShown(Answered):
    """Money due beside the closure; it holds nothing up."""

    ref = serializers.CharField()
    state = serializers.ChoiceField(sorted({*Claim.TRANSITIONS, "SETTLED", "VOID"}))
    words = serializers.CharField()
    text = serializers.CharField()
    fen = serializers.IntegerField()
    number = serializers.CharField(help_text="The number all papers of the closure bear (C-18).")
    can_dispute = serializers.BooleanField(help_text="Whether it can be disputed: it rests on no evidence yet.")
    dispute_ref = serializers.CharField(help_text="Of the dispute it rests on, or that has set it aside.")
    payment_ref = serializers.CharField()
    pay_url = serializers.CharField()


class ClaimList(Answered):
    """The claims of a closure, newest first."""

    items = ClaimShown(many=True)


def dispute_row(row: Dispute, lang: str) -> dict[str, Any]:
    """One dispute as both sides read it."""
    words = disputed.row(row, lang)
    own = ("ref", "state", "fen", "late_fee_fen", "evidence_due_at", "document", "document_sha256", "operator_words")
    said = {name: words[name] for name in ("text", "why", "reference")} | {"words": words["state"]}
    return {name: getattr(row, name) for name in own} | said


def _claim(row: Claim, call: Call) -> dict[str, Any]:
    words = disputed.claim_row(row, call.lang)
    open_payment = Payment.objects.filter(ref=row.payment_ref).first() if row.state == PAYING else None
    pay_url = open_payment.pay_url if open_payment and call.actor.role == Role.SUBSCRIBER else ""
    own = {name: getattr(row, name) for name in ("ref", "state", "fen", "payment_ref")}
    said = {"words": words["state"], "text": words["text"], "number": words["number"], "pay_url": pay_url}
    disputed_by = row.dispute.ref if row.dispute and words["dispute_url"] else ""
    return own | said | {"can_dispute": claims.may_be_contested(row), "dispute_ref": disputed_by}


def _disputed(call: Call) -> Dispute:
    row = shown.case_of(call).disputes.filter(ref=call.path["dispute"]).select_related("case").first()
    if row is None:
        raise Missing(shown.MISSING)
    return row


def _again(row: Dispute, call: Call) -> dict[str, Any]:
    return dispute_row(Dispute.objects.select_related("case").get(pk=row.pk), call.lang)


@operation("closures_disputes_list", "closure.look", answer=DisputeList, rules=("C-03",))
def list_disputes(call: Call) -> dict[str, Any]:
    """List the disputed lines of a closure, newest first."""
    rows = shown.case_of(call).disputes.select_related("case").order_by("-number")
    return {"items": [dispute_row(row, call.lang) for row in rows]}


@operation(
    "closures_disputes_create",
    "closure.act",
    answer=DisputeShown,
    body=DisputeSent,
    http=201,
    needs_key=True,
    if_match=True,
    errors=(412,),
    rules=("C-03", "C-15"),
)
def dispute(call: Call) -> dict[str, Any]:
    """Dispute a line of the quote that was seen: it is set aside, and the closure goes on.

    A new quote without it follows. The operator owes evidence; without it the line is 0 for good.
    """
    case, body = shown.case_of(call), call.body
    quote = current_quote(case)
    if quote is None or quote.seq != call.version:
        raise Stale("error.api.stale", rule_id="C-03")
    row = disputes.open_dispute(
        case,
        body["position"],
        call.version,
        body["reason"],
        excess=body.get("excess", False),
        words=body.get("words", ""),
        by=call.actor,
    )
    return _again(row, call)


@operation("closures_disputes_take_back", "closure.act", answer=DisputeShown, rules=("C-03",))
def take_back(call: Call) -> dict[str, Any]:
    """Dispute it no longer: a line is in a new quote again while the closure is quoted, a claim is to be paid again."""
    row = _disputed(call)
    disputes.take_back(row, by=call.actor)
    return _again(row, call)


@operation("closures_disputes_accept", "closure.act", answer=DisputeShown, rules=("C-03",))
def accept(call: Call) -> dict[str, Any]:
    """Accept the operator's evidence: the line becomes a claim, to be paid on its own."""
    row = _disputed(call)
    disputes.accept(row, by=call.actor)
    return _again(row, call)


@operation("closures_disputes_contest", "closure.act", answer=DisputeShown, body=AnswerSent, rules=("C-03",))
def contest(call: Call) -> dict[str, Any]:
    """Do not accept the evidence: the line stays aside, and the operator's supervisor looks at it again."""
    row = _disputed(call)
    disputes.contest(row, call.body["reason"], words=call.body.get("words", ""), by=call.actor)
    return _again(row, call)


@operation("closures_claims_list", "closure.look", answer=ClaimList, rules=("C-03", "C-06"))
def list_claims(call: Call) -> dict[str, Any]:
    """List the claims of a closure, newest first."""
    rows = shown.case_of(call).claims.select_related("case", "dispute").order_by("-pk")
    return {"items": [_claim(row, call) for row in rows]}


def _claimed(call: Call) -> Claim:
    rows = shown.case_of(call).claims.filter(ref=call.path["claim"])
    row = rows.select_related("case", "dispute").first()
    if row is None:
        raise Missing(shown.MISSING)
    return row


@operation(
    "closures_claims_dispute",
    "closure.act",
    answer=DisputeShown,
    body=ClaimDisputeSent,
    http=201,
    needs_key=True,
    rules=("C-03", "C-06"),
)
def contest_claim(call: Call) -> dict[str, Any]:
    """Dispute a claim for later roaming charges: nothing is asked for until the operator has proved it.

    The operator owes evidence; without it the claim is void. Accepted, it is to be paid again.
    """
    row, body = _claimed(call), call.body
    return _again(disputes.contest_claim(row, body["reason"], words=body.get("words", ""), by=call.actor), call)


@operation(
    "closures_claims_pay",
    "closure.act",
    answer=PaymentShown,
    body=MethodSent,
    http=201,
    needs_key=True,
    rules=("C-03", "C-06", "S-01"),
)
def pay_claim(call: Call) -> dict[str, Any]:
    """Pay a claim, also after the closing: one payment, however often it is sent."""
    row = _claimed(call)
    if row.state == PAYING:
        return shown.payment(Payment.objects.get(ref=row.payment_ref), call.actor.role)
    return shown.payment(claims.pay(row, call.body["method"], by=call.actor), call.actor.role)
