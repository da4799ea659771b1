"""One flow of the campaign: a line, a person, and what every person does with a case: file, read, pay, try again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from bss.simulated import BillSpec, BucketSpec
from closure import states
from closure.models import Case
from closure.queries import current_quote
from closure.services import filing, payment, refund, unbinding, verification
from portal import clock
from portal.actors import Actor
from settlement.models import Payment
from settlement.services import payments
from settlement.simulated.provider import decide

Does = Callable[[Case, Actor], bool]
MORNING = datetime(2026, 11, 24, 10, 12, tzinfo=clock.SHANGHAI)
CARD = "6222020000000000000"
OWED = BillSpec("2026-10", 5800, 0, date(2026, 11, 1), date(2026, 11, 14))
OWN = BucketSpec("b1", "own", 3650)


@dataclass(frozen=True)
class Flow:
    """A line and a person; `does(case, by)` acts once and says whether it did anything.

    `lasts` says that a play of it takes a month of the case's time: the quick tier takes few of those. What goes on
    after the case has ended: `over` says whether that is done too, `due` what it waits for, `robots` who else works at
    it. `begins` gives the instant at which the play of a trial's number begins.
    """

    name: str
    does: Does
    line: Mapping[str, Any] = field(default_factory=dict)
    ends: frozenset[str] = frozenset({states.CLOSED})
    lasts: bool = False
    over: Callable[[Case], bool] = lambda _case: True
    due: Callable[[Case], datetime | None] = lambda _case: None
    robots: tuple[tuple[str, Callable[[], object]], ...] = ()
    begins: Callable[[int], datetime] = lambda _serial: MORNING


def files(case: Case, by: Actor) -> bool:
    if case.state != states.DRAFT:
        return False
    filing.file(case, by=by)
    return True


def goes_on(case: Case, by: Actor) -> bool:
    """From the quote to the money, whatever the sum is."""
    quote = current_quote(case)
    if case.state == states.QUOTED and quote is not None:
        return settles(case, quote.seq, quote.total_fen, by)
    if case.state == states.PAYING:
        return pays(case, by)
    return False


def settles(case: Case, seq: int, total_fen: int, by: Actor) -> bool:
    if case.acknowledged_at is None:
        unbinding.acknowledge(case, by=by)
    elif total_fen > 0:
        payment.pay(case, "card", seq, by=by)
    elif total_fen < 0 and not case.refund_route:
        refund.choose_route(case, "card", CARD, by=by)
    else:
        payment.settle_without_payment(case, seq, by=by)
    return True


def pays(case: Case, by: Actor) -> bool:
    """At the cashier's, once the provider has opened the charge: pay it; the provider calls back."""
    charge = Payment.objects.get(ref=case.payment_ref)
    if charge.state != "SENT" or not charge.provider_ref:
        return False
    callback = decide(charge.ref, "paid")
    if callback is not None:
        payments.hear(callback, by=by)
    return True


def closes(case: Case, by: Actor) -> bool:
    return files(case, by) or goes_on(case, by) or tries_again(case, by)


def tries_again(case: Case, by: Actor) -> bool:
    """What held the case is said to be mended: have it checked again."""
    if case.state != states.HELD:
        return False
    verification.again(case, by=by)
    return True
