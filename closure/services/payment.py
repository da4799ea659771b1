"""The money step: the visited province collects as agent (S-01). Withdrawal is possible until here (C-12)."""

from __future__ import annotations

from django.db import transaction

from bss.gateway import Bss
from closure import states
from closure.models import Case, Quote
from closure.parameters import PAYMENT_MINUTES
from closure.queries import current_quote, needs_route, split_of, term
from closure.rules.balance import papers_number
from closure.services import standing, tail, untying
from closure.services.timing import postpone, soon
from portal import audit, clock
from portal.actors import Actor
from portal.errors import Conflict
from portal.moving import move
from portal.nudges import nudge
from portal.services import notices
from settlement.models import Payment
from settlement.services import collection, ledger, payments

METHODS = ("card", "wallet", "cash")
FINAL = ("PAID", "REFUSED", "EXPIRED")


def pay(case: Case, method: str, quote_seq: int, *, by: Actor) -> Payment:
    """QUOTED → PAYING with the payment's intent in the same transaction.

    `quote_seq` is the quote the person saw. Raises Conflict when another one is in force, it ran out, nothing is to
    be paid, the checklist is not acknowledged, or the case moved on.
    """
    with transaction.atomic(durable=True):
        locked = Case.objects.select_for_update(of=("self",), no_key=True).get(pk=case.pk)
        quote = payable(locked, quote_seq)
        if quote.total_fen <= 0:
            raise Conflict("error.conflict", rule_id="C-05")
        minutes = term(case, PAYMENT_MINUTES)
        payment = payments.intend(
            locked.ref,
            quote.total_fen,
            method,
            operator=locked.operator,
            province=locked.visiting_province,
            not_after=soon(minutes * 60),
            nudge="closure.advance",
            by=by,
        )
        move(
            locked,
            states.PAYING,
            by=by,
            reason="pay",
            rules=("C-05", "S-01"),
            due_at=clock.now(),
            owner="robot:closer",
            payment_ref=payment.ref,
            limit_at=payment.not_after,
        )
        audit.record("closure.paying", subject_ref=case.ref, by=by, chain=case.province, rules=("C-05",))
        nudge("closure.advance", case.ref)
    return payment


def payable(case: Case, quote_seq: int) -> Quote:
    """The quote in force when it is the one the person saw; Conflict otherwise. Call it with the case locked."""
    quote = current_quote(case)
    stale = quote is None or quote.seq != quote_seq or quote.valid_until <= clock.now()
    if quote is None or stale or case.state != states.QUOTED or case.acknowledged_at is None:
        raise Conflict("error.conflict", rule_id="C-05")
    if standing.is_recalled(case):
        raise Conflict("error.closure.recalled", rule_id="C-09")
    if untying.unready(case):
        raise Conflict("error.closure.ties", rule_id="C-07")
    return quote


def settle(case: Case, *, fence: int, by: Actor) -> None:
    """Bring a payment to its end: paid → SETTLED and posted, surely not paid → QUOTED, unknown → enquire later."""
    payment = payments.run(case.payment_ref, by=by)
    if payment.state not in FINAL:
        postpone(case, payment.due_at or soon(5), fence=fence)
        return
    with transaction.atomic(durable=True):
        if payment.state == "PAID":
            _collect(case, payment, fence=fence, by=by)
        else:
            _not_paid(case, payment, fence=fence, by=by)


def _collect(case: Case, payment: Payment, *, fence: int, by: Actor) -> None:
    quote = current_quote(case)
    ledger.put_under(papers_number(case.case_no), case.ref)
    tail.settle(case)
    move(
        case,
        states.SETTLED,
        by=by,
        reason="paid",
        rules=("S-01",),
        fence=fence,
        settled_at=clock.now(),
        collected_fen=case.collected_fen + payment.fen,
        due_at=clock.now(),
    )
    collection.collect(
        Bss(case.operator, case.province),
        Bss(case.operator, case.visiting_province),
        case_ref=case.ref,
        payment_ref=payment.ref,
        fen=payment.fen,
        split=split_of(quote) if quote else {},
        method=payment.method,
        by=by,
    )
    facts = {"case_no": case.case_no, "paid_fen": payment.fen}
    notices.tell(case.contact, "notice.closure.paid", facts, case_ref=case.ref, by=by, lang=case.language)
    audit.record("closure.settled", subject_ref=case.ref, by=by, chain=case.province, rules=("S-01", "S-02"))


def _not_paid(case: Case, payment: Payment, *, fence: int, by: Actor) -> None:
    quote = current_quote(case)
    until = quote.valid_until if quote else clock.now()
    move(
        case,
        states.QUOTED,
        by=by,
        reason=payment.state.lower(),
        rules=("C-05",),
        fence=fence,
        due_at=clock.now(),
        owner="subscriber",
        payment_ref="",
        limit_at=until,
    )
    facts = {"case_no": case.case_no}
    notices.tell(case.contact, "notice.closure.not_paid", facts, case_ref=case.ref, by=by, lang=case.language)


def settle_without_payment(case: Case, quote_seq: int, *, by: Actor) -> None:
    """QUOTED → SETTLED when nothing is to be paid; a refund needs its route first. Raises Conflict otherwise."""
    with transaction.atomic(durable=True):
        locked = Case.objects.select_for_update(of=("self",), no_key=True).get(pk=case.pk)
        quote = payable(locked, quote_seq)
        if quote.total_fen > 0 or (needs_route(quote) and not locked.refund_route):
            raise Conflict("error.conflict", rule_id="C-05")
        ledger.put_under(papers_number(locked.case_no), locked.ref)
        tail.settle(locked)
        split = split_of(quote)
        if any(split.values()):
            home = Bss(case.operator, case.province)
            collection.offset(home, case_ref=case.ref, quote=quote.seq, split=split, by=by)
        move(
            locked,
            states.SETTLED,
            by=by,
            reason="nothing to pay",
            rules=("C-05",),
            settled_at=clock.now(),
            due_at=clock.now(),
            owner="robot:closer",
        )
        audit.record("closure.settled", subject_ref=case.ref, by=by, chain=case.province, rules=("C-05",))
        nudge("closure.advance", case.ref)
