"""The roaming tail after the closing: asked for until its last day, then billed, or met from what was kept (C-06)."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from functools import partial
from typing import Any

from django.db import transaction

from bss.gateway import Ending, ask
from bss.models import Command
from bss.services import books, commands
from bss.states import DONE, NOT_DONE, REFUSED
from closure.models import Case, RoamingTail
from closure.models.roaming import OVER, SETTLING, WATCHING
from closure.parameters import COMMAND_MINUTES, ROAMING_HOURS, ROAMING_SILENT_DAYS
from closure.queries import charges_settled_elsewhere, filed_on, term
from closure.rules.roaming import counted, divided
from closure.services import claims, invoice, orders, paying_out, sending
from closure.services.timing import earliest, soon
from portal import audit, clock, work_orders
from portal.actors import Actor
from portal.errors import Conflict
from portal.moving import LEASE_S, move, release_lease, take_lease
from portal.services import notices
from portal.sweeping import work_due
from settlement.services import collection, payouts, refunds

HOUR_S = 3600


def advance(ref: str, *, by: Actor) -> None:
    """Do what is due for one tail, under its lease; a held lease means another is at it."""
    pk = RoamingTail.objects.filter(ref=ref).values_list("pk", flat=True).first()
    fence = take_lease(RoamingTail, pk, lease_s=LEASE_S) if pk is not None else None
    if pk is not None and fence is not None:
        _work(pk, fence, by=by, told=True)


def sweep(*, limit: int, by: Actor) -> int:
    """Claim and work what is due; returns how many."""
    return work_due(RoamingTail, partial(_work, by=by), limit=limit)


def _work(pk: int, fence: int, *, by: Actor, told: bool = False) -> None:
    """What is due; of money on its way whatever was `told` before its time."""
    try:
        tail = RoamingTail.objects.select_related("case").get(pk=pk)
        heard = told and tail.payout_ref != ""
        if tail.due_at is None or (tail.due_at > clock.now() and not heard):
            return
        if tail.state == WATCHING:
            _watch(tail, fence, by=by)
        if tail.state == SETTLING:
            _later(tail, _settle(tail, fence, by=by), fence=fence)
    except Conflict:
        return  # another worker was faster; the row tells
    finally:
        release_lease(RoamingTail, pk, fence)


def _later(tail: RoamingTail, at: datetime | None, *, fence: int) -> None:
    """Set the next look, unless another verb re-timed the tail meanwhile: then it stays due, and is looked at again."""
    with transaction.atomic(durable=True):
        RoamingTail.objects.filter(
            pk=tail.pk, state=tail.state, due_at=tail.due_at, lease_token=fence, lease_until__isnull=False
        ).update(due_at=at)


def _watch(tail: RoamingTail, fence: int, *, by: Actor) -> None:
    """Ask what has come. After the last day, or once home expects nothing more, it is settled once and for all; a home
    that stays silent beyond its days is held to what it had said.
    """
    case, over = tail.case, _ends_at(tail)
    answer = ask(orders.home_of_case(case), "roaming", {"number": case.number.plain}, case_ref=case.ref, by=by)
    answered = answer.ending == Ending.DONE
    if answered:
        last = tail.until_on if clock.now() >= over else None
        came = answer.facts.get("charges", ())
        elsewhere = charges_settled_elsewhere(tail)
        found = counted(came, filed_on(case), until_on=last, known=tail.charges, elsewhere=elsewhere)
        _note(tail, found, fence=fence)
    complete = answered and (clock.now() >= over or answer.facts["expected_by"] is None)
    if complete or clock.now() >= over + timedelta(days=term(case, ROAMING_SILENT_DAYS)):
        _close_account(tail, fence, by=by)
    else:
        next_look = soon(term(case, ROAMING_HOURS) * HOUR_S)
        _later(tail, earliest(next_look, over if over > clock.now() else soon(HOUR_S)), fence=fence)


def _ends_at(tail: RoamingTail) -> datetime:
    """The end of the last day in Shanghai; at once where the province had withdrawn its expectation."""
    last = tail.until_on or clock.today() - timedelta(days=1)
    return datetime.combine(last + timedelta(days=1), time(0), tzinfo=clock.SHANGHAI)


def _note(tail: RoamingTail, charges: list[dict[str, Any]], *, fence: int) -> None:
    """Write down what has come; Conflict for a worker that lost its lease: the figures may be final by now."""
    tail.charges, tail.charged_fen, tail.looked_at = charges, sum(one["fen"] for one in charges), clock.now()
    known = {"charges": tail.charges, "charged_fen": tail.charged_fen, "looked_at": tail.looked_at}
    with transaction.atomic(durable=True):
        if not RoamingTail.objects.filter(pk=tail.pk, state=WATCHING, lease_token=fence).update(**known):
            raise Conflict("error.conflict", rule_id="C-06")


def _close_account(tail: RoamingTail, fence: int, *, by: Actor) -> None:
    """The figures are final: what kept money does not cover becomes a claim, and the rest of it goes back."""
    case, parts = tail.case, divided(tail.charged_fen, tail.kept_fen)
    with transaction.atomic(durable=True):
        fixed = {"taken_fen": parts.taken_fen, "back_fen": parts.back_fen}
        to, due, owner = (SETTLING, clock.now(), by.ref) if tail.kept_fen else (OVER, None, "")
        move(tail, to, by=by, reason="complete", rules=("C-06",), fence=fence, due_at=due, owner=owner, **fixed)
        if parts.owed_fen:
            figures = {"where": sorted({one["where"] for one in tail.charges})}
            claims.make(case, "roaming", "line.roaming", figures, {"unbilled": parts.owed_fen}, by=by)
        told = "roaming_kept" if tail.kept_fen else "" if parts.owed_fen else "roaming_none"
        if told:
            facts: dict[str, Any] = {"case_no": case.case_no}
            facts |= {"charged_fen": tail.charged_fen, "back_fen": parts.back_fen} if tail.kept_fen else {}
            notices.tell(case.contact, f"notice.closure.{told}", facts, case_ref=case.ref, by=by, lang=case.language)
        shown = {"charged": tail.charged_fen, "taken": parts.taken_fen, "back": parts.back_fen, "owed": parts.owed_fen}
        audit.record(
            "closure.roaming_settled", subject_ref=case.ref, by=by, chain=case.province, rules=("C-06",), facts=shown
        )


def _settle(tail: RoamingTail, fence: int, *, by: Actor) -> datetime | None:
    """Home takes what came out of the kept money and hands the rest out; each its own command and its own transfers.

    Returns when to look again; None when all is done, or the money came back and the person chooses another way.
    """
    if tail.taken_fen and not _carried(tail, "take_ref", "settle_claim", _taken(tail), by=by):
        return _pause(tail, "take_ref", by=by)
    if tail.back_fen and not _carried(tail, "give_ref", "refund", _given(tail), by=by):
        return _pause(tail, "give_ref", by=by)
    home = orders.home_of_case(tail.case)
    if not tail.payout_ref and not books.compare(home, tail.case.number.plain, case_ref=tail.ref, by=by).true:
        return soon(HOUR_S)
    _post(tail, by=by)
    if tail.back_fen:
        payout = payouts.run(tail.payout_ref, by=by)
        paying_out.follow(home, payout, by=by)
        if payout.state != paying_out.PAID_OUT:
            return paying_out.outlook(tail.case, payout, by=by)
    with transaction.atomic(durable=True):
        if tail.back_fen:
            places = paying_out.provinces_of(tail.case)
            refunds.pay_refund(*places, case_ref=tail.ref, fen=tail.back_fen, route=payout.route, by=by)
        move(tail, OVER, by=by, reason="settled", rules=("C-06", "S-02"), fence=fence, due_at=None, owner="")
        invoice.issue(tail.case, of=tail.ref, by=by)
    return None


def _post(tail: RoamingTail, *, by: Actor) -> None:
    """The books follow what home did: taken from prepayment, and the rest owed and on its way; each once."""
    with transaction.atomic(durable=True):
        case = Case.objects.select_for_update(of=("self",), no_key=True).get(pk=tail.case_id)
        tail.refresh_from_db(fields=["payout_ref"])
        home, visited = paying_out.provinces_of(case)
        if tail.taken_fen:
            split = {"unbilled": tail.taken_fen, "applied": -tail.taken_fen}
            collection.offset(home, case_ref=tail.ref, quote=1, split=split, by=by)
        if tail.back_fen and not tail.payout_ref:
            refunds.owe_refund(home, visited, case_ref=tail.ref, fen=tail.back_fen, by=by)
            sending.new_payout(case, tail.back_fen, case.refund_route, of=tail, by=by)


def _taken(tail: RoamingTail) -> dict[str, Any]:
    parts = {"unbilled_fen": tail.taken_fen, "late_fee_fen": 0, "penalty_fen": 0}
    return {"paid_fen": 0, "applied_fen": tail.taken_fen, "bills": [], "disputed": [], **parts}


def _given(tail: RoamingTail) -> dict[str, Any]:
    return {"fen": tail.back_fen, "route": tail.case.refund_route}


def _pause(tail: RoamingTail, name: str, *, by: Actor) -> datetime:
    """A refusal is the home province's work order, and asked anew in an hour; anything else is looked at soon."""
    command = Command.objects.get(ref=getattr(tail, name))
    if command.state != REFUSED:
        return soon(5)
    facts = {"command": command.ref, "code": command.code}
    paying_out.report(tail.case, _order_key(tail, name), facts, "refund_late", tells=name == "give_ref", by=by)
    return soon(HOUR_S)


def _order_key(tail: RoamingTail, name: str) -> str:
    return f"tail:{name}:{tail.ref}"


def _carried(tail: RoamingTail, name: str, verb: str, payload: dict[str, Any], *, by: Actor) -> bool:
    """Bring one command of the tail as far as it goes; True once home has said done."""
    latest = Command.objects.filter(ref=getattr(tail, name)).first()
    if latest is None or latest.state in (*NOT_DONE, REFUSED):
        latest = _intended(tail, name, verb, payload, latest, by=by)
    done = commands.run(latest.ref, by=by).state == DONE
    if done:
        work_orders.cancel_order(_order_key(tail, name), by=by, reason="done by home")
    return done


def _intended(
    tail: RoamingTail, name: str, verb: str, payload: dict[str, Any], latest: Command | None, *, by: Actor
) -> Command:
    case = tail.case
    replaces = {"replaces": latest.ref} if latest else {}
    with transaction.atomic(durable=True):
        locked = RoamingTail.objects.select_for_update(of=("self",), no_key=True).get(pk=tail.pk)
        if getattr(locked, name) != getattr(tail, name):
            return Command.objects.get(ref=getattr(locked, name))
        command = commands.intend(
            orders.home_of_case(case),
            verb,
            {"number": case.number.plain, "case_ref": tail.ref, **payload, **replaces},
            case_ref=tail.ref,
            by=by,
            not_after=clock.now() + timedelta(minutes=term(case, COMMAND_MINUTES)),
        )
        RoamingTail.objects.filter(pk=tail.pk).update(**{name: command.ref})
    setattr(tail, name, command.ref)
    return command
