"""Reading which refunds are or were late, and since when: by payout, and the lists of finance and regulators (S-05)."""

from __future__ import annotations

from datetime import date
from typing import Any, TypeVar

from django.db.models import Count, Model, QuerySet, Sum

from portal import clock
from portal.actors import Actor
from portal.models import Movement
from portal.parameters import value_of
from portal.roles import Role
from settlement import states
from settlement.models import LateRefund, Payout
from settlement.parameters import LATE_REFUND_PERMILLE
from settlement.queries import EVERYTHING
from settlement.rules.late_refunds import Lateness, lateness

Row = TypeVar("Row", bound=Model)


def settled_on(payout: Payout) -> date | None:
    """The day on which the operator had done its part: it arrived, surely came back, or the cash lay ready; else None.

    What comes after is the person's time: to choose another way, or to fetch the cash.
    """
    at = payout.ended_at
    if payout.route == states.CASH:
        moved = Movement.objects.filter(subject_type="settlement.payout", subject_ref=payout.ref)
        at = moved.filter(to_state=states.SENT).values_list("at", flat=True).first() or at
    return at.astimezone(clock.SHANGHAI).date() if at else None


def lateness_of(payout: Payout, *, today: date) -> Lateness | None:
    """How late a payout was, or is today; None where no day was kept for which it was promised (S-05)."""
    if payout.promised_on is None:
        return None
    place = {"operator": payout.operator, "province": payout.home_province}
    until_on = settled_on(payout) or today
    return late_by(payout.fen, promised_on=payout.promised_on, until_on=until_on, **place)


def late_by(fen: int, *, promised_on: date, until_on: date, operator: str, province: str) -> Lateness:
    """The same for a refund that no payout was made of yet; at the rate in force on the day it was promised for."""
    permille = int(value_of(LATE_REFUND_PERMILLE, operator=operator, province=province, on=promised_on))
    return lateness(fen, promised_on=promised_on, until_on=until_on, permille=permille)


def late_refunds_visible_to(actor: Actor) -> QuerySet[LateRefund]:
    """Late refunds of the actor's operator, or of a regulator's province; overseers see all."""
    return _scoped(LateRefund.objects.select_related("payout"), actor, "province")


def still_out(actor: Actor, *, today: date) -> QuerySet[Payout]:
    """Payouts that were promised for an earlier day and are still out, the longest first."""
    rows = Payout.objects.filter(state__in=states.OPEN | {states.AWAITING}, promised_on__lt=today)
    ready = rows.filter(route=states.CASH, state=states.SENT).values("pk")
    return _scoped(rows.exclude(pk__in=ready), actor, "home_province").order_by("promised_on", "pk")


def totals(rows: QuerySet[LateRefund]) -> dict[str, int]:
    """How many were late, and what that would cost together, whole fen; one query."""
    found = rows.aggregate(n=Count("pk"), fen=Sum("compensation_fen"))
    return {"n": int(found["n"]), "fen": int(found["fen"] or 0)}


def _scoped(rows: QuerySet[Row], actor: Actor, province: str) -> QuerySet[Row]:
    if actor.role in EVERYTHING:
        return rows
    scope: dict[str, Any] = {}
    if actor.role is Role.FINANCE and actor.operator:
        scope = {"operator": actor.operator}
    elif actor.role is Role.PROVINCIAL_REGULATOR and actor.province:
        scope = {province: actor.province}
    return rows.filter(**scope) if scope else rows.none()
