"""Several numbers of one holder in one sitting: one identity check, one case each, each may fail alone (C-26)."""

from __future__ import annotations

from typing import Any, ClassVar

from rest_framework import serializers

from closure.api import shown
from closure.api.factors import FactorSent
from closure.api.filing import draft_or_missing
from closure.api.shapes import Answered, ClosureRow
from closure.models import Case
from closure.queries import visible_to
from closure.services import filing, mandate, sitting
from portal.api.fields import PhoneField
from portal.api.operations import WITH_PHOTO, Call, operation
from portal.api.problems import said
from portal.errors import Conflict, Invalid, Missing
from realname.authority import Match


class NumberSent(FactorSent):
    """A further number; the second factor is needed until the holder was compared once in this sitting (C-08)."""

    number = PhoneField()


class FurtherShown(Answered):
    """A number that waits to be filed with the draft; masked."""

    ref = serializers.CharField()
    number = serializers.CharField()
    operator = serializers.CharField()
    province = serializers.CharField()
    example: ClassVar[dict[str, Any]] = {"ref": "0" * 26, "number": "161****0000", "operator": "161", "province": "35"}


class FurtherList(Answered):
    """The further numbers, in the order they were added."""

    items = FurtherShown(many=True)


class SittingShown(Answered):
    """Every closure of a sitting, and the numbers that could not be filed yet."""

    ref = serializers.CharField()
    items = ClosureRow(many=True)
    waiting = FurtherShown(many=True)


def _further(row: Case) -> dict[str, Any]:
    own = {name: getattr(row, name) for name in ("ref", "operator", "province")}
    return own | {"number": row.number.masked}


def _complete(call: Call) -> Case:
    """The draft once its holder, contact and place are there and nobody acts for them; Conflict before."""
    draft = draft_or_missing(call)
    if not filing.is_complete(draft) or mandate.of(draft) is not None:
        raise Conflict("error.conflict", rule_id="C-26")
    return draft


@operation("closures_draft_numbers_list", "closure.file", answer=FurtherList, rules=("C-26",))
def list_further(call: Call) -> dict[str, Any]:
    """List the further numbers that are filed with the draft."""
    return {"items": [_further(row) for row in sitting.further_of(draft_or_missing(call))]}


@operation(
    "closures_draft_numbers_create",
    "closure.file",
    answer=FurtherShown,
    body=NumberSent,
    http=201,
    limit=WITH_PHOTO,
    rules=("C-08", "C-26", "D-06"),
)
def add(call: Call) -> dict[str, Any]:
    """Close a further number of the same holder in one sitting, up to five.

    The holder is compared once, by a live photo; or each number brings its own service password.
    """
    draft, body = _complete(call), call.body
    if photo := body.get("photo"):
        if sitting.take_photo(draft, photo, by=call.actor) != Match.MATCH:
            raise Invalid("error.sitting.photo", field="photo", rule_id="C-08")
    elif "password" not in body and draft.photo_match != Match.MATCH:
        words = said(Invalid("error.closure.factor", rule_id="C-08"), call.lang)
        raise serializers.ValidationError({"photo": [words]})
    return _further(sitting.add(draft, body["number"], password=body.get("password", ""), by=call.actor))


@operation("closures_draft_numbers_delete", "closure.file", http=204, errors=(409,), rules=("C-26",))
def remove(call: Call) -> None:
    """Take a waiting number out again; one that was filed by now stays, and is 404 here."""
    draft, ref = draft_or_missing(call), call.path["further"]
    if ref not in {row.ref for row in sitting.further_of(draft)}:
        raise Missing(shown.MISSING)
    sitting.remove(draft, ref, by=call.actor)


@operation("sittings_read", "closure.read", answer=SittingShown, rules=("C-26",))
def read(call: Call) -> dict[str, Any]:
    """Show every closure of a sitting; its id is that of the closure it began with."""
    return _sitting(_first(call), call)


@operation("sittings_file", "closure.file", answer=SittingShown, http=202, rules=("C-26",))
def file_rest(call: Call) -> dict[str, Any]:
    """File again what could not be filed; what was filed stays as it is."""
    first = sitting.file_all(_first(call), by=call.actor)
    return _sitting(first, call)


def _first(call: Call) -> Case:
    ref = call.path["ref"]
    first = visible_to(call.actor).filter(ref=ref, sitting_ref=ref).first()
    if first is None:
        raise Missing(shown.MISSING)
    return first


def _sitting(first: Case, call: Call) -> dict[str, Any]:
    """Whoever opened one closure by its number and ID sees that one of the sitting and no other (C-05)."""
    rows = visible_to(call.actor).filter(sitting_ref=first.ref).order_by("pk")
    waiting = sitting.further_of(first) if call.actor.line_ref else []
    items = [shown.row(case, call.lang) for case in rows]
    return {"ref": first.ref, "items": items, "waiting": [_further(row) for row in waiting]}
