"""Closing with the home province: money, contracts, ties, then the line; each its own command (C-02, C-03, C-07)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import transaction

from bss.models import Command
from bss.states import DONE, REFUSED
from closure import states
from closure.models import Case, FindingRow
from closure.parameters import CLOSING_HOURS, FREEZE_DAYS, RETRY_SECONDS
from closure.queries import current_quote, settlement_payload, term
from closure.rules import limits
from closure.services import certificate, orders, untying
from closure.services.timing import postpone, soon
from portal import audit, clock, register, work_orders
from portal.actors import Actor
from portal.moving import move
from portal.nudges import nudge
from portal.services import notices
from settlement.services import collection


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
    yield Step(f"settle:{seq}", "settle", settlement_payload(quote))
    for line in quote.lines.filter(kind="penalty") if quote else ():
        yield Step(f"release:{line.item}", "release_contract", {"contract_id": line.item})
    for tie in untying.ties_of(case):
        yield Step(f"execute:{tie}", "execute_tie", {"tie_id": tie})
    yield Step(f"close:{seq}", "close_line")


def begin(case: Case, *, fence: int, by: Actor) -> None:
    """SETTLED → CLOSING; from here never more than 24 h (C-13)."""
    hours = term(case, CLOSING_HOURS)
    with transaction.atomic(durable=True):
        move(
            case,
            states.CLOSING,
            by=by,
            reason="close",
            rules=("C-13",),
            fence=fence,
            due_at=clock.now(),
            limit_at=limits.closing_end(clock.now(), hours).at,
        )


def proceed(case: Case, *, fence: int, by: Actor) -> None:
    """Carry out the steps in order as far as they go; all done → CLOSED, lawfully refused → HELD, else look again."""
    for step in steps_of(case):
        command = orders.carry_out(case, step.name, step.verb, step.payload, by=by)
        if command.state == REFUSED:
            _refused(case, command, fence=fence, by=by)
            return
        if command.state != DONE:
            _wait(case, command, fence=fence, by=by)
            return
        if step.verb == "execute_tie":
            untying.executed(case, step.payload["tie_id"], by=by)
    _close(case, fence=fence, by=by)


def _wait(case: Case, command: Command, *, fence: int, by: Actor) -> None:
    if case.limit_at and clock.now() >= case.limit_at:
        _escalate(case, {"verb": command.verb}, by=by)
    seconds = term(case, RETRY_SECONDS)
    postpone(case, max(command.due_at or soon(seconds), soon(1)), fence=fence)


def _escalate(case: Case, facts: dict[str, Any], *, by: Actor) -> None:
    with transaction.atomic(durable=True):
        work_orders.open_order(
            "close",
            key=f"close:{case.ref}",
            case_ref=case.ref,
            operator=case.operator,
            province=case.province,
            facts=facts,
            due_at=clock.now() + timedelta(hours=1),
            by=by,
        )


def _refused(case: Case, command: Command, *, fence: int, by: Actor) -> None:
    """A lawful refusal holds the case, money kept; an unlawful one that outlived its directives is escalated (B-2)."""
    if not orders.is_lawful(command):
        _escalate(case, {"verb": command.verb, "code": command.code}, by=by)
        postpone(case, soon(3600), fence=fence)
        return
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
        quote = current_quote(case)
        if command.verb == "settle" and quote is not None:
            collection.return_offsets(case.ref, quote=quote.seq, by=by)
        move(
            case,
            states.HELD,
            by=by,
            reason=f"refused:{command.code}",
            rules=("C-01",),
            fence=fence,
            due_at=case.lapse_at,
            limit_at=case.lapse_at,
            owner="subscriber",
        )
        facts = {"case_no": case.case_no}
        notices.tell(case.contact, "notice.closure.refused", facts, case_ref=case.ref, by=by, lang=case.language)


def _close(case: Case, *, fence: int, by: Actor) -> None:
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
        register.freeze(case.number, until=until, by=by)
        issued = certificate.issue(case, by=by)
        facts = {"case_no": case.case_no, "number": case.number.masked, "certificate": issued.number}
        notices.tell(case.contact, "notice.closure.closed", facts, case_ref=case.ref, by=by, lang=case.language)
        audit.record("closure.closed", subject_ref=case.ref, by=by, chain=case.province, rules=("C-11",))
        nudge("closure.advance", case.ref)
