"""Disputed lines as the operator meets them: evidence is brought, or the line is given up (C-03, C-15)."""

from __future__ import annotations

from typing import Any, ClassVar

from rest_framework import serializers

from closure.api import shown
from closure.api.disputes import DisputeShown, dispute_row
from closure.api.shapes import Answered
from closure.models import Dispute
from closure.models.dispute import CONTESTED
from closure.services import disputes
from desk.queries import disputes_here
from portal.api.fields import Pattern, Sent, Text, Word
from portal.api.operations import Call, operation
from portal.api.paging import ListQuery, listed
from portal.errors import Missing, Refused
from portal.roles import Role

STATES = sorted({*Dispute.TRANSITIONS, "CLAIMED", "DROPPED", "ENDED"})


class DisputesQuery(ListQuery):
    """Which disputes."""

    state = Word(STATES, required=False, help_text="SET_ASIDE owes evidence, CONTESTED a supervisor's second look.")


class EvidenceSent(Sent):
    """The document by its id and the SHA-256 of its bytes, and the operator's own words to the person."""

    document = Pattern(r"^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$")
    sha256 = Pattern(r"^[0-9a-f]{64}$")
    words = Text(required=False, max_length=500)
    example: ClassVar[dict[str, Any]] = {"document": "contract-2024-0001", "sha256": "0" * 64, "words": "…"}


class DisputeHere(DisputeShown):
    """One disputed line of a number at home in this province."""

    case_ref = serializers.CharField()
    case_no = serializers.CharField()
    kind = serializers.CharField()
    item = serializers.CharField()
    opened_at = serializers.DateTimeField()
    example: ClassVar[dict[str, Any]] = {
        "ref": "0" * 26,
        "state": "PROVED",
        "words": "…",
        "text": "…",
        "why": "…",
        "reference": "XH261124-00000000-Y1",
        "fen": 12180,
        "late_fee_fen": 0,
        "evidence_due_at": "2026-11-29T10:12:00+08:00",
        "document": "contract-2024-0001",
        "document_sha256": "0" * 64,
        "operator_words": "…",
        "case_ref": "0" * 26,
        "case_no": "XH261124-00000000",
        "kind": "penalty",
        "item": "k1",
        "opened_at": "2026-11-24T10:12:00+08:00",
    }


class DisputeRows(Answered):
    """A page of disputes, newest first."""

    items = DisputeHere(many=True)
    next = serializers.CharField(allow_null=True)


def _row(row: Dispute, lang: str) -> dict[str, Any]:
    own = {name: getattr(row, name) for name in ("kind", "item", "opened_at")}
    return dispute_row(row, lang) | own | {"case_ref": row.case.ref, "case_no": row.case.case_no or ""}


def _found(call: Call) -> Dispute:
    row = disputes_here(call.actor).filter(ref=call.path["ref"]).first()
    if row is None:
        raise Missing(shown.MISSING)
    return row


def _to_answer(call: Call) -> Dispute:
    """A dispute whose evidence was not accepted is the supervisor's; Refused (403) for a clerk."""
    row = _found(call)
    if row.state == CONTESTED and call.actor.role != Role.SUPERVISOR:
        raise Refused("error.refused", rule_id="C-03")
    return row


def _again(row: Dispute, call: Call) -> dict[str, Any]:
    return _row(Dispute.objects.select_related("case").get(pk=row.pk), call.lang)


@operation("operator_disputes_list", "desk.orders", answer=DisputeRows, query=DisputesQuery, rules=("C-03",))
def list_disputes(call: Call) -> dict[str, Any]:
    """List the disputed lines of numbers at home in this province, newest first."""
    rows = disputes_here(call.actor)
    if state := call.query.get("state"):
        rows = rows.filter(state=state)
    return listed(call, rows, lambda row: _row(row, call.lang))


@operation("operator_disputes_read", "desk.orders", answer=DisputeHere, rules=("C-03",))
def read_dispute(call: Call) -> dict[str, Any]:
    """Show one disputed line."""
    return _row(_found(call), call.lang)


@operation(
    "operator_disputes_prove",
    "desk.orders",
    answer=DisputeHere,
    body=EvidenceSent,
    needs_key=True,
    rules=("C-03", "C-15"),
)
def prove(call: Call) -> dict[str, Any]:
    """Bring evidence for a disputed line while it is owed; the person looks at it next.

    Accepted, the line becomes a claim to be paid on its own. Not accepted, a supervisor may bring more or give it up.
    """
    body = call.body
    row = disputes.prove(_to_answer(call).ref, body["document"], body["sha256"], body.get("words", ""), by=call.actor)
    return _again(row, call)


@operation("operator_disputes_concede", "desk.orders", answer=DisputeHere, needs_key=True, rules=("C-03",))
def concede(call: Call) -> dict[str, Any]:
    """Give a disputed line up: it is 0 for good."""
    return _again(disputes.concede(_to_answer(call).ref, by=call.actor), call)
