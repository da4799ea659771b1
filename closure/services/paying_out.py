"""Money on its way back: refunds after closing, returned payments, and another try when one came back (C-05, C-12)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from bss.gateway import Bss
from bss.models import Command
from bss.states import DONE, REFUSED
from closure.models import Case, RoamingTail
from closure.queries import bounced_payout, current_quote, tail_of
from closure.rules.balance import balance_of
from closure.services import books, orders, undoing
from closure.services.refund import digits_for, sealed
from closure.services.sending import ORIGINAL, new_payout, tell_code
from closure.services.timing import earliest, soon
from portal import audit, clock, work_orders
from portal.actors import Actor
from portal.errors import Conflict
from portal.models import WorkOrder
from portal.nudges import nudge
from portal.services import notices
from settlement.models import Payment, Payout
from settlement.services import collection, late_refunds, payouts, refunds, setting_apart
from settlement.states import AWAITING, SENT

HOUR_S = 3600
PAID_OUT = "PAID"
BOUNCED = ("REFUSED", "EXPIRED")


def pay_out(case: Case, *, by: Actor) -> datetime | None:
    """After closing: take the holder's own money out of the home's bucket, owe it, pay it; what was paid too much too.

    Returns when to look again; None when it is out, none is owed, or it came back and the person chooses another way.
    """
    quote = current_quote(case)
    if quote is None or quote.total_fen >= 0:
        return None
    fen, own = -quote.total_fen, balance_of(quote.lines.all()).own_fen
    if own:
        payload = {"fen": own, "route": case.refund_route}
        command = orders.carry_out(case, "refund", "refund", payload, by=by)
        if command.state == REFUSED:
            return _refused_at_home(case, command, by=by)
        if command.state != DONE:
            return soon(5)
        if not case.payout_ref and not books.proved(case, by=by):
            return soon(books.pause_s(case))
    if not case.payout_ref:
        _intend(case, fen, case.refund_route or "card", by=by)
    payout = payouts.run(case.payout_ref, by=by)
    follow(provinces_of(case)[0], payout, by=by)
    if payout.state == PAID_OUT:
        with transaction.atomic(durable=True):
            refunds.pay_refund(*provinces_of(case), case_ref=case.ref, fen=fen, route=payout.route, by=by)
    return outlook(case, payout, by=by)


def give_back(case: Case, *, by: Actor) -> datetime | None:
    """Return what was collected when a case ends without closing (C-12); the books follow the money.

    Returns when to look again; None when nothing is left to return, or it came back and the person chooses a way.
    """
    with transaction.atomic(durable=True):
        collection.return_offsets(case.ref, by=by)
    if not case.collected_fen:
        return None
    if not case.payout_ref:
        _intend(case, case.collected_fen, _way_back(case), owed=False, by=by)
    payout = payouts.run(case.payout_ref, by=by)
    follow(provinces_of(case)[0], payout, by=by)
    if payout.state == PAID_OUT:
        with transaction.atomic(durable=True):
            home, fen = provinces_of(case)[0], case.collected_fen
            collection.return_payment(home, case_ref=case.ref, fen=fen, route=payout.route, by=by)
    return outlook(case, payout, by=by)


def follow(home: Bss, payout: Payout, *, by: Actor) -> None:
    """The books follow what the provider said of a payout, before anything rests on it; a late one is written down."""
    with transaction.atomic(durable=True):
        setting_apart.follow(home, payout, by=by)
        late_refunds.record(payout, by=by)


def choose_again(case: Case, route: str, destination: str, *, by: Actor) -> Payout:
    """Another way for money that came back: one new payout, never beside one that may still arrive.

    Raises Invalid with the field, Conflict unless the payout in force has surely not arrived.
    """
    digits = digits_for(case, route, destination, by=by)
    with transaction.atomic(durable=True):
        locked = Case.objects.select_for_update(of=("self",), no_key=True).get(pk=case.pk)
        failed = bounced_payout(locked)
        if failed is None:
            raise Conflict("error.conflict", rule_id="C-05")
        box = sealed(locked, digits)
        Case.objects.filter(pk=case.pk).update(
            refund_route=route, refund_box=box, refund_last4=digits[-4:], due_at=clock.now()
        )
        locked.refund_box = box
        setting_apart.send_again(failed, by=by)
        tail = RoamingTail.objects.filter(case=locked, payout_ref=failed.ref).first()
        payout = new_payout(locked, failed.fen, route, of=tail, replaces=failed, by=by)
        work_orders.cancel_order(key_of(failed.ref), by=by, reason="another way chosen")
        late_refunds.record(failed, by=by)
        audit.record("closure.refund_again", subject_ref=case.ref, by=by, chain=case.province, rules=("C-05",))
        nudge(payout.nudge, payout.case_ref)
    return payout


def hand_over(case: Case, code: str, *, store: str, by: Actor) -> None:
    """The visited store hands out the cash of a case against its code (C-05); the books follow at once.

    Raises as settlement.services.payouts.hand_over does.
    """
    tail = tail_of(case)
    refs = [case.payout_ref, tail.payout_ref if tail else ""]
    fetched = payouts.hand_over(refs, code, store=store, by=by)
    with transaction.atomic(durable=True):
        if tail is not None and fetched.case_ref == tail.ref:
            RoamingTail.objects.filter(pk=tail.pk).update(due_at=clock.now())
            nudge("closure.roaming", tail.ref)
        Case.objects.filter(pk=case.pk).update(due_at=clock.now())
        audit.record("closure.cash_fetched", subject_ref=case.ref, by=by, chain=case.province, rules=("C-05",))
        nudge("closure.advance", case.ref)


def key_of(payout_ref: str) -> str:
    """The key of the work order about a payout that came back."""
    return f"refund:{payout_ref}"


def outlook(case: Case, payout: Payout, *, by: Actor) -> datetime | None:
    """When to look at a payout again; what came back or was turned down is told once and waits for another way."""
    if payout.state == PAID_OUT:
        return None
    if payout.state in BOUNCED:
        told = "refund_denied" if payout.code == payouts.DENIED else "refund_bounced"
        facts = {"payout": payout.ref, "route": payout.route}
        report(case, key_of(payout.ref), facts, told, bounced=payout, by=by)
        return None
    if payout.state == AWAITING:
        return soon(HOUR_S)
    if payout.state == SENT:
        tell_code(case, payout, by=by)
    return earliest(max(payout.due_at or soon(5), soon(1)), soon(HOUR_S))


def report(
    case: Case,
    key: str,
    facts: dict[str, str],
    told: str,
    *,
    tells: bool = True,
    bounced: Payout | None = None,
    by: Actor,
) -> None:
    """A work order for the home province and, where `tells`, a message for the person, each once.

    Nothing for a payout that came `bounced` and in whose place the person has put another one meanwhile.
    """
    with transaction.atomic(durable=True):
        Case.objects.select_for_update(of=("self",), no_key=True).get(pk=case.pk)
        if WorkOrder.objects.filter(key=key).exists():
            return
        if bounced is not None and Payout.objects.filter(case_ref=bounced.case_ref, pk__gt=bounced.pk).exists():
            return
        work_orders.open_order(
            "refund",
            key=key,
            case_ref=case.ref,
            operator=case.operator,
            province=case.province,
            facts=facts,
            due_at=clock.now() + timedelta(days=1),
            by=by,
        )
        words = {"case_no": case.case_no}
        if tells:
            notices.tell(case.contact, f"notice.closure.{told}", words, case_ref=case.ref, by=by, lang=case.language)
        audit.record(f"closure.{told}", subject_ref=case.ref, by=by, chain=case.province, rules=("C-05",))


def _refused_at_home(case: Case, command: Command, *, by: Actor) -> datetime:
    """The home province will not hand the money out: its work order, and a new command once it says it is mended."""
    key = key_of(command.ref)
    report(case, key, {"command": command.ref, "code": command.code}, "refund_late", by=by)
    if not undoing.is_mended(WorkOrder.objects.get(key=key), by=by):
        return soon(HOUR_S)
    orders.again(case, "refund", command, by=by)
    return soon(1)


def _way_back(case: Case) -> str:
    """As it came: cash is fetched in a store, everything else goes back by the provider, whole (C-12)."""
    paid = Payment.objects.filter(case_ref=case.ref, state="PAID").values_list("method", flat=True)
    return payouts.CASH if set(paid) == {payouts.CASH} else ORIGINAL


def _intend(case: Case, fen: int, route: str, *, owed: bool = True, by: Actor) -> None:
    """The first payout of a case, once; with what the books owe for it, unless it only returns what was collected."""
    with transaction.atomic(durable=True):
        locked = Case.objects.select_for_update(of=("self",), no_key=True).get(pk=case.pk)
        if not locked.payout_ref:
            if owed and route != ORIGINAL:
                _owe(case, fen, by=by)
            new_payout(locked, fen, route, by=by)
        case.payout_ref = locked.payout_ref


def _owe(case: Case, fen: int, *, by: Actor) -> None:
    """The home province owes it, what is a contract's deposit out of its own account (C-05)."""
    quote = current_quote(case)
    deposit = balance_of(quote.lines.all()).deposit_fen if quote else 0
    refunds.owe_refund(*provinces_of(case), case_ref=case.ref, fen=fen, deposit_fen=deposit, by=by)


def provinces_of(case: Case) -> tuple[Bss, Bss]:
    """Home and visited province, in the order the ledger's verbs take them."""
    return Bss(case.operator, case.province), Bss(case.operator, case.visiting_province)
