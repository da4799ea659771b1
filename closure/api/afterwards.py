"""After a closing: having the number back while it is frozen, and the one question (C-11, T-15)."""

from __future__ import annotations

from typing import Any, ClassVar

from rest_framework import serializers

from closure.api import shown
from closure.api.shapes import Answered
from closure.models import Case, HavingBack, Satisfaction
from closure.models.satisfaction import WORDS_LIMIT
from closure.queries.after import may_be_had_back
from closure.services import satisfaction
from closure.words.afterwards import back_words
from portal.api.fields import Sent, Text, Whole
from portal.api.operations import Call, operation
from portal.errors import Missing

WHY = ("not_closed", "asked", "had", "over", "gone", "")


class WishShown(Answered):
    """One wish to have the number back, as a store recorded it."""

    ref = serializers.CharField()
    state = serializers.ChoiceField(sorted({*HavingBack.TRANSITIONS, "RESTORED", "REFUSED"}))
    asked_at = serializers.DateTimeField()
    restored_at = serializers.DateTimeField(allow_null=True)


class HavingBackShown(Answered):
    """Whether and until when the number can be had back: in person, at any own store (`/stores`)."""

    possible = serializers.BooleanField()
    why_not = serializers.ChoiceField(WHY, allow_blank=True)
    title = serializers.CharField()
    text = serializers.CharField()
    until_at = serializers.DateTimeField(allow_null=True)
    wishes = WishShown(many=True)
    example: ClassVar[dict[str, Any]] = {
        "possible": True,
        "why_not": "",
        "title": "…",
        "text": "…",
        "until_at": "2027-02-22T10:12:00+08:00",
        "wishes": [],
    }


class ScoreSent(Sent):
    """1 to 5, with words if you like; once."""

    score = Whole(min_value=1, max_value=5)
    words = Text(required=False, max_length=WORDS_LIMIT)
    example: ClassVar[dict[str, Any]] = {"score": 5}


class ScoreShown(Answered):
    """The question, and the answer if there is one; its words are not given back."""

    asked_at = serializers.DateTimeField()
    until_at = serializers.DateTimeField()
    score = serializers.IntegerField(allow_null=True)
    answered_at = serializers.DateTimeField(allow_null=True)
    example: ClassVar[dict[str, Any]] = {
        "asked_at": "2026-11-24T10:12:00+08:00",
        "until_at": "2026-12-24T10:12:00+08:00",
        "score": None,
        "answered_at": None,
    }


def wish(row: HavingBack) -> dict[str, Any]:
    """One wish to have a number back."""
    return {name: getattr(row, name) for name in ("ref", "state", "asked_at", "restored_at")}


@operation("closures_having_back_read", "closure.look", answer=HavingBackShown, rules=("C-11",))
def having_back(call: Call) -> dict[str, Any]:
    """Show whether the number can be had back, until when, and what came of asking.

    Nothing is ordered here: the holder comes to any own store with the original ID.
    """
    case = shown.case_of(call)
    words = back_words(case, call.lang)
    rows = HavingBack.objects.filter(case=case).order_by("-pk")
    same = {name: words[name] for name in ("title", "text", "possible", "until_at")}
    return same | {"why_not": may_be_had_back(case), "wishes": [wish(row) for row in rows]}


def _asked(case: Case) -> Satisfaction:
    row = Satisfaction.objects.filter(case=case).first()
    if row is None:
        raise Missing(shown.MISSING)
    return row


def _score(row: Satisfaction) -> dict[str, Any]:
    own = {name: getattr(row, name) for name in ("asked_at", "score", "answered_at")}
    return own | {"until_at": satisfaction.until(row)}


@operation("closures_satisfaction_read", "closure.read", answer=ScoreShown, rules=("T-15",))
def read_score(call: Call) -> dict[str, Any]:
    """Show the one question after a closure; 404 while it goes on."""
    return _score(_asked(shown.case_of(call)))


@operation("closures_satisfaction_create", "closure.act", answer=ScoreShown, body=ScoreSent, rules=("T-15",))
def rate(call: Call) -> dict[str, Any]:
    """Answer how content you are, 1 to 5, once."""
    case = shown.case_of(call)
    _asked(case)
    satisfaction.rate(case, call.body["score"], call.body.get("words", "").strip(), channel="api", by=call.actor)
    return _score(_asked(case))
