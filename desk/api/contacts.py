"""Contacts with the subscriber, entered before or after they are made; past the cap refused and recorded (C-14)."""

from __future__ import annotations

from typing import Any, ClassVar

from closure.api import shown
from closure.api.waiting import ContactShown, contact_row
from closure.models.contact import CHANNELS, OUTCOMES, PURPOSES
from closure.services import contacts
from portal.api.fields import Sent, Word
from portal.api.operations import Call, operation


class ContactMade(Sent):
    """How, what for, and how it went; asking to stay is no purpose."""

    channel = Word(CHANNELS)
    purpose = Word(PURPOSES)
    outcome = Word(OUTCOMES)
    example: ClassVar[dict[str, Any]] = {"channel": "phone", "purpose": "missing", "outcome": "reached"}


@operation(
    "operator_contacts_create",
    "desk.orders",
    answer=ContactShown,
    body=ContactMade,
    http=201,
    needs_key=True,
    rules=("C-14",),
)
def note(call: Call) -> dict[str, Any]:
    """Log a contact with the subscriber of a closure in one's scope.

    Beyond the cap (one) it is refused with 403, and the attempt stands in the log. The same key again logs nothing
    more.
    """
    return contact_row(contacts.note(shown.case_of(call), **call.body, by=call.actor))
