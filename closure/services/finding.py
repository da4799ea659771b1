"""Opening a case by case number, ID and a code to the contact number (C-05); a stranger learns nothing."""

from __future__ import annotations

from dataclasses import dataclass

from closure import states
from closure.models import Case
from portal.actors import Actor
from portal.masked import IdNumber, Phone
from portal.sealing import blind_index
from portal.services import codes


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
    case = Case.objects.filter(case_no=case_no, id_index=index).exclude(state=states.DRAFT).first()
    contact = case.contact if case else _nobody(case_no, index)
    purpose = f"open-case:{case.ref if case else 'none'}"
    return Asked(codes.request_code(contact, purpose, address=address, by=by), case.ref if case else "none")


def _nobody(case_no: str, index: str) -> Phone:
    """A number of no operator, always the same for a pair: its limits run out as those of a real contact do."""
    return Phone(f"100{int(blind_index('nobody', case_no + index)[:12], 16) % 10**8:08d}")


def open_case(challenge: str, case_ref: str, text: str, *, by: Actor) -> None:
    """Check the code; raises Invalid as codes.check_code does, for a case that does not exist as well."""
    codes.check_code(challenge, text, purpose=f"open-case:{case_ref}", by=by)
