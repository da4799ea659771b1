"""Closing with the home province: money, contracts, ties, then the line; each its own command (C-02, C-03, C-07)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from bss.models import Command
from bss.states import DONE, NOT_DONE, REFUSED
from closure import states
from closure.models import Case, FindingRow
from closure.parameters import CLOSING_HOURS, FREEZE_DAYS, RETRY_SECONDS
from closure.queries import closing_order, current_quote, settlement_payload, term
from closure.rules import limits
from closure.rules.untying import is_no_refusal
from closure.services import (
    answering,
    books,
    certificate,
    charging,
    invoice,
    orders,
    satisfaction,
    standing,
    tail,
    untying,
    verification,
)
from closure.services.timing import postpone, soon
from portal import audit, clock, register, work_orders
from portal.actors import Actor
from portal.lexicon import say
from portal.moving import move
from portal.nudges import nudge
from portal.services import notices
from portal.work_orders import OrderResult, WorkOrder
from settlement.services import collection

HOUR_S = 3600


@dataclass(frozen=True)
class Step:
    """One command of the closing: its name in the case, its verb, what it carries."""

    name: str
    verb: str
    payload: dict[str, Any] = field(default_factory=dict)


def steps_of(case: Case) -> Iterator[Step]:
    """The order of closing: money, contracts, ties, and the line last (no line closes before its contract ended)."""
    quote = current_quote(case)
    seq = quote.seq if quote else 0
    payload = settlement_payload(quote)
    yield Step(f"settle:{seq}", "settle", payload)
    for line in quote.lines.filter(kind="penalty") if quote else ():
        aside = (line.claimed_fen or 0) if line.dispute else 0
        yield Step(f"release:{line.item}", "release_contract", {"contract_id": line.item, "disputed_fen": aside})
    for tie in untying.ties_of(case):
        yield Step(f"execute:{tie}", "execute_tie", {"tie_id": tie})
    yield Step(f"close:{seq}", "close_line", {"disputed": payload["disputed"]})


def begin(case: Case, *, fence: int, by: Actor) -> None:
    """SETTLED → CLOSING with the order to close the line; from here never more than 24 h (C-13, C-17)."""
    until = limits.closing_end(clock.now(), term(case, CLOSING_HOURS)).at
    with transaction.atomic(durable=True):
        _order_closing(case, until, by=by)
        move(
            case,
            states.CLOSING,
            by=by,
            reason="close",
            rules=("C-13",),
            fence=fence,
            due_at=clock.now(),
            limit_at=until,
        )


def _order_closing(case: Case, until: datetime, *, by: Actor) -> WorkOrder:
    """One order a case; after a lawful refusal the same one is sent again."""
    order = work_orders.open_order(
        "close",
        key=f"close:{case.ref}",
        case_ref=case.ref,
        operator=case.operator,
        province=case.province,
        facts={"visiting": case.visiting_province},
        due_at=until,
        by=by,
    )
    if order.waits_for == "person":
        return work_orders.resend_order(order.key, {}, due_at=until, by=by)
    return order


def proceed(case: Case, *, fence: int, by: Actor) -> None:
    """Carry out the steps in order as far as they go; all done → CLOSED, lawfully refused → HELD, else look again.

    The charges are stopped first: the message that should have seen to it may have been lost (C-04).
    """
    charging.stop(case, by=by)
    if charging.is_unsettled(case):
        postpone(case, soon(term(case, RETRY_SECONDS)), fence=fence)
        return
    order = _the_order(case, by=by)
    if order.waits_for == "person":
        postpone(case, max(order.due_at or soon(HOUR_S), soon(HOUR_S)), fence=fence)
        return
    for step in steps_of(case):
        by_hand = order.state == "ANSWERED"
        name = orders.name_of(case, step.name, sends=order.sends, by_hand=by_hand)
        if step.verb == "close_line" and not _all_proved(case, name, by=by):
            _unproved(case, order, fence=fence, by=by)
            return
        if step.verb in ("settle", "close_line") and _is_held_back(case, name):
            _hold_for_papers(case, order, step, fence=fence, by=by)
            return
        command = orders.carry_out(case, name, step.verb, {**step.payload, **_told(order)}, by=by)
        if command.state == REFUSED:
            _refused(case, order, command, fence=fence, by=by)
            return
        if command.state != DONE:
            postpone(case, max(command.due_at or soon(term(case, RETRY_SECONDS)), soon(1)), fence=fence)
            return
        if step.verb == "execute_tie":
            untying.executed(case, step.payload["tie_id"], by=by)
    if books.proved_closed(case, by=by):
        _close(case, order, fence=fence, by=by)
    else:
        _unproved(case, order, fence=fence, by=by)


def _all_proved(case: Case, name: str, *, by: Actor) -> bool:
    """Before the line goes, the book must show what goes before it; once it is said closed, the later look sees all."""
    last = orders.last(case, name)
    return (last is not None and last.state == DONE) or books.proved(case, by=by)


def _is_held_back(case: Case, name: str) -> bool:
    """Whether papers were recalled and this step is not under way: nothing is paid or closed on them (C-09)."""
    last = orders.last(case, name)
    return (last is None or last.state in (*NOT_DONE, REFUSED)) and standing.is_recalled(case)


def _unproved(case: Case, order: WorkOrder, *, fence: int, by: Actor) -> None:
    """Said done and not in the book, or no usable answer: looked at again, later each time, and never CLOSED (B-1).

    A province that goes on like that is the regulator's before the order's time is over.
    """
    if books.is_for_people(case):
        with transaction.atomic(durable=True):
            work_orders.escalate_order(order.key, by=by, reason="its own book shows otherwise")
    postpone(case, soon(books.pause_s(case)), fence=fence)


def _the_order(case: Case, *, by: Actor) -> WorkOrder:
    found = closing_order(case)
    if found is None:
        with transaction.atomic(durable=True):
            found = _order_closing(case, case.limit_at or clock.now(), by=by)
    return found


def _told(order: WorkOrder) -> dict[str, Any]:
    """What the user supplied after a return, and what staff did by hand, goes with the next command."""
    supplied = order.facts.get("supplied")
    told: dict[str, Any] = {"supplied": supplied} if supplied else {}
    return told | ({"by_hand": True} if order.state == "ANSWERED" else {})


def _refused(case: Case, order: WorkOrder, command: Command, *, fence: int, by: Actor) -> None:
    """What the province wants of the user returns the order, and its staff may do it by hand (C-17); a lawful refusal
    holds the case, money kept; an unlawful one that outlived its directives goes to the regulator (B-2).
    """
    if is_no_refusal(command.code):
        if order.waits_for == "province":
            answering.take(case, order, command, by=by)
        postpone(case, soon(HOUR_S), fence=fence)
    elif not orders.is_lawful(command):
        with transaction.atomic(durable=True):
            work_orders.escalate_order(order.key, by=by, reason=f"refused:{command.code}")
        postpone(case, soon(HOUR_S), fence=fence)
    else:
        _hold(case, order, command, fence=fence, by=by)


def _hold(case: Case, order: WorkOrder, command: Command, *, fence: int, by: Actor) -> None:
    """CLOSING → HELD: the order failed for the user's reason, which the findings explain with a way on (C-17)."""
    with transaction.atomic(durable=True):
        latest = case.findings.order_by("-round").values_list("round", flat=True).first() or 0
        FindingRow.objects.create(
            case=case,
            round=latest + 1,
            key="closing.refused",
            severity="BLOCK",
            rules=["C-01", "C-13"],
            facts={"code": command.code},
        )
        said = command.words or command.code
        _back_to_held(case, order, command.verb, f"refused:{command.code}", said, fence=fence, by=by)
        facts = {"case_no": case.case_no}
        notices.tell(case.contact, "notice.closure.refused", facts, case_ref=case.ref, by=by, lang=case.language)


def _hold_for_papers(case: Case, order: WorkOrder, step: Step, *, fence: int, by: Actor) -> None:
    """CLOSING → HELD → VERIFYING: who acts is checked again, and then waits for the clerk, or for a way on (C-09)."""
    with transaction.atomic(durable=True):
        said = say("closure.order.papers_recalled", "zh")
        _back_to_held(case, order, step.verb, "papers recalled", said, fence=fence, by=by)
        verification.check_anew(case, "papers recalled", "C-09", by=by)


def _back_to_held(case: Case, order: WorkOrder, verb: str, reason: str, said: str, *, fence: int, by: Actor) -> None:
    """In the caller's transaction: the order waits for the user, money is kept; what was never settled is given back
    to prepayment.
    """
    if order.waits_for == "province":
        work_orders.answer_order(order.key, OrderResult.USER_REASON, missing=[said], by=by)
    quote = current_quote(case)
    if verb == "settle" and quote is not None:
        collection.return_offsets(case.ref, quote=quote.seq, by=by)
    move(
        case,
        states.HELD,
        by=by,
        reason=reason,
        rules=("C-01",),
        fence=fence,
        due_at=case.lapse_at,
        limit_at=case.lapse_at,
        owner="subscriber",
    )


def _close(case: Case, order: WorkOrder, *, fence: int, by: Actor) -> None:
    """The line is closed at home: state, freeze, certificate row, notice and sign-out in one transaction (C-11)."""
    now = clock.now()
    days = term(case, FREEZE_DAYS)
    until = now + timedelta(days=days)
    with transaction.atomic(durable=True):
        move(
            case,
            states.CLOSED,
            by=by,
            reason="closed",
            rules=("C-11",),
            fence=fence,
            closed_at=now,
            ended_at=now,
            frozen_until=until,
            due_at=now,
            limit_at=None,
        )
        if order.waits_for == "province":
            work_orders.answer_order(order.key, OrderResult.CLOSED, by=by)
        work_orders.finish_order(order.key, by=by)
        answering.end_ties(case, by=by)
        register.freeze(case.number, until=until, by=by)
        issued = certificate.issue(case, by=by)
        satisfaction.ask(case)
        tail.start(case, by=by)
        invoice.issue(case, by=by)
        facts = {"case_no": case.case_no, "number": case.number.masked, "certificate": issued.number}
        notices.tell(case.contact, "notice.closure.closed", facts, case_ref=case.ref, by=by, lang=case.language)
        audit.record("closure.closed", subject_ref=case.ref, by=by, chain=case.province, rules=("C-11",))
        nudge("closure.advance", case.ref)
