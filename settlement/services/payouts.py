"""Payouts: refunds and returned payments on their way to the holder, each once per ref (C-05, S-01).

A large one waits for a second person of finance before anything is sent (D-10).
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection, transaction

from portal import clock
from portal.actors import Actor
from portal.errors import Conflict, Invalid
from portal.moving import begin, move
from portal.nudges import nudge as tell
from portal.parameters import value_of
from portal.refs import new_ref
from portal.sealing import blind_index, blind_indexes
from portal.services.budgets import Limit, spend
from settlement import states
from settlement.models import Payout
from settlement.parameters import CASH_DAYS, PAYOUT_HOURS
from settlement.provider import Said, provider
from settlement.services import large_refunds
from settlement.services.money import end, held, step

CASH = states.CASH
DENIED = "denied"
"""The code of a payout that finance's second person turned down (D-10)."""


def intend(
    case_ref: str,
    fen: int,
    route: str,
    *,
    operator: str,
    province: str,
    home_province: str,
    nudge: str,
    by: Actor,
    asked_by: str = "",
    destination: str = "",
    arrives_days: int = 1,
    promised_on: date | None = None,
) -> Payout:
    """Write down a payout in the caller's transaction; `province` is the agent's. ValueError on a sum not positive.

    `asked_by` is the ref of whoever wants the money, where `by` is a robot: above the sum ⚙ of the home province it
    waits for somebody else (D-10). `destination` (card or number; '' for cash, or back the way it came) is sealed, its
    last four may be shown. It arrives in `arrives_days`; lateness counts from `promised_on`, where that is another day.
    """
    if fen <= 0:
        raise ValueError("a payout needs a positive sum")
    if not connection.in_atomic_block:
        raise RuntimeError("an intent is committed together with what made it necessary")
    at = clock.now()
    arrives_by_on = clock.today() + timedelta(days=arrives_days)
    payout = Payout(
        ref=new_ref(),
        **_first(fen, operator, home_province),
        case_ref=case_ref,
        fen=fen,
        route=route,
        last4=destination[-4:],
        operator=operator,
        province=province,
        home_province=home_province,
        not_after=_not_after(route, operator, province),
        arrives_by_on=arrives_by_on,
        promised_on=promised_on or arrives_by_on,
        nudge=nudge,
        created_at=at,
    )
    payout.destination = destination or None
    return _begun(payout, asked_by=asked_by or by.ref, by=by)


def _first(fen: int, operator: str, home_province: str) -> dict[str, Any]:
    """State, deadline and owner of a new payout: the robots', or finance's."""
    home = {"operator": operator, "province": home_province}
    if large_refunds.needs_two(fen, **home):
        until = large_refunds.check_until(**home)
        return {"state": states.AWAITING, "due_at": until, "owner": f"finance:{operator}"}
    return {"state": states.INTENDED, "due_at": clock.now(), "owner": "robot:sweep"}


def release(payout: Payout, *, by: Actor) -> None:
    """A second person approved: sent as soon as the sweep or a message finds it, in the caller's transaction.

    Its limit counts from now; the day it was promised for stays. Raises Conflict when it does not wait any more.
    """
    told: dict[str, Any] = {"due_at": clock.now(), "owner": "robot:sweep"}
    not_after = _not_after(payout.route, payout.operator, payout.province)
    move(payout, states.INTENDED, by=by, reason="approved", rules=large_refunds.RULES, not_after=not_after, **told)
    _decided(payout, by=by)


def turn_down(payout: Payout, *, by: Actor) -> None:
    """A second person said no: it ends like one that came back, in the caller's transaction; the person is told why.

    Raises Conflict when it does not wait any more.
    """
    ended: dict[str, Any] = {"ended_at": clock.now(), "due_at": None, "owner": "", "code": DENIED}
    move(payout, states.REFUSED, by=by, reason="denied", rules=large_refunds.RULES, **ended)
    _decided(payout, by=by)


def _decided(payout: Payout, *, by: Actor) -> None:
    large_refunds.close_order(payout, by=by)
    if payout.nudge:
        tell(payout.nudge, payout.case_ref)


def run(payout_ref: str, *, by: Actor) -> Payout:
    """Pay out, or ask what became of it, and return it as it then stands. Outside any transaction.

    Cash never passes the provider: it lies ready in the stores of the agent's company until `hand_over` or its end.
    """
    return held(Payout, payout_ref, lambda row, fence: _moved(row, fence, by=by))


def _moved(row: Payout, fence: int, *, by: Actor) -> None:
    if row.state == states.AWAITING:
        return
    if row.route != CASH:
        step(row, fence, start=_pay, ask=_ask, by=by)
    elif row.state == states.INTENDED:
        with transaction.atomic(durable=True):
            move(
                row,
                states.SENT,
                by=by,
                reason="ready to be fetched",
                rules=("C-05",),
                fence=fence,
                due_at=row.not_after,
            )
    elif clock.now() > row.not_after:
        end(row, states.EXPIRED, by=by, reason="not fetched in time", fence=fence)


def code_of(payout: Payout) -> str:
    """The eight digits by which cash is fetched: derived, never stored."""
    return _digits(blind_index("cash", payout.ref))


def _digits(index: str) -> str:
    return f"{int(index[:15], 16) % 10**8:08d}"


def _opens(code: str, payout: Payout) -> bool:
    """Whether a code is the payout's, also one that was told before the index keys were rotated."""
    ours = [_digits(index).encode() for index in blind_indexes("cash", payout.ref)]
    return any(hmac.compare_digest(one, code.encode()) for one in ours)


def hand_over(payout_refs: Sequence[str], code: str, *, store: str, by: Actor) -> Payout:
    """Cash is handed to whoever shows the code of one of these payouts, once; gives that one.

    Five tries in ten minutes for them together, counted before anything is compared. Raises Invalid for a code of none
    of them, Conflict when the cash is not there to be fetched, TooMany beyond the tries.
    """
    refs = sorted({ref for ref in payout_refs if ref})
    with transaction.atomic(durable=True):
        spend([Limit(f"cash:{ref}", 5, 600) for ref in refs])
    cash = Payout.objects.filter(ref__in=refs, route=CASH)
    payout = next((one for one in cash if _opens(code, one)), None)
    if payout is None:
        raise Invalid("error.refund.code", field="code", rule_id="C-05")
    if payout.state != states.SENT:
        raise Conflict("error.conflict", rule_id="C-05")
    end(payout, states.PAID, by=by, reason="fetched in a store", provider_ref=f"store:{store}"[:64])
    return payout


def _begun(payout: Payout, *, asked_by: str, by: Actor) -> Payout:
    payout.save(force_insert=True)
    begin(payout, by=by, reason="intended", rules=("C-05",))
    if payout.state == states.AWAITING:
        large_refunds.ask_check(payout, asked_by=asked_by, by=by)
    return payout


def _not_after(route: str, operator: str, province: str) -> datetime:
    if route == CASH:
        return clock.now() + timedelta(days=value_of(CASH_DAYS, operator=operator, province=province, on=clock.today()))
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
