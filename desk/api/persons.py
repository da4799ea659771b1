"""Who acts for a holder, and who wants a number back: papers read, originals seen, exceptions decided (C-09, C-11)."""

from __future__ import annotations

import base64
import hashlib
from typing import Any, ClassVar

from rest_framework import serializers

from closure import mandates
from closure.api import shown
from closure.api.acting import mandate_shown
from closure.api.afterwards import WishShown, wish
from closure.api.factors import required
from closure.api.shapes import Answered
from closure.api.shapes.mandate import MandateShown, ReasonSent
from closure.models import Mandate
from closure.services import exceptions, having_back, mandate, papers, recalling
from desk.api.orders import FileGiven
from desk.queries import mandates_here
from portal.api.fields import Consent, Flag, IdField, NameField, Pattern, Photo, Sent, Text, Word
from portal.api.operations import WITH_PHOTO, Call, operation
from portal.api.paging import ListQuery, listed
from portal.errors import Missing

KINDS = sorted({name for names in mandates.PAPERS.values() for name in names})
DOCUMENTS = ("resident_id", "passport")


class MandatesQuery(ListQuery):
    """Which mandates."""

    state = Word(sorted(mandates.TRANSITIONS), required=False)


class VerdictSent(Sent):
    """The papers were read; a return and a refusal say why, in words for the person."""

    verdict = Word(["accepted", "returned", "refused"])
    reason = Text(required=False, max_length=mandate.LONGEST_REASON)
    example: ClassVar[dict[str, Any]] = {"verdict": "returned", "reason": "The letter cannot be read."}


class SeenSent(Sent):
    """The originals that lay before the clerk, and how the person was compared."""

    seen = serializers.ListField(child=Word(KINDS), max_length=len(KINDS))
    photo = Photo(required=False, help_text="A live photo; compared once, not kept.")
    photo_consent = Consent(required=False, help_text="To the comparison; goes with the photo.")
    by_eye = Flag(required=False, help_text="Compared by the clerk, where no picture is on file or no photo is wanted.")
    example: ClassVar[dict[str, Any]] = {"seen": ["letter"], "by_eye": True}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A face is compared with a consent of its own (D-06)."""
        if "photo" in attrs and "photo_consent" not in attrs:
            raise required("photo_consent")
        return attrs


class DecisionSent(ReasonSent):
    """A supervisor's decision, with a reason either way."""

    grant = Flag()
    example: ClassVar[dict[str, Any]] = {"grant": True, "reason": "The hospital's letter was seen."}


class BackSent(Sent):
    """What the clerk saw: the closure's number, the original document, and how the person was compared."""

    case_no = Pattern(r"^[A-Z]{2}[0-9]{6}-[0-9]{8}$")
    name = NameField()
    id_number = IdField()
    document = Word(DOCUMENTS)
    read_by = Word(["reader", "eye"], help_text="By the card's chip, or by the clerk's own look.")
    photo = Photo(required=False, help_text="A live photo; compared once, not kept.")
    photo_consent = Consent(required=False, help_text="To the comparison; goes with the photo.")
    by_eye = Flag(required=False, help_text="Compared by the clerk, where no picture is on file or no photo is wanted.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A face is compared with a consent of its own (D-06)."""
        if "photo" in attrs and "photo_consent" not in attrs:
            raise required("photo_consent")
        return attrs


class MandateHere(MandateShown):
    """One mandate of a closure in one's scope."""

    ref = serializers.CharField()
    case_ref = serializers.CharField()
    case_no = serializers.CharField()
    holder_name = serializers.CharField(help_text="Whom the papers are for, masked.")
    holder_id = serializers.CharField(help_text="Masked.")
    example: ClassVar[dict[str, Any]] = MandateShown.example | {
        "ref": "0" * 26,
        "case_ref": "0" * 26,
        "case_no": "XH261124-00000000",
        "holder_name": "*…",
        "holder_id": "3***…",
    }


class MandateRows(Answered):
    """A page of mandates, newest first."""

    items = MandateHere(many=True)
    next = serializers.CharField(allow_null=True)


def _row(row: Mandate, call: Call) -> dict[str, Any]:
    case = row.case
    own = {"ref": row.ref, "case_ref": case.ref, "case_no": case.case_no or ""}
    holder = {"holder_name": case.name.masked, "holder_id": case.id_number.masked}
    return mandate_shown(row, call) | own | holder


def _again(row: Mandate, call: Call) -> dict[str, Any]:
    return _row(Mandate.objects.select_related("case").get(pk=row.pk), call)


@operation("operator_mandates_list", "closure.counter", answer=MandateRows, query=MandatesQuery, rules=("C-09", "C-24"))
def list_mandates(call: Call) -> dict[str, Any]:
    """List who acts for the holders of closures handled here or at home here, newest first."""
    rows = mandates_here(call.actor)
    if state := call.query.get("state"):
        rows = rows.filter(state=state)
    return listed(call, rows, lambda row: _row(row, call))


@operation("operator_mandates_read", "closure.counter", answer=MandateHere, rules=("C-09",))
def read_mandate(call: Call) -> dict[str, Any]:
    """Show one mandate with its papers."""
    return _row(mandate.for_staff(call.path["ref"], by=call.actor), call)


@operation("operator_mandates_review", "closure.counter", answer=MandateHere, body=VerdictSent, rules=("C-09", "C-24"))
def review(call: Call) -> dict[str, Any]:
    """Accept the papers, return them with what is missing, or refuse them with the reason.

    Accepted, a delegate whose ID was checked by photo is through; everybody else shows the originals in any own store.
    """
    body = call.body
    return _again(mandate.review(call.path["ref"], body["verdict"], reason=body.get("reason", ""), by=call.actor), call)


@operation("operator_mandates_recall", "closure.counter", answer=MandateHere, body=ReasonSent, rules=("C-09", "C-24"))
def recall(call: Call) -> dict[str, Any]:
    """Take back that papers were accepted, with the reason: somebody else reads them again.

    Before the money step the closure goes back to its checks; after it, it is held before home is paid or the line is
    closed. A closed line stays closed: the papers are refused, and the home province owes an answer.
    """
    return _again(recalling.recall(call.path["ref"], call.body["reason"], by=call.actor), call)


@operation(
    "operator_mandates_originals",
    "closure.counter",
    answer=MandateHere,
    body=SeenSent,
    limit=WITH_PHOTO,
    rules=("C-09", "C-20", "C-24", "C-25", "D-06"),
)
def see_originals(call: Call) -> dict[str, Any]:
    """Record that every original and the acting person's ID were seen in a store; they are given back."""
    body = call.body
    row = mandate.see_originals(
        call.path["ref"],
        seen=body["seen"],
        photo=body.get("photo", b""),
        by_eye=body.get("by_eye", False),
        by=call.actor,
    )
    return _again(row, call)


@operation(
    "operator_mandates_exception", "closure.exception", answer=MandateHere, body=DecisionSent, rules=("C-09", "D-10")
)
def decide(call: Call) -> dict[str, Any]:
    """Let a delegate act where the policy is off, or not; never on what one asked for or reviewed oneself."""
    body = call.body
    return _again(exceptions.decide(call.path["ref"], grant=body["grant"], reason=body["reason"], by=call.actor), call)


@operation(
    "operator_papers_read", "closure.counter", answer=FileGiven, body=ReasonSent, keeps=False, rules=("D-02", "N-13")
)
def paper(call: Call) -> dict[str, Any]:
    """Give the marked copy of a paper for a stated reason; that somebody looked stands on the holder's page.

    Therefore a POST.
    """
    content = papers.read(call.path["ref"], reason=call.body["reason"], by=call.actor)
    sha256 = hashlib.sha256(content).hexdigest()
    return {"kind": "pdf", "sha256": sha256, "content": base64.b64encode(content).decode()}


@operation(
    "operator_having_back_create",
    "closure.counter",
    answer=WishShown,
    body=BackSent,
    http=201,
    needs_key=True,
    limit=WITH_PHOTO,
    rules=("C-08", "C-11", "D-06"),
)
def have_back(call: Call) -> dict[str, Any]:
    """Record the check of a holder who wants a number back within its freeze, and order it back.

    In person, at any own store of the same operator: the token is a clerk's of a store. The closure's number and the
    holder's ID open it together. A check that fails at a closure of one's own scope is recorded as REFUSED; any other
    pair that does not fit is 404. The face is compared with a photo, under its own consent, or by the clerk's eye.
    """
    body = call.body
    case = having_back.at_counter(body["case_no"], body["id_number"], by=call.actor)
    if case is None:
        raise Missing(shown.MISSING)
    who, by_eye = (body["name"], body["id_number"]), body.get("by_eye", False)
    face = having_back.judged(case, who, photo=body.get("photo", b""), by_eye=by_eye, by=call.actor)
    seen = having_back.Seen(*who, body["document"], body["read_by"], face)
    return wish(having_back.ask(case, seen, by=call.actor))
