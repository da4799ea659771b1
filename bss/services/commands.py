"""Commands to a province: intended and committed first, then sent, then the outcome (CONVENTIONS 6 and 7).

One command has one id for life. What is not known is asked about by that id; "not found" is final only when the
province's own clock is past `not_after`; before that the same id is sent again, which the province deduplicates.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Q
from django.db.models.functions import Now

from bss import gateway, parameters, states
from bss.adapters import Order
from bss.answers import Ending, Outcome
from bss.exchange import plain_json
from bss.legs import legs_of
from bss.models import Command
from bss.provinces import Bss
from bss.questions import VERBS
from bss.services import books
from bss.services.evidence import NO_CASE
from portal import clock
from portal.actors import Actor
from portal.errors import Conflict
from portal.moving import begin, move, release_lease, take_lease
from portal.parameters import value_of
from portal.refs import new_ref
from portal.sealing import seal_under, unseal_under

LEASE_S = 30  # longer than one enquiry and one order at their deadlines; a zombie past it loses its writing


def intend(
    bss: Bss,
    verb: str,
    payload: Mapping[str, Any],
    *,
    case_ref: str,
    by: Actor,
    not_after: datetime,
    effective_at: datetime | None = None,
) -> Command:
    """Write down an order in the caller's transaction; nothing is sent. Due at once.

    `case_ref` is added to the payload. Raises RuntimeError outside a transaction, KeyError on an unknown verb.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("an intent is committed together with what made it necessary")
    if verb not in VERBS:
        raise KeyError(verb)
    ref, at = new_ref(), clock.now()
    text = plain_json({**payload, "case_ref": case_ref})
    command = Command.objects.create(
        ref=ref,
        state=states.INTENDED,
        due_at=at,
        owner=by.ref,
        case_ref=case_ref,
        operator=bss.operator,
        province=bss.province,
        verb=verb,
        payload_box=seal_under(case_ref or NO_CASE, text, _aad(ref)),
        not_after=not_after,
        effective_at=effective_at,
        created_at=at,
        legs=legs_of(verb, payload, _legs_undone(verb, payload)),
    )
    begin(command, by=by, reason=f"intended {verb}", rules=("C-17",))
    return command


def _legs_undone(verb: str, payload: Mapping[str, Any]) -> Mapping[str, int]:
    """The legs of the command that a `reverse` names."""
    if verb != "reverse":
        return {}
    return Command.objects.filter(ref=str(payload.get("command_id", ""))).values_list("legs", flat=True).first() or {}


def run(command_ref: str, *, by: Actor) -> Command:
    """Bring one command nearer its end and return it as it then stands (DONE, REFUSED, EXPIRED, or not yet).

    Outside any transaction. Harmless to call at any time, from any number of workers: one holds the lease, the others
    get the row as it is; and a worker that lost its lease loses its writing too (fencing).
    """
    return _held(command_ref, _step, by=by)


def settle(command_ref: str, *, by: Actor) -> Command:
    """Settle the unknown before something is undone (C-12): like `run`, but nothing is ever sent.

    INTENDED and never sent ends EXPIRED at once, so that no later `run` can send it; SENT and UNKNOWN are enquired;
    not found and the province's clock past `not_after` ends EXPIRED, else it stays UNKNOWN.
    """
    return _held(command_ref, _settling, by=by)


def _held(command_ref: str, work: Callable[..., None], *, by: Actor) -> Command:
    """Do one piece of work on a command under its lease; leave it alone when it has ended or another holds it."""
    if connection.in_atomic_block:
        raise RuntimeError("a command is run outside any transaction (CONVENTIONS 6)")
    command = Command.objects.get(ref=command_ref)
    if command.ended:
        return command
    fence = take_lease(Command, command.pk, lease_s=LEASE_S)
    if fence is None:
        return Command.objects.get(pk=command.pk)
    try:
        command = Command.objects.get(pk=command.pk)
        if not command.ended:
            work(command, fence, by=by)
        if command.ended:
            return command
    except Conflict:
        pass  # somebody with a newer lease was faster; the row tells
    finally:
        release_lease(Command, command.pk, fence)
    return Command.objects.get(pk=command.pk)


def due(*, limit: int = 100) -> list[str]:
    """Refs of open commands whose time has come and that nobody holds; the sweep runs them one by one."""
    at = clock.now()
    waiting = Command.objects.filter(state__in=states.OPEN, due_at__lte=at).filter(
        Q(lease_until__isnull=True) | Q(lease_until__lt=Now())
    )
    return list(waiting.order_by("due_at").values_list("ref", flat=True)[:limit])


def payload_of(command: Command) -> dict[str, Any]:
    """The order's content, personal data included."""
    text = unseal_under(command.case_ref or NO_CASE, bytes(command.payload_box), _aad(command.ref))
    return dict(json.loads(text))


def _step(command: Command, fence: int, *, by: Actor) -> None:
    if command.state == states.INTENDED:
        if clock.now() > command.not_after:
            _end(command, states.EXPIRED, None, fence, by=by, reason="never sent in time")
            return
        _to(command, states.SENT, fence, by=by, reason="sending")
        _send(command, fence, by=by, first=True)
    elif _enquired(command, fence, by=by):
        _send(command, fence, by=by, first=False)


def _settling(command: Command, fence: int, *, by: Actor) -> None:
    if command.state == states.INTENDED:
        _end(command, states.EXPIRED, None, fence, by=by, reason="withdrawn before it was sent")
    elif _enquired(command, fence, by=by) and command.state == states.SENT:
        _to(command, states.UNKNOWN, fence, by=by, reason="not found, but not final yet")


def _enquired(command: Command, fence: int, *, by: Actor) -> bool:
    """Ask what became of it and write that down; True when it was not found and may still arrive or be sent."""
    found = gateway.enquire(command.bss, command.ref, case_ref=command.case_ref, verb=command.verb, by=by)
    if found.ending in (Ending.UNKNOWN, Ending.UNREACHABLE):
        _wait(command, found, fence, by=by)
    elif found.found:
        _settle(command, found, fence, by=by)
    elif found.clock is not None and found.clock > command.not_after:
        _end(command, states.EXPIRED, found, fence, by=by, reason="not found, and the province's clock is past")
    else:
        return True
    return False


def _send(command: Command, fence: int, *, by: Actor, first: bool) -> None:
    order = Order(
        command_id=command.ref,
        verb=command.verb,
        payload=payload_of(command),
        case_ref=command.case_ref,
        not_after=command.not_after,
        effective_at=command.effective_at,
    )
    outcome = gateway.order(command.bss, order, by=by)
    if outcome.ending is Ending.UNREACHABLE and first:
        _to(command, states.INTENDED, fence, by=by, reason="unreachable", **_later(command, outcome))
    elif outcome.ending in (Ending.UNKNOWN, Ending.UNREACHABLE):
        _wait(command, outcome, fence, by=by)
    else:
        _settle(command, outcome, fence, by=by)


def _settle(command: Command, outcome: Outcome, fence: int, *, by: Actor) -> None:
    if outcome.late:
        _end(command, states.EXPIRED, outcome, fence, by=by, reason="the province's clock is past")
    elif outcome.ending is Ending.REFUSED:
        holds = books.refusal_holds(command, str(payload_of(command).get("number", "")), outcome, by=by)
        if holds is None:
            _wait(command, outcome, fence, by=by)
        elif holds:
            _end(command, states.REFUSED, outcome, fence, by=by, reason="refused by the province")
        else:
            _end(command, states.DONE, outcome, fence, by=by, reason="refused, and its own book shows it done")
    else:
        _end(command, states.DONE, outcome, fence, by=by, reason="done by the province")


def _end(command: Command, to: str, outcome: Outcome | None, fence: int, *, by: Actor, reason: str) -> None:
    told: dict[str, Any] = {}
    if outcome is not None:
        told = {
            "facts": dict(outcome.facts),
            "code": outcome.code,
            "words": outcome.words,
            "evidence_ref": outcome.evidence_ref,
        }
    if to == states.DONE and command.legs:
        told["booked_on"] = _booked_on(told.get("facts", {}))
    _to(command, to, fence, by=by, reason=reason, ended_at=clock.now(), due_at=None, **told)


def _booked_on(facts: Mapping[str, Any]) -> date:
    """The day in Shanghai on which the province says its book took the money; today where it names no instant."""
    at = facts.get("at")
    return clock.day_of(datetime.fromisoformat(at)) if at else clock.today()


def _wait(command: Command, outcome: Outcome, fence: int, *, by: Actor) -> None:
    """Nothing new is known: ask again later. A command already UNKNOWN stays so without a history row a try."""
    if command.state != states.UNKNOWN:
        _to(command, states.UNKNOWN, fence, by=by, reason="no answer", **_later(command, outcome))
        return
    with transaction.atomic(durable=True):
        changed = Command.objects.filter(pk=command.pk, state=states.UNKNOWN, lease_token=fence).update(
            **_later(command, outcome)
        )
    if not changed:
        raise Conflict("error.conflict")


def _later(command: Command, outcome: Outcome) -> dict[str, Any]:
    """The next try: doubled each time up to 64 times the unit, with jitter."""
    unit = value_of(
        parameters.COMMAND_RETRY_SECONDS, operator=command.operator, province=command.province, on=clock.today()
    )
    pause = unit * 2 ** min(command.attempts, 6) * random.uniform(0.8, 1.2)
    return {
        "due_at": clock.now() + timedelta(seconds=pause),
        "attempts": command.attempts + 1,
        "code": outcome.code,
        "evidence_ref": outcome.evidence_ref,
    }


def _to(command: Command, to: str, fence: int, *, by: Actor, reason: str, **also: Any) -> None:
    with transaction.atomic(durable=True):
        move(command, to, by=by, reason=reason, rules=("C-17",), fence=fence, **also)


def _aad(ref: str) -> str:
    return f"bss_command.payload_box:{ref}"
