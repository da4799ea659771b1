"""A payment into a line that the province would not take goes back, and once more when it came back (C-05, C-15)."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import transaction

from bss.gateway import Bss
from closure.models import Restoring
from closure.models.restoring import RETURNED
from closure.services.paying_out import BOUNCED, PAID_OUT, follow
from closure.services.refund import card_digits
from closure.services.sending import ORIGINAL
from portal import clock, work_orders
from portal.actors import Actor
from portal.errors import Conflict
from portal.moving import movements_of
from portal.nudges import nudge
from portal.roles import Role
from settlement.models import Payout
from settlement.services import collection, payouts, setting_apart
from settlement.states import AWAITING

ARRIVES_DAYS = 1


def give_back(row: Restoring, *, by: Actor) -> bool:
    """The province would not take it: the money goes back the way it came, and the books follow it.

    True when nothing is left to do: it arrived, or it came back and the payer chooses where else it goes.
    """
    if not row.payout_ref:
        with transaction.atomic(durable=True):
            _new_payout(row, ORIGINAL, "", by=by)
    payout = payouts.run(row.payout_ref, by=by)
    follow(provinces_of(row)[0], payout, by=by)
    if payout.state == PAID_OUT:
        with transaction.atomic(durable=True):
            collection.return_payment(provinces_of(row)[0], case_ref=row.ref, fen=row.fen, route=payout.route, by=by)
    elif payout.state in BOUNCED:
        _report_bounce(row, payout, by=by)
    return payout.state in (PAID_OUT, *BOUNCED)


def _new_payout(row: Restoring, route: str, destination: str, *, by: Actor) -> Payout:
    locked = Restoring.objects.select_for_update(of=("self",), no_key=True).get(pk=row.pk)
    if locked.payout_ref != row.payout_ref:
        raise Conflict("error.conflict", rule_id="C-15")
    payout = payouts.intend(
        row.ref,
        row.fen,
        route,
        operator=row.operator,
        province=row.visiting_province,
        home_province=row.province,
        asked_by=by.ref if by.role != Role.ROBOT else first_asked_by(row),
        destination=destination,
        arrives_days=ARRIVES_DAYS,
        nudge="closure.restore",
        by=by,
    )
    Restoring.objects.filter(pk=row.pk).update(payout_ref=payout.ref, due_at=clock.now())
    row.payout_ref = payout.ref
    return payout


def first_asked_by(row: Restoring) -> str:
    """The ref of whoever paid: the money is theirs, and so is the wish to have it back (D-10)."""
    return movements_of(row).values_list("by_ref", flat=True).first() or "anonymous"


def _report_bounce(row: Restoring, payout: Payout, *, by: Actor) -> None:
    """What came back is the home province's to follow up, and the payer's page asks where else it may go."""
    with transaction.atomic(durable=True):
        work_orders.open_order(
            "refund",
            key=f"refund:{payout.ref}",
            case_ref=row.ref,
            operator=row.operator,
            province=row.province,
            facts={"payout": payout.ref, "route": payout.route},
            due_at=clock.now() + timedelta(days=1),
            by=by,
        )


def choose_again(row: Restoring, card: str, *, by: Actor) -> Payout:
    """A card for money that came back: one new payout, never beside one that may still arrive (C-05).

    Raises Invalid for a card number with a slip, Conflict unless the payout in force has surely not arrived.
    """
    digits = card_digits(card)
    with transaction.atomic(durable=True):
        failed = Payout.objects.filter(ref=row.payout_ref, state__in=BOUNCED).first()
        if failed is None:
            raise Conflict("error.conflict", rule_id="C-05")
        setting_apart.send_again(failed, by=by)
        payout = _new_payout(row, "card", digits, by=by)
        work_orders.cancel_order(f"refund:{failed.ref}", by=by, reason="another way chosen")
        nudge("closure.restore", row.ref)
    return payout


def standing(row: Restoring) -> tuple[str, date]:
    """Its state as the payer is told it, and the day by which returned money arrives.

    RETURNING while the money is on its way, CHECKING while finance's second person looks at it (the day is theirs
    then), RETURNED once it has arrived, BOUNCED when it came back.
    """
    payout = Payout.objects.filter(ref=row.payout_ref).first()
    paid, promised = (payout.state, payout.arrives_by_on) if payout else ("", None)
    arrives_on = promised or clock.today() + timedelta(days=ARRIVES_DAYS)
    if row.state != RETURNED or paid == PAID_OUT:
        return row.state, arrives_on
    if payout is not None and payout.state == AWAITING and payout.due_at is not None:
        return "CHECKING", payout.due_at.astimezone(clock.SHANGHAI).date()
    return "BOUNCED" if paid in BOUNCED else "RETURNING", arrives_on


def provinces_of(row: Restoring) -> tuple[Bss, Bss]:
    """Home and visited province, in the order the ledger's verbs take them."""
    return Bss(row.operator, row.province), Bss(row.operator, row.visiting_province)
