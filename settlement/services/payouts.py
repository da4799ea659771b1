"""Payouts: refunds and returned payments on their way to the holder, each once per ref (C-05, S-01)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection

from portal import clock
from portal.actors import Actor
from portal.moving import begin
from portal.parameters import value_of
from portal.refs import new_ref
from settlement import states
from settlement.models import Payout
from settlement.parameters import PAYOUT_HOURS
from settlement.provider import Said, provider
from settlement.services.money import held, step


def intend(
    case_ref: str,
    fen: int,
    route: str,
    *,
    operator: str,
    province: str,
    nudge: str,
    by: Actor,
    destination: str = "",
    last4: str = "",
    arrives_days: int = 1,
) -> Payout:
    """Write down a payout in the caller's transaction; `province` is the agent's. ValueError on a sum not positive.

    `destination` (card or number; '' for cash, or back the way it came) is sealed, its last four may be shown.
    """
    if fen <= 0:
        raise ValueError("a payout needs a positive sum")
    if not connection.in_atomic_block:
        raise RuntimeError("an intent is committed together with what made it necessary")
    at = clock.now()
    payout = Payout(
        ref=new_ref(),
        state=states.INTENDED,
        due_at=at,
        owner="robot:sweep",
        case_ref=case_ref,
        fen=fen,
        route=route,
        last4=last4 or destination[-4:],
        operator=operator,
        province=province,
        not_after=_not_after(operator, province),
        arrives_by_on=at.date() + timedelta(days=arrives_days),
        nudge=nudge,
        created_at=at,
    )
    payout.destination = destination or None
    return _begun(payout, by=by)


def run(payout_ref: str, *, by: Actor) -> Payout:
    """Pay out, or ask what became of it, and return it as it then stands. Outside any transaction."""
    return held(Payout, payout_ref, lambda row, fence: step(row, fence, start=_pay, ask=_ask, by=by))


def _begun(payout: Payout, *, by: Actor) -> Payout:
    payout.save(force_insert=True)
    begin(payout, by=by, reason="intended", rules=("C-05",))
    return payout


def _not_after(operator: str, province: str) -> datetime:
    hours = value_of(PAYOUT_HOURS, operator=operator, province=province, on=clock.today())
    return clock.now() + timedelta(hours=hours)


def _pay(payout: Payout) -> Said:
    return provider().payout(
        payout.ref,
        payout.fen,
        route=payout.route,
        destination=payout.destination or "",
        not_after=payout.not_after,
    )


def _ask(payout: Payout) -> Said:
    return provider().enquire_payout(payout.ref)
