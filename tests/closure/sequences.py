"""Random lives of a case: what the person, the province, the bank, the robots and the clock may do, in any order."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

from django.db.models import QuerySet

from bss.simulated import (
    BillSpec,
    BucketSpec,
    ContractSpec,
    LineSpec,
    RoamedSpec,
    RoamingSpec,
    Temper,
    plant,
    set_temper,
)
from closure import states
from closure.models import Case, Claim, Dispute, RoamingTail
from closure.queries import current_quote, needs_route
from closure.services import (
    advance,
    agreement,
    charging,
    claims,
    disputes,
    evidence,
    filing,
    paying_out,
    payment,
    refund,
    roaming,
    unbinding,
    verification,
    withdrawal,
)
from portal import clock
from portal.actors import Actor
from portal.errors import TongbanError
from portal.masked import Phone
from portal.queries.people import line_actor
from portal.services import subscribers
from settlement.models import Payment, Payout
from settlement.services.payouts import code_of
from settlement.simulated.provider import decide, decide_payout
from tests.closure.conftest import FUJIAN, HOLDER, ID, MORNING, ROBOT
from tests.closure.conftest import code_of as sms_code_of

NUMBERS = count(1)
CARD = "6222020000000000000"
MUCH_FEN = 1000
"""Whoever has more than this of their own money was abroad, and a charge for it comes later (C-06)."""
ABROAD: dict[str, Any] = {
    "roamed": [RoamedSpec("日本", date(2026, 11, 12))],
    "roaming_by": date(2026, 12, 20),
    "roaming": [RoamingSpec("r1", "日本", date(2026, 11, 12), 1234, date(2026, 11, 28))],
}
LAWFUL = {"code": "2067", "words": "欠费 12.00 元"}


@dataclass
class Life:
    """One case and its clock; each verb may be refused, which is its right."""

    case: Case
    by: Actor
    hours: float = 0
    clock: ExitStack = field(default_factory=ExitStack)

    def now(self) -> datetime:
        return MORNING + timedelta(hours=self.hours)

    def fresh(self) -> Case:
        self.case = Case.objects.get(pk=self.case.pk)
        return self.case

    def seq(self) -> int:
        quote = current_quote(self.case)
        return quote.seq if quote else 0

    def do(self, verb: str) -> None:
        """One verb at the life's own time."""
        with clock.frozen(self.now()), suppress(TongbanError):
            self.fresh()
            VERBS[verb](self)


def born(bills: int, own_fen: int, contract: bool) -> Life:
    """A filed case of a line of its own, planted in an honest Fujian."""
    place = next(NUMBERS)
    number, contact = Phone(f"1613500{place:04d}"), Phone(f"1613200{place:04d}")
    set_temper(FUJIAN, Temper.HONEST)
    owed = [BillSpec(f"2026-{10 - n:02d}", 1000 + n, 0, date(2026, 11, 1), date(2026, 11, 14)) for n in range(bills)]
    paper = ContractSpec("k1", ends_on=date(2027, 6, 30), document_id="d1", document_sha256="ab" * 32)
    buckets = [BucketSpec("b1", "own", own_fen)] if own_fen else []
    line = LineSpec(number.plain, HOLDER.plain, ID.plain, bills=owed, buckets=buckets, contracts=[paper] * contract)
    plant(FUJIAN, replace(line, **ABROAD) if own_fen > MUCH_FEN else line)
    account = subscribers.sign_in(number, ROBOT)
    by = line_actor(account)
    draft = filing.open_draft(account, by=by)
    filing.set_holder(draft, HOLDER, ID, by=by)
    filing.set_place(draft, "32", by=by)
    filing.ask_contact_code(draft, contact, address="", by=by)
    filing.check_contact_code(draft, sms_code_of(draft.contact_challenge), by=by)
    return Life(filing.file(draft, by=by), by)


def _work(life: Life) -> None:
    charging.stop(life.fresh(), by=ROBOT)
    advance.advance(life.case.ref, by=ROBOT)
    evidence.sweep(limit=5, by=ROBOT)
    for ref in Claim.objects.filter(case=life.case, due_at__isnull=False).values_list("ref", flat=True):
        claims.advance(ref, by=ROBOT)
    for ref in RoamingTail.objects.filter(case=life.case, due_at__isnull=False).values_list("ref", flat=True):
        roaming.advance(ref, by=ROBOT)


def _pay(life: Life, ending: str) -> None:
    unbinding.acknowledge(life.case, by=life.by)
    decide(payment.pay(life.fresh(), "card", life.seq(), by=life.by).ref, ending)
    _work(life)


def _settle(life: Life, route: str) -> None:
    unbinding.acknowledge(life.case, by=life.by)
    quote = current_quote(life.case)
    if quote is not None and needs_route(quote):
        refund.choose_route(life.case, route, CARD if route == "card" else "", by=life.by)
    payment.settle_without_payment(life.fresh(), life.seq(), by=life.by)
    _work(life)


def _dispute(life: Life, kind: str) -> None:
    quote = current_quote(life.case)
    line = quote.lines.filter(kind=kind, fen__gt=0).first() if quote else None
    if line is not None:
        disputes.open_dispute(life.case, line.position, life.seq(), "other", by=life.by)


def _on_dispute(life: Life, verb: Callable[[Dispute], object]) -> None:
    row = Dispute.objects.filter(case=life.case).order_by("-pk").first()
    if row is not None:
        verb(row)


def _pay_claim(life: Life) -> None:
    for claim in Claim.objects.filter(case=life.case, state="OPEN"):
        decide(claims.pay(claim, "card", by=life.by).ref, "paid")
        claims.advance(claim.ref, by=ROBOT)


def _payouts(life: Life) -> QuerySet[Payout]:
    """The payouts of the case and of its roaming tail."""
    tails = RoamingTail.objects.filter(case=life.case).values_list("ref", flat=True)
    return Payout.objects.filter(case_ref__in=[life.case.ref, *tails])


def _bounce(life: Life) -> None:
    for payout in _payouts(life).filter(state__in=("INTENDED", "SENT", "UNKNOWN")):
        if payout.route != "cash":
            decide_payout(payout.ref, "refused")


def _fetch(life: Life) -> None:
    for payout in _payouts(life).filter(route="cash", state="SENT"):
        paying_out.hand_over(life.case, code_of(payout), store="n1", by=ROBOT)
    _work(life)


def _pass(life: Life, hours: float) -> None:
    life.hours += hours
    with clock.frozen(life.now()):
        _work(life)


def _decide_late(life: Life, ending: str) -> None:
    if life.case.payment_ref:
        decide(life.case.payment_ref, ending)


VERBS: dict[str, Callable[[Life], object]] = {
    "work": _work,
    "pay": lambda life: _pay(life, "paid"),
    "pay, refused": lambda life: _pay(life, "refused"),
    "pay, unknown": lambda life: _pay(life, "unknown"),
    "the bank says paid": lambda life: _decide_late(life, "paid"),
    "the bank says refused": lambda life: _decide_late(life, "refused"),
    "settle, card": lambda life: _settle(life, "card"),
    "settle, cash": lambda life: _settle(life, "cash"),
    "dispute a bill": lambda life: _dispute(life, "bill"),
    "dispute a penalty": lambda life: _dispute(life, "penalty"),
    "dispute a late fee": lambda life: _dispute(life, "late_fee"),
    "keep back for roaming": lambda life: agreement.agree(life.case, "keep", life.seq(), by=life.by),
    "have roaming billed": lambda life: agreement.agree(life.case, "bill", life.seq(), by=life.by),
    "take back": lambda life: _on_dispute(life, lambda row: disputes.take_back(row, by=life.by)),
    "prove": lambda life: _on_dispute(life, lambda row: disputes.prove(row.ref, "d", "ab" * 32, "", by=ROBOT)),
    "concede": lambda life: _on_dispute(life, lambda row: disputes.concede(row.ref, by=ROBOT)),
    "accept": lambda life: _on_dispute(life, lambda row: disputes.accept(row, by=life.by)),
    "contest": lambda life: _on_dispute(life, lambda row: disputes.contest(row, "other", by=life.by)),
    "pay the claim": _pay_claim,
    "withdraw": lambda life: withdrawal.withdraw(life.case, by=life.by),
    "again": lambda life: verification.again(life.case, by=life.by),
    "bounce": _bounce,
    "another card": lambda life: paying_out.choose_again(life.case, "card", CARD, by=life.by),
    "fetch": _fetch,
    "an hour": lambda life: _pass(life, 1.1),
    "a day": lambda life: _pass(life, 25),
    "six days": lambda life: _pass(life, 144),
    "home refuses the money": lambda life: set_temper(FUJIAN, Temper.OBSTRUCTIVE, only=["settle"], **LAWFUL),
    "home refuses the closing": lambda life: set_temper(FUJIAN, Temper.OBSTRUCTIVE, only=["close_line"], **LAWFUL),
    "home refuses the refund": lambda life: set_temper(FUJIAN, Temper.OBSTRUCTIVE, only=["refund"], **LAWFUL),
    "home refuses the claim": lambda life: set_temper(FUJIAN, Temper.OBSTRUCTIVE, only=["settle_claim"], **LAWFUL),
    "home obstructs": lambda life: set_temper(FUJIAN, Temper.OBSTRUCTIVE),
    "home is silent after": lambda life: set_temper(
        FUJIAN, Temper.SILENT, only=["settle", "refund", "close_line", "settle_claim"], wait_ms=1
    ),
    "home is silent before": lambda life: set_temper(
        FUJIAN, Temper.SILENT_BEFORE, only=["settle", "refund", "close_line", "settle_claim"], wait_ms=1
    ),
    "home is down": lambda life: set_temper(FUJIAN, Temper.DOWN, only=["settle", "close_line", "refund", "reverse"]),
    "home is honest": lambda life: set_temper(FUJIAN, Temper.HONEST),
}


def brought_to_rest(life: Life) -> Case:
    """Home is honest, the bank speaks, and time goes by until nothing is left to do or the case has lapsed."""
    set_temper(FUJIAN, Temper.HONEST)
    for payment_ref in Payment.objects.filter(state="UNKNOWN").values_list("ref", flat=True):
        decide(payment_ref, "paid")
    for hours in (1.2, 1.2, 26, 800, 1.2, 1.2, 2300, 1.2):
        case = life.fresh()
        if case.due_at is None and case.state in states.TERMINAL and not _open_after(case):
            return case
        _pass(life, hours)
    return life.fresh()


def _open_after(case: Case) -> bool:
    """Whether a claim or the roaming tail still has something to do."""
    claims_open = Claim.objects.filter(case=case, due_at__isnull=False).exists()
    return claims_open or RoamingTail.objects.filter(case=case, due_at__isnull=False).exists()
