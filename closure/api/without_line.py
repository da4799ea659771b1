"""Without the line: opening a case by its number and ID, and paying a stopped line by its number (C-05, C-08)."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any, ClassVar

from rest_framework import serializers

from closure.api import shown
from closure.api.shapes import FoundTicket, RestoringShown
from closure.models import Restoring
from closure.services import finding, restoring
from portal import clock
from portal.api.fields import Digits, IdField, Pattern, PhoneField, ProvinceField, Sent, Text, Whole
from portal.api.operations import Answer, Call, operation
from portal.api.sign_in import TokenGiven, given
from portal.cipher import Unsealable, seal, unseal
from portal.errors import Invalid, Missing
from portal.refs import is_case_number
from portal.services import tokens
from portal.services.codes import DIGITS, LIFE
from settlement.models import Payment

AAD = "api.ticket"
LEAST_FEN, MOST_FEN = 100, 500_000


class CaseAsked(Sent):
    """The case number from a notice, and the ID it was filed with."""

    case_no = Pattern(r"^[A-Z]{2}[0-9]{6}-[0-9]{8}$")
    id_number = IdField()

    def validate_case_no(self, value: str) -> str:
        """With a right check digit."""
        if not is_case_number(value):
            raise serializers.ValidationError(code="invalid", detail="")
        return value


class TicketTyped(Sent):
    """The ticket, and the code that arrived at the contact number."""

    ticket = Text(max_length=400)
    code = Digits(DIGITS)
    example: ClassVar[dict[str, Any]] = {"ticket": "AAAA", "code": "000000"}


class RestoringAsked(Sent):
    """How much into which line, in whole fen; and where the payer is."""

    number = PhoneField()
    province = ProvinceField()
    fen = Whole(min_value=LEAST_FEN, max_value=MOST_FEN)
    example: ClassVar[dict[str, Any]] = {"number": "16900000000", "province": "32", "fen": 5000}


@operation("closures_find", "closure.find", answer=FoundTicket, body=CaseAsked, http=202, rules=("C-05",))
def find(call: Call) -> dict[str, Any]:
    """Ask for a code at the contact number of a closure.

    The answer is the same whether the closure exists or not.
    """
    asked = finding.ask_code(call.body["case_no"], call.body["id_number"], address=call.address, by=call.actor)
    ticket = seal(json.dumps([asked.challenge, asked.case_ref.ljust(26)]), AAD)
    expires_at = clock.now() + LIFE
    return {"ticket": base64.urlsafe_b64encode(ticket).decode(), "digits": DIGITS, "expires_at": expires_at}


@operation("closures_find_open", "closure.find", answer=TokenGiven, body=TicketTyped, http=201, rules=("C-05",))
def open_found(call: Call) -> Answer:
    """Exchange ticket and code for a token that opens this one closure."""
    challenge, case_ref = _opened(call.body["ticket"])
    finding.open_case(challenge, case_ref, call.body["code"], by=call.actor)
    return given(*tokens.issue_to_case(case_ref, by=call.actor))


def _opened(ticket: str) -> tuple[str, str]:
    try:
        challenge, case_ref = json.loads(unseal(base64.urlsafe_b64decode(ticket.encode()), AAD))
    except (Unsealable, binascii.Error, ValueError, UnicodeError):
        raise Invalid("error.code.expired", field="ticket", rule_id="D-04") from None
    return str(challenge), str(case_ref).strip()


@operation(
    "restorings_create",
    "closure.restore",
    answer=RestoringShown,
    body=RestoringAsked,
    http=201,
    needs_key=True,
    rules=("C-08", "C-15"),
)
def restore(call: Call) -> Answer:
    """Pay into a stopped line by its number, so that it can receive a code again.

    Nothing about the line is shown, before or after.
    """
    body = call.body
    row = restoring.ask(body["number"], body["fen"], body["province"], address=call.address, by=call.actor)
    return Answer(_restoring(row), headers={"Location": f"/api/v1/restorings/{row.ref}"})


@operation("restorings_read", "closure.restore", answer=RestoringShown)
def read_restoring(call: Call) -> dict[str, Any]:
    """Show how such a payment went, to whoever has its id."""
    row = Restoring.objects.filter(ref=call.path["ref"]).first()
    if row is None:
        raise Missing(shown.MISSING)
    return _restoring(row)


def _restoring(row: Restoring) -> dict[str, Any]:
    payment = Payment.objects.get(ref=row.payment_ref)
    pay_url = payment.pay_url if row.state == "ASKED" else ""
    return {"ref": row.ref, "state": row.state, "fen": row.fen, "pay_url": pay_url}
