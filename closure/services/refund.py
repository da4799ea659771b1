"""Where a refund goes: chosen before settling, and once more when a refund came back (C-05)."""

from __future__ import annotations

from django.db import transaction

from bss.gateway import Bss, Ending, ask
from closure import states
from closure.models import Case
from closure.parameters import REFUND_ROUTES
from closure.queries import term
from closure.rules.filing import number_findings
from portal.actors import Actor
from portal.errors import Conflict, Invalid
from portal.masked import Phone
from portal.register import home_of
from portal.rules.phone import parse_phone
from portal.sealing import seal, unseal


def choose_route(case: Case, route: str, destination: str, *, by: Actor) -> None:
    """Choose where a refund goes: card, another number of the same operator and holder, or cash in a store.

    `destination` is the card's or the number's digits, '' for cash. Raises Invalid with the field, Conflict when the
    case is not quoted or the route is not offered. The number is checked with its home province, outside transactions.
    """
    digits = digits_for(case, route, destination, by=by)
    with transaction.atomic(durable=True):
        changed = Case.objects.filter(pk=case.pk, state=states.QUOTED).update(
            refund_route=route,
            refund_box=sealed(case, digits),
            refund_last4=digits[-4:],
        )
    if not changed:
        raise Conflict("error.conflict", rule_id="C-05")


def digits_for(case: Case, route: str, text: str, *, by: Actor) -> str:
    """The digits a route needs, checked; '' for cash. Raises Invalid with the field. Outside transactions."""
    if route not in term(case, REFUND_ROUTES):
        raise Invalid("error.refund.route", field="route", rule_id="C-05")
    return _destination(case, route, text, by=by)


def sealed(case: Case, digits: str) -> bytes:
    """A destination, sealed for the column `refund_box`."""
    return seal(digits, _aad(case))


def _aad(case: Case) -> str:
    return f"closure_case.refund_box:{case.ref}"


def destination_of(case: Case) -> str:
    """Where the refund goes, unsealed for the provider; '' for cash."""
    return unseal(bytes(case.refund_box), _aad(case)) if case.refund_box else ""


def _destination(case: Case, route: str, text: str, *, by: Actor) -> str:
    if route == "cash":
        return ""
    if route == "line":
        return _same_holder(case, parse_phone(text), by=by)
    return card_digits(text)


def card_digits(text: str) -> str:
    """A bank card's digits; Invalid when they cannot be one."""
    digits = "".join(text.split()).replace("-", "")
    if not (digits.isascii() and digits.isdigit() and 15 <= len(digits) <= 19 and _luhn(digits)):
        raise Invalid("error.refund.card", field="destination", rule_id="C-05")
    return digits


def _luhn(digits: str) -> bool:
    total = 0
    for position, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if position % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _same_holder(case: Case, phone: Phone, *, by: Actor) -> str:
    for finding in number_findings(case.number, contact=None, refund=phone):
        raise Invalid(f"finding.{finding.key}.fact", field="destination", rule_id=finding.rules[0])
    home = home_of(phone)
    if home is None or home.operator != case.operator:
        raise Invalid("error.refund.operator", field="destination", rule_id="C-05")
    about = {"number": phone.plain, "name": case.name.plain, "id": case.id_number.plain}
    answer = ask(Bss(home.operator, home.province), "identity", about, case_ref=case.ref, by=by)
    if answer.ending != Ending.DONE:
        raise Invalid("error.refund.unanswered", field="destination", rule_id="C-05")
    if not answer.facts["match"]:
        raise Invalid("error.refund.holder", field="destination", rule_id="C-05")
    return phone.plain
