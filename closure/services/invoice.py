"""Invoices of a case: of the final bill with the closing, of what is charged after it with its booking (S-04, S-01)."""

from __future__ import annotations

from closure.models import Case
from closure.services import orders
from portal.actors import Actor
from settlement.models import Invoice
from settlement.services import invoicing


def issue(case: Case, *, of: str = "", by: Actor) -> Invoice | None:
    """Over what the case charged, or over `of`, the ref of a claim or a roaming tail; in the caller's transaction.

    None when nothing was charged. Again returns the first. What it says of a person is masked, as on the certificate.
    """
    facts = {
        "number": case.number.masked,
        "name": case.name.masked,
        "case_no": case.case_no,
        "agent": f"{case.operator}_{case.visiting_province}",
    }
    return invoicing.issue(orders.home_of_case(case), of or case.ref, facts, lang=case.language, by=by)
