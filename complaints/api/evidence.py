"""Exchanges with the provinces and what they put in the way, word for word with personal data masked (G-06, B-7)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from rest_framework import serializers

from bss.models import Evidence, Obstruction
from closure.api.shapes import Answered
from complaints.pages.evidence import HOLDER_QUESTIONS
from complaints.queries import evidence_visible_to, exchange_of, known_of, obstructions_visible_to
from complaints.rules import masked_text, masked_words
from portal.api.operations import Call, operation
from portal.api.paging import ListQuery, listed
from portal.errors import Missing
from portal.masked import Masked


class EvidenceRow(Answered):
    """One exchange in a list."""

    ref = serializers.CharField()
    case_ref = serializers.CharField()
    operator = serializers.CharField()
    province = serializers.CharField()
    question = serializers.CharField()
    ending = serializers.CharField()
    code = serializers.CharField()
    sha256 = serializers.CharField()
    at = serializers.DateTimeField()
    ms = serializers.IntegerField()


class EvidenceList(Answered):
    """A page of exchanges, newest first."""

    items = EvidenceRow(many=True)
    next = serializers.CharField(allow_null=True)


class EvidenceShown(EvidenceRow):
    """One exchange in full; both sides are empty once the case's data was deleted."""

    by_role = serializers.CharField()
    deleted = serializers.BooleanField()
    asked = serializers.CharField()
    answered = serializers.CharField()


class ObstructionShown(Answered):
    """A refusal outside the published conditions, in the province's own words."""

    ref = serializers.CharField()
    case_ref = serializers.CharField()
    operator = serializers.CharField()
    province = serializers.CharField()
    kind = serializers.CharField()
    rules = serializers.ListField(child=serializers.CharField())
    evidence_ref = serializers.CharField()
    words = serializers.CharField()
    at = serializers.DateTimeField()


class ObstructionList(Answered):
    """A page of obstructions, newest first."""

    items = ObstructionShown(many=True)
    next = serializers.CharField(allow_null=True)


def _row(one: Evidence) -> dict[str, Any]:
    own = ("ref", "case_ref", "operator", "province", "question", "ending", "code", "at", "ms")
    return {name: getattr(one, name) for name in own} | {"sha256": one.sha}


def _obstruction(one: Obstruction, known: Iterable[Masked]) -> dict[str, Any]:
    own = ("ref", "case_ref", "operator", "province", "kind", "rules", "evidence_ref", "at")
    return {name: getattr(one, name) for name in own} | {"words": masked_words(one.words, known)}


@operation("evidence_list", "oversight.read", answer=EvidenceList, query=ListQuery, rules=("D-05",))
def list_evidence(call: Call) -> dict[str, Any]:
    """List the exchanges with the provinces in scope."""
    return listed(call, evidence_visible_to(call.actor).defer("asked_box", "answer_box"), _row)


@operation("evidence_read", "oversight.read", answer=EvidenceShown, rules=("D-05", "G-06"))
def read_evidence(call: Call) -> dict[str, Any]:
    """Show one exchange word for word, personal data masked."""
    one = evidence_visible_to(call.actor).filter(ref=call.path["ref"]).first()
    if one is None:
        raise Missing("error.api.missing")
    exchange, about_holder = exchange_of(one), one.question in HOLDER_QUESTIONS
    known = known_of({one.case_ref}).get(one.case_ref, [])
    return _row(one) | {
        "by_role": one.by_role,
        "deleted": exchange.deleted,
        "asked": masked_text(exchange.asked, personal_name=about_holder, known=known),
        "answered": masked_text(exchange.answered, personal_name=about_holder, known=known),
    }


@operation("obstructions_list", "oversight.read", answer=ObstructionList, query=ListQuery, rules=("B-2", "B-7"))
def list_obstructions(call: Call) -> dict[str, Any]:
    """List the refusals outside the published conditions, with the evidence of each."""
    page = listed(call, obstructions_visible_to(call.actor), lambda one: {"row": one})
    rows: list[Obstruction] = [item["row"] for item in page["items"]]
    known: Mapping[str, list[Masked]] = known_of({one.case_ref for one in rows})
    return page | {"items": [_obstruction(one, known.get(one.case_ref, [])) for one in rows]}


@operation("obstructions_read", "oversight.read", answer=ObstructionShown, rules=("B-2", "B-7"))
def read_obstruction(call: Call) -> dict[str, Any]:
    """Show one such refusal."""
    one = obstructions_visible_to(call.actor).filter(ref=call.path["ref"]).first()
    if one is None:
        raise Missing("error.api.missing")
    return _obstruction(one, known_of({one.case_ref}).get(one.case_ref, []))
