"""A closure: where it stands, what happened, by when."""

from __future__ import annotations

from rest_framework import serializers

from closure import states
from closure.api.shapes.answered import Answered, Note

WAITS = ("you", "home", "provider", "")


class ProofEvent(Answered):
    """Something outside the case that changed a balance (C-12)."""

    kind = serializers.ChoiceField(["bill_run", "calls", "claim", "plan_change", "top_up"])
    at = serializers.DateTimeField()
    fen = serializers.IntegerField()


class ProofLine(Answered):
    """One line of the proof that the province is as it was (C-12)."""

    name = serializers.CharField()
    words = serializers.CharField()
    before = serializers.JSONField(allow_null=True)
    now = serializers.JSONField(allow_null=True)
    same = serializers.BooleanField(allow_null=True)
    item = serializers.CharField(help_text="Which account, where there are several; else empty.", allow_blank=True)
    why = ProofEvent(many=True, help_text="What outside the case explains the whole difference.")


class ClosureRow(Answered):
    """A closure in a list."""

    ref = serializers.CharField()
    case_no = serializers.CharField()
    state = serializers.ChoiceField(sorted(states.TRANSITIONS))
    state_words = serializers.CharField()
    number = serializers.CharField(help_text="Masked.")
    operator = serializers.CharField()
    province = serializers.CharField()
    visiting_province = serializers.CharField()
    filed_at = serializers.DateTimeField(allow_null=True)
    limit_at = serializers.DateTimeField(allow_null=True)


class Closure(ClosureRow):
    """One closure: where it stands, who has it, until when, and what happens if late."""

    home = serializers.CharField()
    sitting_ref = serializers.CharField(
        help_text="The sitting it was filed in with further numbers, else empty (C-26)."
    )
    title = serializers.CharField()
    waits_for = serializers.ChoiceField(WAITS, allow_blank=True)
    waits_words = serializers.CharField()
    if_late = serializers.CharField()
    charging = Note(allow_null=True)
    contacts_made = serializers.IntegerField()
    can_withdraw = serializers.BooleanField()
    lapse_at = serializers.DateTimeField(allow_null=True)
    acknowledged_at = serializers.DateTimeField(allow_null=True)
    settled_at = serializers.DateTimeField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)
    frozen_until = serializers.DateTimeField(allow_null=True)
    collected_fen = serializers.IntegerField()
    proof = ProofLine(many=True)


class ClosureList(Answered):
    """A page of closures, newest first."""

    items = ClosureRow(many=True)
    next = serializers.CharField(allow_null=True)


class Draft(Answered):
    """What is filled in so far; personal data masked."""

    ref = serializers.CharField()
    number = serializers.CharField()
    operator = serializers.CharField()
    province = serializers.CharField()
    visiting_province = serializers.CharField()
    proof = serializers.CharField()
    name = serializers.CharField()
    id_number = serializers.CharField()
    contact = serializers.CharField()
    contact_verified_at = serializers.DateTimeField(allow_null=True)
    is_complete = serializers.BooleanField()


class Event(Answered):
    """One step of the past."""

    state = serializers.CharField()
    words = serializers.CharField()
    who = serializers.CharField()
    at = serializers.DateTimeField()
    rules = serializers.ListField(child=serializers.CharField())


class Timeline(Answered):
    """The history, newest first."""

    items = Event(many=True)


class LimitShown(Answered):
    """A limit with its arithmetic; `provisional` until the calendar of its year is published."""

    at = serializers.DateTimeField()
    provisional = serializers.BooleanField()
    arithmetic = serializers.ListField(child=serializers.CharField())


class Limits(Answered):
    """The limits now running, soonest first."""

    items = LimitShown(many=True)


class TieShown(Answered):
    """One tie as a work order to the home province (C-07)."""

    ref = serializers.CharField()
    kind = serializers.CharField()
    name = serializers.CharField()
    change = serializers.CharField()
    price_fen = serializers.IntegerField()
    on = serializers.CharField()
    state = serializers.CharField()
    result = serializers.CharField()
    missing = serializers.ListField(child=serializers.CharField())
    chases = serializers.IntegerField()
    due_at = serializers.DateTimeField(allow_null=True)


class Ties(Answered):
    """The ties of a closure."""

    items = TieShown(many=True)
