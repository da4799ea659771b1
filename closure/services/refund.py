"""Refunds: the route is chosen before settling, the money goes after closing, as the home province's agent (C-05)."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction

from bss.gateway import Bss, Ending, ask
from bss.states import DONE
from closure import states
from closure.models import Case
from closure.parameters import REFUND_DAYS, REFUND_ROUTES
from closure.queries import current_quote, term
from closure.rules.filing import number_findings
from closure.services import orders
from portal import clock, work_orders
from portal.actors import Actor
from portal.errors import Conflict, Invalid
from portal.masked import Phone
from portal.register import home_of
from portal.rules.phone import parse_phone
from portal.sealing import seal, unseal
from settlement.services import collection, payouts, refunds

PAID_OUT = "PAID"
BOUNCED = ("REFUSED", "EXPIRED")


def choose_route(case: Case, route: str, destination: str, *, by: Actor) -> None:
    """Choose where a refund goes: card, another number of the same operator and holder, or cash in a store.

    `destination` is the card's or the number's digits, '' for cash. Raises Invalid with the field, Conflict when the
    case is not quoted or the route is not offered. The number is checked with its home province, outside transactions.
    """
    if route not in term(case, REFUND_ROUTES):
        raise Invalid("error.refund.route", field="route", rule_id="C-05")
    digits = _destination(case, route, destination, by=by)
    with transaction.atomic(durable=True):
        changed = Case.objects.filter(pk=case.pk, state=states.QUOTED).update(
            refund_route=route,
            refund_box=seal(digits, _aad(case)),
            refund_last4=digits[-4:],
        )
    if not changed:
        raise Conflict("error.conflict", rule_id="C-05")


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


def pay_out(case: Case, *, by: Actor) -> bool:
    """After closing: take the money out of the home's bucket, owe it, pay it. True when it is out or none is owed."""
    quote = current_quote(case)
    if quote is None or quote.total_fen >= 0:
        return True
    fen = -quote.total_fen
    command = orders.carry_out(case, "refund", "refund", {"fen": fen, "route": case.refund_route}, by=by)
    if command.state != DONE:
        return False
    if not case.payout_ref:
        _intend_payout(case, fen, by=by)
    payout = payouts.run(case.payout_ref, by=by)
    if payout.state in BOUNCED:
        _report_bounce(case, by=by)
    if payout.state != PAID_OUT:
        return False
    with transaction.atomic(durable=True):
        refunds.pay_refund(*_provinces(case), case_ref=case.ref, fen=fen, by=by)
    return True


def _report_bounce(case: Case, *, by: Actor) -> None:
    """A refund that came back is the home province's to send again: a work order, once."""
    with transaction.atomic(durable=True):
        work_orders.open_order(
            "refund",
            key=f"refund:{case.payout_ref}",
            case_ref=case.ref,
            operator=case.operator,
            province=case.province,
            facts={"payout": case.payout_ref},
            due_at=clock.now() + timedelta(days=1),
            by=by,
        )


def _intend_payout(case: Case, fen: int, *, by: Actor) -> None:
    days = term(case, REFUND_DAYS)
    with transaction.atomic(durable=True):
        locked = Case.objects.select_for_update(of=("self",), no_key=True).get(pk=case.pk)
        if not locked.payout_ref:
            refunds.owe_refund(*_provinces(case), case_ref=case.ref, fen=fen, by=by)
            payout = payouts.intend(
                case.ref,
                fen,
                case.refund_route or "card",
                operator=case.operator,
                province=case.visiting_province,
                destination=destination_of(case),
                arrives_days=days,
                nudge="closure.advance",
                by=by,
            )
            Case.objects.filter(pk=case.pk).update(payout_ref=payout.ref)
            case.payout_ref = payout.ref
        else:
            case.payout_ref = locked.payout_ref


def give_back(case: Case, *, by: Actor) -> bool:
    """Return what was collected when a case ends without closing (C-12); True when nothing is left to return."""
    with transaction.atomic(durable=True):
        collection.return_offsets(case.ref, by=by)
    if not case.collected_fen:
        return True
    if not case.payout_ref:
        _intend_return(case, by=by)
    payout = payouts.run(case.payout_ref, by=by)
    return payout.state == PAID_OUT


def _intend_return(case: Case, *, by: Actor) -> None:
    with transaction.atomic(durable=True):
        locked = Case.objects.select_for_update(of=("self",), no_key=True).get(pk=case.pk)
        if not locked.payout_ref:
            collection.return_payment(*_provinces(case), case_ref=case.ref, fen=case.collected_fen, by=by)
            payout = payouts.intend(
                case.ref,
                case.collected_fen,
                "original",
                operator=case.operator,
                province=case.visiting_province,
                last4="",
                arrives_days=1,
                nudge="closure.advance",
                by=by,
            )
            Case.objects.filter(pk=case.pk).update(payout_ref=payout.ref)
            case.payout_ref = payout.ref
        else:
            case.payout_ref = locked.payout_ref


def _provinces(case: Case) -> tuple[Bss, Bss]:
    """Home and visited province, in the order the ledger's verbs take them."""
    return Bss(case.operator, case.province), Bss(case.operator, case.visiting_province)
