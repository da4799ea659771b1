"""What was found (C-01)."""

from __future__ import annotations

from rest_framework import serializers

from closure.api.shapes.answered import Answered

SEVERITIES = ("BLOCK", "WARN", "INFO")
KINDS = ("ok", "block", "warn", "info", "idle")


class CheckShown(Answered):
    """One of the six checks."""

    question = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(KINDS)
    words = serializers.CharField()
    answered_at = serializers.DateTimeField(allow_null=True)
    attempts = serializers.IntegerField()


class FindingShown(Answered):
    """One finding with its rule, its facts, its source, and what to do (C-01)."""

    key = serializers.CharField()
    severity = serializers.ChoiceField(SEVERITIES)
    settled_by_quote = serializers.BooleanField()
    title = serializers.CharField()
    fact = serializers.CharField()
    remedy = serializers.CharField()
    fen = serializers.IntegerField(allow_null=True)
    facts = serializers.DictField(child=serializers.JSONField(allow_null=True))
    rules = serializers.ListField(child=serializers.CharField())
    basis = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]  # a member, not the attribute
    asked_at = serializers.DateTimeField(allow_null=True)
    evidence_ref = serializers.CharField()


class Checks(Answered):
    """All checks and all findings; `done` says whether every question is answered."""

    done = serializers.BooleanField()
    checks = CheckShown(many=True)
    findings = FindingShown(many=True)
