"""Who acts for a holder, with which papers: as it is sent, and as it is shown (C-09, C-24, C-25)."""

from __future__ import annotations

from typing import Any, ClassVar

from rest_framework import serializers

from closure import mandates
from closure.api.factors import required, unknown
from closure.api.shapes.answered import Answered
from closure.services import mandate
from portal import clock
from portal.api.fields import Consent, IdField, NameField, PhoneField, Photo, Sent, Text, Word
from portal.api.problems import said
from portal.errors import TongbanError
from portal.masked import IdNumber
from portal.rules.identity import parse_name, parse_resident_id
from realname.rules.units import parse_unit_code, parse_unit_name


class PapersSent(Sent):
    """Pictures of papers, by kind; a marked copy is kept sealed, the original is shown in a store and given back."""

    letter = Photo(required=False)
    death = Photo(required=False)
    kinship = Photo(required=False)
    guardianship = Photo(required=False)
    licence = Photo(required=False)
    unit_letter = Photo(required=False)


class AgentSent(Sent):
    """Who acts, with their papers and both persons' consent to pass the IDs on (D-06)."""

    agent_name = NameField(required=False)
    agent_id = IdField(required=False)
    papers = PapersSent(required=False)
    photo = Photo(required=False, help_text="Of a delegate; compared once, not kept.")
    photo_consent = Consent(required=False, help_text="To the comparison; goes with the photo.")
    consent = Consent(required=False, help_text="Of both persons.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A face is compared with a consent of its own (D-06)."""
        if "photo" in attrs and "photo_consent" not in attrs:
            raise required("photo_consent")
        return attrs


class MandateSent(AgentSent):
    """The same with the holder; a unit has a name and a credit code. A delegate has the holder's phone at hand."""

    kind = Word(mandates.KINDS)
    number = PhoneField(required=False, help_text="The number to close; left out, the line of the token.")
    name = Text(max_length=60, help_text="The holder's name, or the unit's.")
    id_number = Text(max_length=18, help_text="The holder's resident ID, or the unit's social credit code.")
    agent_name = NameField()
    agent_id = IdField()
    consent = Consent(help_text="Of both persons.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The holder by the rules of a person or of a unit; photo for a delegate only, number for the others only."""
        attrs, kind = super().validate(attrs), attrs["kind"]
        if misplaced := {"number"} & set(attrs) if kind == mandates.DELEGATE else {"photo"} & set(attrs):
            raise unknown(*misplaced)
        unit = kind == mandates.UNIT
        try:
            attrs["name"] = parse_unit_name(attrs["name"]) if unit else parse_name(attrs["name"])
        except TongbanError as error:
            raise serializers.ValidationError({"name": [said(error, self.context["lang"])]}) from error
        try:
            attrs["id_number"] = _id_of(attrs["id_number"], unit=unit)
        except TongbanError as error:
            raise serializers.ValidationError({"id_number": [said(error, self.context["lang"])]}) from error
        return attrs


def _id_of(text: str, *, unit: bool) -> IdNumber:
    return parse_unit_code(text) if unit else parse_resident_id(text, today=clock.today())


class ReasonSent(Sent):
    """Why a delegate must act although the home province's policy is off."""

    reason = Text(max_length=mandate.LONGEST_REASON)
    example: ClassVar[dict[str, Any]] = {"reason": "The holder is in hospital."}


class PaperShown(Answered):
    """One paper in force."""

    ref = serializers.CharField()
    kind = serializers.ChoiceField(sorted({name for names in mandates.PAPERS.values() for name in names}))
    words = serializers.CharField()
    sha256 = serializers.CharField()
    original_seen_at = serializers.DateTimeField(allow_null=True)


class MandateShown(Answered):
    """Who acts, as what, and how far it is; names and IDs masked."""

    kind = serializers.ChoiceField(mandates.KINDS)
    state = serializers.ChoiceField(sorted(mandates.TRANSITIONS))
    words = serializers.CharField()
    agent_name = serializers.CharField()
    agent_id = serializers.CharField()
    papers = PaperShown(many=True)
    missing = serializers.ListField(child=serializers.CharField(), help_text="Papers still to be sent.")
    reason = serializers.CharField(help_text="Why the papers came back or were refused.")
    until_at = serializers.DateTimeField(allow_null=True)
    exception = serializers.ChoiceField(["asked", "granted", "denied", ""])
    may_ask_exception = serializers.BooleanField()
    example: ClassVar[dict[str, Any]] = {
        "kind": "delegate",
        "state": "SUBMITTED",
        "words": "…",
        "agent_name": "*…",
        "agent_id": "3***…",
        "papers": [
            {"ref": "0" * 26, "kind": "letter", "words": "…", "sha256": "0" * 64, "original_seen_at": None},
        ],
        "missing": [],
        "reason": "",
        "until_at": "2026-11-25T10:12:00+08:00",
        "exception": "",
        "may_ask_exception": False,
    }
