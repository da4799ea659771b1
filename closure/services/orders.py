"""Commands of a case to its home province: one command a try, never a new id while the last one is unsettled."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Subquery

from bss.gateway import Bss
from bss.models import Command
from bss.reasons import mapped, may_block_closure
from bss.services import commands, obstructions
from bss.states import NOT_DONE, REFUSED
from closure.models import Case, CaseOrder
from closure.parameters import COMMAND_MINUTES
from closure.queries import term
from closure.rules.orders import may_be_intended
from closure.rules.untying import BY_HAND, is_no_refusal
from portal import clock
from portal.actors import Actor
from portal.errors import Conflict

DIRECTED_TRIES = 3
NEVER_BLOCKED = ("stop_charging",)


def home_of_case(case: Case) -> Bss:
    """The province that runs the line."""
    return Bss(case.operator, case.province)


def intend(
    case: Case,
    step: str,
    verb: str,
    payload: Mapping[str, Any],
    *,
    by: Actor,
    effective_at: datetime | None = None,
    directive: Mapping[str, str] | None = None,
) -> Command:
    """Write the next command of `step` into the caller's transaction; its number among the tries is `seq`."""
    minutes = term(case, COMMAND_MINUTES)
    whole = {"number": case.number.plain, "case_ref": case.ref, **payload}
    if directive:
        whole["directive"] = dict(directive)
    command = commands.intend(
        home_of_case(case),
        verb,
        whole,
        case_ref=case.ref,
        by=by,
        not_after=clock.now() + timedelta(minutes=minutes),
        effective_at=effective_at,
    )
    CaseOrder.objects.create(case=case, step=step, seq=_tries(case, step) + 1, command_ref=command.ref)
    return command


def _tries(case: Case, step: str) -> int:
    return CaseOrder.objects.filter(case=case, step=step).count()


def last(case: Case, step: str) -> Command | None:
    """The latest command of `step`, or None when none was intended."""
    latest = CaseOrder.objects.filter(case=case, step=step).order_by("-seq").values("command_ref")[:1]
    return Command.objects.filter(ref=Subquery(latest)).first()


def name_of(case: Case, step: str, *, sends: int, by_hand: bool) -> str:
    """The step's name in this sending of its order: a new one once the province said no or asked for something (C-17),
    and one more when its staff did by hand what its system would not.
    """
    name, command = step, last(case, step)
    for n in range(2, sends + 1):
        if command is None or command.state != REFUSED:
            break
        name = f"{step}:{n}"
        command = last(case, name)
    return f"{name}:hand" if by_hand and command is not None and command.code == BY_HAND else name


def carry_out(
    case: Case, step: str, verb: str, payload: Mapping[str, Any], *, by: Actor, effective_at: datetime | None = None
) -> Command:
    """Bring `step` as far as it goes now: intend it once, send or enquire, and replace a command that surely failed.

    A refusal for a reason outside the published conditions is recorded as an obstruction and ordered again with a
    directive (B-2). Must be called outside a transaction. Returns the latest command, whatever its state; raises
    Conflict when a new command is needed and the case has meanwhile moved to a state that does not allow it.
    """
    command = last(case, step)
    if command is None or command.state in NOT_DONE:
        command = _intend_now(case, step, verb, payload, by=by, effective_at=effective_at)
    command = commands.run(command.ref, by=by)
    if command.state in NOT_DONE:
        command = _intend_now(case, step, verb, payload, by=by, effective_at=effective_at)
        command = commands.run(command.ref, by=by)
    if command.state == REFUSED and not is_lawful(command) and _tries(case, step) <= DIRECTED_TRIES:
        return _order_again(case, step, verb, payload, command, by=by, effective_at=effective_at)
    return command


def _intend_now(
    case: Case,
    step: str,
    verb: str,
    payload: Mapping[str, Any],
    *,
    by: Actor,
    effective_at: datetime | None,
    directive: Mapping[str, str] | None = None,
) -> Command:
    with transaction.atomic(durable=True):
        locked = Case.objects.select_for_update(of=("self",), no_key=True).get(pk=case.pk)
        latest = last(case, step)
        if latest is not None and latest.state not in (*NOT_DONE, REFUSED):
            return latest
        if not may_be_intended(verb, locked.state):
            raise Conflict("error.conflict", rule_id="C-12")
        if latest is not None:
            payload = {**payload, "replaces": latest.ref}
        return intend(case, step, verb, payload, by=by, effective_at=effective_at, directive=directive)


def _order_again(
    case: Case,
    step: str,
    verb: str,
    payload: Mapping[str, Any],
    refused: Command,
    *,
    by: Actor,
    effective_at: datetime | None,
) -> Command:
    obstruction = obstructions.record(
        home_of_case(case),
        "unlawful_reason",
        case_ref=case.ref,
        rules=("B-2", "C-01"),
        evidence_ref=refused.evidence_ref,
        words=refused.words,
        by=by,
    )
    directive = {"rule": "B-2", "obstruction": obstruction.ref}
    command = _intend_now(case, step, verb, payload, by=by, effective_at=effective_at, directive=directive)
    return commands.run(command.ref, by=by)


def again(case: Case, step: str, refused: Command, *, by: Actor) -> Command:
    """A new command for a step that was refused and has been mended since, with what the refused one carried."""
    payload = commands.payload_of(refused)
    return _intend_now(case, step, refused.verb, payload, by=by, effective_at=refused.effective_at)


def is_lawful(command: Command) -> bool:
    """Whether a refusal names a reason that may block a closure (P-10a mapped at the boundary), or is no refusal but
    an answer that asks for something (C-17).

    Stopping the charges may be blocked by nothing but a line that is not there (C-04).
    """
    reason = mapped(command.code)
    if command.verb in NEVER_BLOCKED:
        return reason is not None and reason.technical
    return is_no_refusal(command.code) or may_block(command.code)


def may_block(code: str) -> bool:
    """The same for a bare code, as a refused question gives it."""
    reason = mapped(code)
    return reason is not None and may_block_closure(reason)


def settled(command: Command, *, by: Actor) -> Command:
    """Find out how a command that may be under way ended; one never sent is left to expire unsent."""
    if command.state in ("SENT", "UNKNOWN", "INTENDED"):
        return commands.settle(command.ref, by=by)
    return command
