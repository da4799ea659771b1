"""A second factor beside the code to another line: a live photo with consent, or the service password (C-08, D-06)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from closure.models import Case
from closure.services import standing
from portal.actors import Actor
from portal.api.fields import Consent, Digits, Photo, Sent
from portal.api.problems import said
from portal.errors import Invalid
from realname.authority import Match


def required(*names: str) -> serializers.ValidationError:
    """Members that are needed here and were not sent."""
    return serializers.ValidationError({name: [serializers.ErrorDetail("", "required")] for name in names})


def unknown(*names: str) -> serializers.ValidationError:
    """Members that have no place here."""
    return serializers.ValidationError({name: [serializers.ErrorDetail("", "unknown")] for name in names})


class FactorSent(Sent):
    """Neither is kept: the photo is compared once, the password asked once of the home province."""

    photo = Photo(required=False, help_text="A live photo; compared once, not kept.")
    consent = Consent(required=False, help_text="To the comparison; goes with the photo.")
    password = Digits(6, required=False, help_text="The number's service password, one factor of two.")
    needed = False

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The consent that goes with a photo, and one of the two where one is needed."""
        if "photo" in attrs and "consent" not in attrs:
            raise required("consent")
        if self.needed and not {"photo", "password"} & set(attrs):
            words = said(Invalid("error.closure.factor", rule_id="C-08"), self.context["lang"])
            raise serializers.ValidationError({"photo": [words]})
        return attrs


def compared(case: Case, holder: standing.Who | None, body: Mapping[str, Any], *, by: Actor) -> Match | None:
    """How the identity authority judged the photo that was sent, None without one; outside transactions."""
    photo = body.get("photo")
    return (
        standing.compare(case, standing.HOLDER, holder or (case.name, case.id_number), photo, by=by) if photo else None
    )
