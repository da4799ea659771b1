"""Every contact with the subscriber is logged, and a second one is refused and recorded (C-14)."""

from __future__ import annotations

from django.db import transaction

from closure import states
from closure.models import Case, Contact
from closure.models.contact import CHANNELS, OUTCOMES, PURPOSES
from closure.parameters import CONTACT_CAP
from closure.queries import term
from portal import audit, clock
from portal.actors import Actor
from portal.errors import Conflict, Invalid, Refused
from portal.services.budgets import Limit, spend

REPORTS_A_DAY = 10


def note(case: Case, *, channel: str, purpose: str, outcome: str, by: Actor) -> Contact:
    """Log a contact of the operator's before or after it was made. "Please stay" is no purpose and cannot be named.

    Raises Invalid `error.contact.fields`, Conflict when the case is over, Refused `error.contact.cap` past the cap ⚙:
    the attempt stands in the log then as well.
    """
    if channel not in CHANNELS or purpose not in PURPOSES or outcome not in OUTCOMES:
        raise Invalid("error.contact.fields", field="purpose", rule_id="C-14")
    with transaction.atomic(durable=True):
        locked = Case.objects.select_for_update(of=("self",), no_key=True).get(pk=case.pk)
        if locked.state not in states.OPEN:
            raise Conflict("error.conflict", rule_id="C-14")
        beyond = locked.contacts_made >= term(locked, CONTACT_CAP)
        row = _write(locked, channel, purpose, "" if beyond else outcome, by=by, refused=beyond)
        if not beyond:
            Case.objects.filter(pk=case.pk).update(contacts_made=locked.contacts_made + 1)
    if beyond:
        raise Refused("error.contact.cap", rule_id="C-14", n=term(case, CONTACT_CAP))
    return row


def report(case: Case, *, channel: str, stay: bool, by: Actor) -> Contact:
    """The subscriber tells of a contact that nobody entered; an attempt to make them stay is named as such (C-14).

    Raises Invalid `error.contact.channel`, TooMany past ten a day.
    """
    if channel not in CHANNELS:
        raise Invalid("error.contact.channel", field="channel", rule_id="C-14")
    with transaction.atomic(durable=True):
        spend([Limit(f"contact-report:{case.ref}", REPORTS_A_DAY, 86_400)])
        return _write(case, channel, "stay" if stay else "unknown", "", by=by, reported=True)


def _write(
    case: Case, channel: str, purpose: str, outcome: str, *, by: Actor, refused: bool = False, reported: bool = False
) -> Contact:
    row = Contact.objects.create(
        case=case,
        channel=channel,
        purpose=purpose,
        outcome=outcome,
        refused=refused,
        reported=reported,
        by_ref=by.ref,
        by_role=by.role,
        who="" if reported else by.label,
        store=by.store,
        at=clock.now(),
    )
    facts = {"channel": channel, "purpose": purpose, "refused": refused, "reported": reported}
    audit.record("closure.contact", subject_ref=case.ref, by=by, chain=case.province, rules=("C-14",), facts=facts)
    return row
