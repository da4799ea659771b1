"""What payments and payouts share: a lease, one step towards an end, the next look, the nudge at the end."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.db import connection, transaction

from portal import audit, clock
from portal.actors import Actor
from portal.errors import Conflict
from portal.moving import move, release_lease, take_lease
from portal.nudges import nudge
from portal.parameters import Parameter, value_of
from settlement import parameters, states
from settlement.models import Payment, Payout
from settlement.provider import Money, ProviderSilent, ProviderUnreachable, Said

Moving = TypeVar("Moving", Payment, Payout)
_ENDS = {Money.PAID: states.PAID, Money.REFUSED: states.REFUSED, Money.EXPIRED: states.EXPIRED}


def held(model: type[Moving], ref: str, work: Callable[[Moving, int], None]) -> Moving:
    """Do `work(row, fence)` under a lease and return the row as it then stands.

    Outside any transaction; an ended row, and one that another holds, is left alone.
    """
    if connection.in_atomic_block:
        raise RuntimeError("the provider must not be called inside a transaction (CONVENTIONS 6)")
    rows = model._default_manager
    row = rows.get(ref=ref)
    if row.state in states.ENDS:
        return row
    fence = take_lease(model, row.pk, lease_s=_value(parameters.LEASE_SECONDS, row))
    if fence is None:
        return rows.get(pk=row.pk)
    try:
        row = rows.get(pk=row.pk)
        if row.state not in states.ENDS:
            work(row, fence)
    except Conflict:
        pass  # a callback or a newer lease was faster; the row tells
    finally:
        release_lease(model, row.pk, fence)
    return rows.get(pk=row.pk)


def step(row: Moving, fence: int, *, start: Callable[[Moving], Said], ask: Callable[[Moving], Said], by: Actor) -> None:
    """One step: a new row is sent; one that was sent is enquired, and sent again only when surely not there yet."""
    if row.state == states.INTENDED:
        if clock.now() > row.not_after:
            end(row, states.EXPIRED, by=by, reason="never sent in time", fence=fence)
            return
        _to(row, states.SENT, by=by, reason="sending", fence=fence)
        _heard(row, _said(start, row), fence, by=by)
        return
    said = _said(ask, row)
    if said is not None and said.money is Money.NOT_FOUND:
        if said.clock > row.not_after:
            end(row, states.EXPIRED, by=by, reason="not found, and the provider's clock is past", fence=fence)
            return
        said = _said(start, row)
    _heard(row, said, fence, by=by)


def end(row: Moving, to: str, *, by: Actor, reason: str, fence: int | None = None, **also: Any) -> None:
    """Move to an end, tell the audit and nudge who waits for it, in one transaction."""
    with transaction.atomic(durable=True):
        move(row, to, by=by, reason=reason, rules=("S-01",), fence=fence, ended_at=clock.now(), due_at=None, **also)
        audit.record(
            f"{row._meta.model_name}.{to.lower()}",
            subject_ref=row.ref,
            by=by,
            chain=row.province,
            rules=("S-01",),
            facts={"fen": row.fen, "case_ref": row.case_ref},
        )
        if row.nudge:
            nudge(row.nudge, row.case_ref)


def _said(call: Callable[[Moving], Said], row: Moving) -> Said | None:
    """The provider's answer; None when there was none, be it for silence or for no connection."""
    try:
        return call(row)
    except (ProviderSilent, ProviderUnreachable):
        return None


def _heard(row: Moving, said: Said | None, fence: int, *, by: Actor) -> None:
    if said is None:
        _look_again(row, states.UNKNOWN, fence, by=by, reason="no answer", due_at=_later(row))
    elif said.money in _ENDS:
        provider_ref = said.provider_ref or row.provider_ref
        reason = "told by the provider"
        end(row, _ENDS[said.money], by=by, reason=reason, fence=fence, provider_ref=provider_ref, code=said.code)
    else:
        told: dict[str, Any] = {"provider_ref": said.provider_ref or row.provider_ref, "due_at": _watch(row)}
        if isinstance(row, Payment):
            told["pay_url"] = said.pay_url or row.pay_url
        _look_again(row, states.SENT, fence, by=by, reason="pending", **told)


def _look_again(row: Moving, state: str, fence: int, *, by: Actor, reason: str, **also: Any) -> None:
    """Stay in `state`, or go there, and look again at `due_at`; staying writes no history row a try."""
    also["attempts"] = row.attempts + 1
    if row.state != state:
        _to(row, state, by=by, reason=reason, fence=fence, **also)
        return
    with transaction.atomic(durable=True):
        held_rows = type(row)._default_manager.filter(pk=row.pk, state=state, lease_token=fence)
        if not held_rows.update(**also):
            raise Conflict("error.conflict", rule_id="S-01")


def _to(row: Moving, to: str, *, by: Actor, reason: str, fence: int, **also: Any) -> None:
    with transaction.atomic(durable=True):
        move(row, to, by=by, reason=reason, rules=("S-01",), fence=fence, **also)


def _later(row: Payment | Payout) -> datetime:
    unit = _value(parameters.RETRY_SECONDS, row)
    return clock.now() + timedelta(seconds=unit * 2 ** min(row.attempts, 6) * random.uniform(0.8, 1.2))


def _watch(row: Payment | Payout) -> datetime:
    return clock.now() + timedelta(seconds=_value(parameters.WATCH_SECONDS, row))


def _value(parameter: Parameter, row: Payment | Payout) -> int:
    return int(value_of(parameter, operator=row.operator, province=row.province, on=clock.today()))
