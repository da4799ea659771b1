"""Opening a case by case number, ID and a code to the contact number (C-05); a stranger learns nothing."""

from __future__ import annotations

import hmac
from dataclasses import dataclass

from django.db import transaction

from closure import states
from closure.models import Case
from portal.actors import Actor
from portal.errors import Invalid
from portal.masked import IdNumber, Phone
from portal.sealing import blind_index, blind_indexes
from portal.services import codes
from portal.services.budgets import Limit, spend

TRACKS_AN_ADDRESS, TRACKS_A_NUMBER = 5, 10
"""Look-ups of progress: in ten minutes from an address, in an hour for a case number, whether it exists or not."""


@dataclass(frozen=True)
class Asked:
    """A challenge that leads to a case, or to nothing: both look the same from outside."""

    challenge: str
    case_ref: str


def ask_code(case_no: str, id_number: IdNumber, *, address: str, by: Actor) -> Asked:
    """Send a code to the contact number of the case; with a wrong pair the same is done to a number that is nobody's.

    Raises TooMany as codes.request_code does.
    """
    index = blind_index("id", id_number.plain)
    case = (
        Case.objects.filter(case_no=case_no, id_index__in=blind_indexes("id", id_number.plain))
        .exclude(state=states.DRAFT)
        .first()
    )
    contact = case.contact if case else _nobody(case_no, index)
    purpose = f"open-case:{case.ref if case else 'none'}"
    return Asked(codes.request_code(contact, purpose, address=address, by=by), case.ref if case else "none")


def _nobody(case_no: str, index: str) -> Phone:
    """A number of no operator, always the same for a pair: its limits run out as those of a real contact do."""
    return Phone(f"100{int(blind_index('nobody', case_no + index)[:12], 16) % 10**8:08d}")


def track(case_no: str, tail: str, *, address: str) -> Case:
    """The case whose progress may be told to who has its number and the line's last four digits; it is not opened.

    Raises TooMany beyond the limits, and one Invalid for a number that is nobody's and for wrong digits.
    """
    with transaction.atomic(durable=True):
        spend(
            [
                Limit(f"track:address:{blind_index('address', address)}", TRACKS_AN_ADDRESS, 600),
                Limit(f"track:case:{blind_index('case', case_no)}", TRACKS_A_NUMBER, 3600),
            ]
        )
    case = Case.objects.filter(case_no=case_no).exclude(state=states.DRAFT).first()
    if case is None or not hmac.compare_digest(case.number.plain[-4:], tail):
        raise Invalid("error.track.unknown", field="tail")
    return case


def open_case(challenge: str, case_ref: str, text: str, *, by: Actor) -> None:
    """Check the code; raises Invalid as codes.check_code does, for a case that does not exist as well."""
    codes.check_code(challenge, text, purpose=f"open-case:{case_ref}", by=by)
