"""From a draft to a filed case: who, where messages go, where the person is; then charges stop (C-04, C-05, C-08)."""

from __future__ import annotations

from typing import Any, ClassVar

from rest_framework import serializers

from closure import states
from closure.api import shown
from closure.api.factors import FactorSent, compared
from closure.api.shapes import Closure, ClosureList, Draft
from closure.models import Case
from closure.queries import draft_of, open_case_of, visible_to
from closure.services import filing, mandate, openings, sitting
from portal.api.fields import (
    REF_PATTERN,
    Digits,
    IdField,
    NameField,
    Pattern,
    PhoneField,
    ProvinceField,
    Sent,
    Word,
)
from portal.api.operations import WITH_PHOTO, Answer, Call, operation
from portal.api.paging import ListQuery, listed
from portal.errors import Conflict, Missing
from portal.queries.people import account_of
from portal.services import tokens
from portal.services.codes import DIGITS
from portal.sessions import remember_case


class ClosureQuery(ListQuery):
    """Which closures."""

    state = Word(sorted(set(states.TRANSITIONS) - {states.DRAFT}), required=False)


class DraftSent(Sent):
    """What may be filled in, in any order."""

    name = NameField(required=False)
    id_number = IdField(required=False)
    visiting_province = ProvinceField(required=False, help_text="Where the person is now.")
    example: ClassVar[dict[str, Any]] = {"visiting_province": "32"}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A name goes with its ID."""
        for one, other in (("name", "id_number"), ("id_number", "name")):
            if one in attrs and other not in attrs:
                raise serializers.ValidationError({other: [serializers.ErrorDetail("", "required")]})
        return attrs


class OtherLine(FactorSent):
    """Another number of the same holder, which gets no messages; a photo or its service password backs the code."""

    number = PhoneField()
    name = NameField()
    id_number = IdField()
    needed = True


class ContactAsked(Sent):
    """The number that gets every message from now on; never the one being closed."""

    contact = PhoneField()
    example: ClassVar[dict[str, Any]] = {"contact": "16900000000"}


class ContactCode(Sent):
    """What arrived there."""

    code = Digits(DIGITS)
    example: ClassVar[dict[str, Any]] = {"code": "000000"}


class Filed(Sent):
    """The draft to file, as it was shown."""

    draft = Pattern(REF_PATTERN)
    example: ClassVar[dict[str, Any]] = {"draft": "0" * 26}


def draft_or_missing(call: Call) -> Case:
    """The draft of the line that calls; Missing (404) without one."""
    draft = draft_of(call.actor)
    if draft is None:
        raise Missing(shown.MISSING)
    return draft


@operation("closures_list", "closure.look", answer=ClosureList, query=ClosureQuery)
def list_closures(call: Call) -> dict[str, Any]:
    """List the closures in one's scope, newest first.

    A line sees its own, staff those of their operator handled or at home in their province, a regulator its province.
    """
    rows = visible_to(call.actor)
    if state := call.query.get("state"):
        rows = rows.filter(state=state)
    return listed(call, rows, lambda case: shown.row(case, call.lang))


@operation("closures_draft_create", "closure.file", answer=Draft)
def open_draft(call: Call) -> dict[str, Any]:
    """Open the draft of one's own line, or find the one there is."""
    return shown.draft(filing.open_draft(account_of(call.actor), by=call.actor, language=call.lang))


@operation("closures_draft_read", "closure.file", answer=Draft)
def read_draft(call: Call) -> dict[str, Any]:
    """Show the draft, personal data masked."""
    return shown.draft(draft_or_missing(call))


@operation("closures_draft_update", "closure.file", answer=Draft, body=DraftSent, rules=("C-05", "C-08"))
def fill_draft(call: Call) -> dict[str, Any]:
    """Fill in the holder, or where the person is."""
    draft, body = draft_or_missing(call), call.body
    if "name" in body:
        filing.set_holder(draft, body["name"], body["id_number"], by=call.actor)
    if "visiting_province" in body:
        filing.set_place(draft, body["visiting_province"], by=call.actor)
    return shown.draft(draft)


@operation(
    "closures_draft_other_line",
    "closure.file",
    answer=Draft,
    body=OtherLine,
    limit=WITH_PHOTO,
    rules=("C-08", "D-06"),
)
def point_elsewhere(call: Call) -> dict[str, Any]:
    """Close another number of the same holder, which gets no messages.

    A photo is compared once by the identity authority, a service password asked once of the home province; neither is
    kept. The home province compares the holders.
    """
    body, by = call.body, call.actor
    draft, holder = filing.open_draft(account_of(by), by=by, language=call.lang), (body["name"], body["id_number"])
    match = compared(draft, holder, body, by=by)
    mandate.drop(draft, by=by)
    filing.point_at(draft, body["number"], match, holder=holder, password=body.get("password", ""), by=by)
    return shown.draft(draft)


@operation("closures_draft_contact", "closure.file", answer=Draft, body=ContactAsked, rules=("C-05", "D-04"))
def ask_contact_code(call: Call) -> dict[str, Any]:
    """Send a code to the contact number."""
    draft = draft_or_missing(call)
    filing.ask_contact_code(draft, call.body["contact"], address=call.address, by=call.actor)
    return shown.draft(draft)


@operation("closures_draft_contact_check", "closure.file", answer=Draft, body=ContactCode, rules=("C-05", "D-04"))
def check_contact_code(call: Call) -> dict[str, Any]:
    """Prove the contact number by the code that arrived there."""
    draft = draft_or_missing(call)
    filing.check_contact_code(draft, call.body["code"], by=call.actor)
    return shown.draft(draft)


@operation("closures_create", "closure.file", answer=Closure, body=Filed, http=201, rules=("C-01", "C-04"))
def file_draft(call: Call) -> Answer:
    """File the draft: charges stop from this instant.

    Six checks begin at once; follow them at `checks`. The same draft filed again is the same closure.
    """
    filed = visible_to(call.actor).filter(ref=call.body["draft"]).first() or _file(call)
    if call.token is not None:
        tokens.remember_case(call.token, filed.ref, by=call.actor)
    else:
        remember_case(call.request, filed.ref)
    headers = {"Location": f"/api/v1/closures/{filed.ref}"}
    return Answer(shown.closure(filed, call.lang), headers=headers)


def _file(call: Call) -> Case:
    draft = draft_or_missing(call)
    if draft.ref != call.body["draft"]:
        raise Missing(shown.MISSING)
    if open_case_of(draft) is not None:
        raise Conflict("error.closure.already_open", rule_id="C-01")
    if not openings.opened_for_anybody(draft).is_open:
        openings.turn_away(draft, by=call.actor)
        raise Conflict("error.api.not_open", rule_id="C-16")
    return sitting.file_all(draft, by=call.actor)
