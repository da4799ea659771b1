"""The quote, and the one money step that follows from it: pay, be refunded, or neither (C-05, C-18, S-01)."""

from __future__ import annotations

from typing import Any, ClassVar

from closure import states
from closure.api import shown
from closure.api.shapes import (
    Closure,
    PaymentList,
    PaymentShown,
    QuoteList,
    QuoteShown,
    Receipt,
    RefundShown,
)
from closure.models import Case, Quote
from closure.queries import bounced_payout, current_quote, payout_of
from closure.rules.balance import papers_number
from closure.services import paying_out, payment, refund, unbinding
from closure.words.large import waits_for_two
from closure.words.late import lateness_now
from closure.words.receipt import entries, paper_of, paper_rows, paper_words
from closure.words.told import due_back, refund_note
from portal.api.fields import Sent, Text, Word
from portal.api.operations import Answer, Call, operation
from portal.errors import Missing, Stale
from portal.roles import Role
from settlement.models import Payment

ROUTES = ("card", "line", "cash")


class PaymentAsked(Sent):
    """How it is paid."""

    method = Word(payment.METHODS)
    example: ClassVar[dict[str, Any]] = {"method": "card"}


class RouteChosen(Sent):
    """Where the refund goes; `destination` are a card's or a number's digits, and left out for cash."""

    route = Word(ROUTES)
    destination = Text(required=False, max_length=24)
    example: ClassVar[dict[str, Any]] = {"route": "cash"}


def _seen(case: Case, call: Call) -> Quote:
    """The quote of If-Match when it is still the latest; Stale (412) otherwise."""
    quote = current_quote(case)
    if quote is None or quote.seq != call.version:
        raise Stale("error.api.stale", rule_id="C-05")
    return quote


@operation("closures_quote_read", "closure.look", answer=QuoteShown, gives_etag=True, rules=("C-05",))
def read_quote(call: Call) -> Answer:
    """Show the latest quote; its ETag is what If-Match takes at the money step."""
    case = shown.case_of(call)
    quote = current_quote(case)
    if quote is None:
        raise Missing(shown.MISSING)
    return Answer(shown.quote(quote, case, call.lang), headers={"ETag": f'"{quote.seq}"'})


@operation("closures_quotes_list", "closure.look", answer=QuoteList, rules=("C-05",))
def list_quotes(call: Call) -> dict[str, Any]:
    """List every quote of a closure, newest first."""
    case = shown.case_of(call)
    rows = case.quotes.prefetch_related("lines").order_by("-seq")[:100]
    return {"items": [shown.quote(one, case, call.lang) for one in rows]}


@operation("closures_acknowledge", "closure.act", answer=Closure, rules=("C-10",))
def acknowledge(call: Call) -> dict[str, Any]:
    """Say that the list of what to unbind elsewhere was seen; once is enough."""
    case = shown.case_of(call)
    unbinding.acknowledge(case, by=call.actor)
    case.refresh_from_db()
    return shown.closure(case, call.lang)


@operation(
    "closures_payments_create",
    "closure.act",
    answer=PaymentShown,
    body=PaymentAsked,
    http=201,
    needs_key=True,
    if_match=True,
    errors=(412,),
    rules=("C-05", "S-01"),
)
def pay(call: Call) -> dict[str, Any]:
    """Pay the quote that was seen: one payment, however often it is sent.

    Follow it until its state is PAID, REFUSED or EXPIRED; `pay_url` is the provider's page. UNKNOWN is asked about by
    us: do not pay again.
    """
    case = shown.case_of(call)
    _seen(case, call)
    if case.state == states.PAYING:
        return shown.payment(Payment.objects.get(ref=case.payment_ref), call.actor.role)
    return shown.payment(payment.pay(case, call.body["method"], call.version, by=call.actor), call.actor.role)


@operation("closures_payments_list", "closure.look", answer=PaymentList)
def list_payments(call: Call) -> dict[str, Any]:
    """List the payments of a closure, newest first."""
    rows = Payment.objects.filter(case_ref=shown.case_of(call).ref).order_by("-pk")[:100]
    return {"items": [shown.payment(row, call.actor.role) for row in rows]}


@operation("closures_payments_read", "closure.look", answer=PaymentShown)
def read_payment(call: Call) -> dict[str, Any]:
    """Show one payment."""
    case = shown.case_of(call)
    row = Payment.objects.filter(case_ref=case.ref, ref=call.path["payment"]).first()
    if row is None:
        raise Missing(shown.MISSING)
    return shown.payment(row, call.actor.role)


@operation(
    "closures_settle",
    "closure.act",
    answer=Closure,
    http=202,
    needs_key=True,
    if_match=True,
    errors=(412,),
    rules=("C-05",),
)
def settle(call: Call) -> dict[str, Any]:
    """Go on when the quote is zero: there is nothing to pay and nothing to refund."""
    case = shown.case_of(call)
    quote = _seen(case, call)
    if not _is_settled(case, quote):
        payment.settle_without_payment(case, quote.seq, by=call.actor)
        case.refresh_from_db()
    return shown.closure(case, call.lang)


@operation(
    "closures_refund_create",
    "closure.act",
    answer=Closure,
    body=RouteChosen,
    http=202,
    needs_key=True,
    if_match=True,
    errors=(412,),
    rules=("C-05",),
)
def choose_route(call: Call) -> dict[str, Any]:
    """Say where the refund goes, and go on: card, another number of the same operator and holder, or cash in a store.

    The money leaves once the line is closed. A refund that came back asks for another way here, under the same quote.
    """
    case = shown.case_of(call)
    quote = _seen(case, call)
    route, destination = call.body["route"], call.body.get("destination", "")
    if bounced_payout(case) is not None:
        paying_out.choose_again(case, route, destination, by=call.actor)
    elif not _is_settled(case, quote):
        refund.choose_route(case, route, destination, by=call.actor)
        payment.settle_without_payment(case, quote.seq, by=call.actor)
    case.refresh_from_db()
    return shown.closure(case, call.lang)


def _is_settled(case: Case, quote: Quote) -> bool:
    """Whether this very quote was settled without a payment before: the same call again changes nothing."""
    return quote.total_fen <= 0 and case.state in (states.SETTLED, states.CLOSING, states.CLOSED)


@operation("closures_refund_read", "closure.look", answer=RefundShown, rules=("C-05",))
def read_refund(call: Call) -> dict[str, Any]:
    """Show where a refund, or a returned payment, is: route, last digits, by when it arrives.

    A code for cash is in the words for the line alone.
    """
    case = shown.case_of(call)
    payout, fen = payout_of(case), due_back(case)
    if not fen:
        raise Missing(shown.MISSING)
    late = lateness_now(case, payout, fen)
    note = refund_note(case, call.lang) if call.actor.role == Role.SUBSCRIBER else None
    return {
        "number": papers_number(case.case_no),
        "fen": fen,
        "route": payout.route if payout else case.refund_route,
        "words": note["text"] if note else "",
        "last4": payout.last4 if payout else case.refund_last4,
        "state": payout.state if payout else "",
        "arrives_by_on": payout.arrives_by_on if payout else None,
        "days_late": late.days if late else 0,
        "compensation_fen": late.fen if late else 0,
        "check_until": payout.due_at if payout and waits_for_two(payout) else None,
    }


@operation("closures_receipt", "closure.read", answer=Receipt, rules=("C-18", "D-03"))
def receipt(call: Call) -> dict[str, Any]:
    """Show the receipt of a settled closure, with the head of the audit chain."""
    case = shown.case_of(call)
    paper = paper_of(case)
    if paper is None:
        raise Missing(shown.MISSING)
    return {
        "number": papers_number(case.case_no),
        "entries": entries(case, call.lang),
        "title": paper_words(paper, call.lang),
        "rows": paper_rows(case, paper, call.lang),
        "chain_head": paper.link.hash[:16],
    }
