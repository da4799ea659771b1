"""Showing one unmasked value to one member of staff for a stated reason (D-02)."""

from django.db import transaction

from portal import audit
from portal.actors import Actor
from portal.clock import now
from portal.errors import Invalid, Refused
from portal.masked import Masked
from portal.models import Look
from portal.roles import Role
from portal.rules.text import half_width
from portal.services.budgets import Limit, spend

REVEALERS = frozenset({Role.CLERK, Role.SUPERVISOR, Role.PROVINCIAL_REGULATOR})
"""Who may look (D-05): the national regulator and the auditor see everything, masked."""

VERB = "reveal"
SHORTEST_REASON, LONGEST_REASON = 5, 200
AN_HOUR = 20


def reveal(value: Masked, what: str, *, subject_ref: str, case_ref: str, province: str, reason: str, by: Actor) -> str:
    """Record the look and then give the plain value; the caller has judged the scope and shows it once.

    `what` names the value (`number`, `name`, `id_number`, `contact`), `subject_ref` the line account it belongs to,
    `province` the audit chain. The chain holds the look's reference, never the reason. Raises Refused
    ``error.refused``, Invalid ``error.reveal.reason`` (fewer than 5 or more than 200 characters) and TooMany
    ``error.reveal.often`` (20 an hour ⚙ for one person). Call outside a transaction.
    """
    if by.role not in REVEALERS:
        raise Refused("error.refused", rule_id="D-02")
    said = " ".join(half_width(reason).replace("\x00", "").split())
    if len(said.replace(" ", "")) < SHORTEST_REASON or len(said) > LONGEST_REASON:
        raise Invalid("error.reveal.reason", field="reason", rule_id="D-02", n=SHORTEST_REASON)
    record_look(what, subject_ref=subject_ref, case_ref=case_ref, province=province, reason=said, by=by)
    return value.plain


def record_look(what: str, *, subject_ref: str, case_ref: str, province: str, reason: str, by: Actor) -> None:
    """Count and record one look at something sealed, for the holder's page and the audit chain; before it is shown.

    Raises TooMany ``error.reveal.often`` (20 an hour ⚙ for one person). Call outside a transaction.
    """
    with transaction.atomic(durable=True):
        spend([Limit(f"reveal:{by.ref}", AN_HOUR, 3600)], error="error.reveal.often")
        look = Look(subject_ref=subject_ref, case_ref=case_ref, what=what, by_ref=by.ref, by_role=by.role, at=now())
        look.who, look.reason = by.label[:40], reason
        look.save(force_insert=True)
        facts = {"look": look.ref, "what": what, "case": case_ref}
        audit.record(VERB, subject_ref=subject_ref, by=by, chain=province, rules=["D-02"], facts=facts)
