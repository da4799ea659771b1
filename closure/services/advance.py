"""The driver: whatever a case needs now, under a lease with a fencing number. A message is only a nudge to call it."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Protocol

from closure import states
from closure.models import Case
from closure.queries import current_quote, latest_findings, open_orders
from closure.services import (
    answering,
    certificate,
    charging,
    closing,
    holds,
    openings,
    paying_out,
    payment,
    quote,
    standing,
    untying,
    verification,
    withdrawal,
)
from closure.services.timing import earliest, postpone, soon
from portal import clock
from portal.actors import Actor
from portal.errors import Conflict
from portal.moving import LEASE_S, release_lease, take_lease
from portal.parameters import read_once
from portal.sweeping import work_due

ROUNDS = 12
A_DAY = timedelta(days=1)


class StepVerb(Protocol):
    """One step of a case, run by a robot that holds the lease."""

    def __call__(self, case: Case, *, fence: int, by: Actor) -> None: ...


def advance(case_ref: str, *, by: Actor) -> None:
    """Take the lease and do what is due, round after round, until nothing is; a held lease means another is at it.

    Money under way is looked at even before its time: the bank may have called back, or finance let it go.
    """
    pk = Case.objects.filter(ref=case_ref).values_list("pk", flat=True).first()
    fence = take_lease(Case, pk, lease_s=LEASE_S) if pk is not None else None
    if pk is not None and fence is not None:
        _run(pk, fence, by=by, told=True)


def sweep(*, limit: int, by: Actor) -> int:
    """Claim cases that are due and work them; returns how many. Depends on no message."""
    return work_due(Case, partial(_run, by=by), limit=limit)


def _run(pk: int, fence: int, *, by: Actor, told: bool = False) -> None:
    try:
        for _ in range(ROUNDS):
            case = Case.objects.get(pk=pk)
            heard = told and (case.state == states.PAYING or case.payout_ref != "")
            if case.due_at is None or (case.due_at > clock.now() and not heard):
                return
            told = False
            _step(case, fence=fence, by=by)
    except Conflict:
        # Somebody moved the case meanwhile: their verb set due_at, so the next nudge or sweep sees the new state.
        return
    finally:
        release_lease(Case, pk, fence)


@read_once()
def _step(case: Case, *, fence: int, by: Actor) -> None:
    step = STEPS.get(case.state)
    if step is not None:
        step(case, fence=fence, by=by)


def _held(case: Case, *, fence: int, by: Actor) -> None:
    """A mismatch not settled in three days: charging resumes from the filing (C-08); then the case waits to lapse."""
    answering.end_asking(case, by=by)
    if holds.stands(case):
        holds.look(case, fence=fence, by=by)
        return
    if openings.is_open_now(case):
        verification.again(case, by=by)
        return
    if case.lapse_at and clock.now() >= case.lapse_at:
        _lapse(case, fence=fence, by=by)
        return
    mismatch = latest_findings(case).filter(key="identity.mismatch").exists()
    if mismatch and case.charging_resumed_at is None and not charging.resume(case, by=by):
        postpone(case, soon(20), fence=fence)
        return
    postpone(case, earliest(case.lapse_at, openings.next_look(case)), fence=fence)


def _lapse(case: Case, *, fence: int, by: Actor) -> None:
    """A case lapses by its person's silence only: while province or store owes one, a day is added (C-17, C-19)."""
    owed = any(order.waits_for == "province" for order in open_orders(case)) or case.owner == "counter"
    if owed or openings.waits(case):
        later = clock.now() + A_DAY
        postpone(case, later, fence=fence, lapse_at=later)
        return
    withdrawal.lapse(case, fence=fence, by=by)


def _quoted(case: Case, *, fence: int, by: Actor) -> None:
    """Preparations run while the person reads; a quote that ran out is made anew; an unsettled case lapses."""
    now = clock.now()
    answering.end_asking(case, by=by)
    made = current_quote(case)
    if case.lapse_at and now >= case.lapse_at:
        _lapse(case, fence=fence, by=by)
    elif made is None or made.valid_until <= now or standing.is_recalled(case):
        quote.renew(case, fence=fence, by=by)
    elif untying.run_preparations(case, by=by) is untying.Ready.WORKING:
        postpone(case, earliest(soon(10), made.valid_until), fence=fence)
    else:
        postpone(case, earliest(made.valid_until, case.lapse_at), fence=fence)


def _finish(case: Case, *, fence: int, by: Actor) -> None:
    """After closing: certificate and refund, each until it is done."""
    certificate.render(case, by=by)
    postpone(case, paying_out.pay_out(case, by=by), fence=fence)


STEPS: dict[str, StepVerb] = {
    states.FILED: verification.begin,
    states.VERIFYING: verification.verify,
    states.HELD: _held,
    states.QUOTED: _quoted,
    states.PAYING: payment.settle,
    states.SETTLED: closing.begin,
    states.CLOSING: closing.proceed,
    states.CLOSED: _finish,
    states.WITHDRAWN: withdrawal.undo,
    states.LAPSED: withdrawal.undo,
}
