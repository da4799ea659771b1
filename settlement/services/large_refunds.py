"""Refunds above ⚙ wait for a second person of finance: the request, and the work order that has a deadline (D-10).

Whoever wants the money is who asks; the robot that writes the payout down asks for nobody and decides nothing.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from portal import audit, clock, work_orders
from portal.actors import Actor
from portal.models import Person
from portal.moving import begin
from portal.parameters import value_of
from portal.refs import new_ref
from settlement import states
from settlement.models import Approval, Payout
from settlement.models.approval import PAY_REFUND
from settlement.parameters import REFUND_CHECK_HOURS, REFUND_FOUR_EYES

ORDER_KIND = "refund_check"
RULES = ("D-10", "C-05")


def needs_two(fen: int, *, operator: str, province: str) -> bool:
    """Whether a refund of a home province is above what goes out without a second person; at the limit it is not."""
    return fen > int(value_of(REFUND_FOUR_EYES, operator=operator, province=province, on=clock.today()))


def check_until(*, operator: str, province: str) -> datetime:
    """Until when finance has to decide on a refund that is asked for now."""
    hours = int(value_of(REFUND_CHECK_HOURS, operator=operator, province=province, on=clock.today()))
    return clock.now() + timedelta(hours=hours)


def ask_check(payout: Payout, *, asked_by: str, by: Actor) -> Approval:
    """Ask for the second person, in the transaction that wrote the payout down; its order is overdue at `due_at`."""
    row = Approval(
        ref=new_ref(),
        state=states.ASKED,
        verb=PAY_REFUND,
        operator=payout.operator,
        payout=payout,
        reason=payout.route,
        asked_by=asked_by,
        asked_label=_label_of(asked_by),
        asked_at=clock.now(),
        due_at=payout.due_at,
        owner=payout.owner,
    )
    row.save(force_insert=True)
    begin(row, by=by, reason=PAY_REFUND, rules=RULES)
    work_orders.open_order(
        ORDER_KIND,
        key=order_key(payout.ref),
        case_ref=payout.case_ref,
        operator=payout.operator,
        province=payout.home_province or payout.province,
        facts={"payout": payout.ref, "approval": row.ref},
        due_at=payout.due_at or clock.now(),
        owner=payout.owner,
        by=by,
    )
    facts = {"payout": payout.ref, "fen": payout.fen, "asked_by": asked_by}
    audit.record("settlement.refund_asked", subject_ref=row.ref, by=by, chain=audit.CENTRE, rules=RULES, facts=facts)
    return row


def close_order(payout: Payout, *, by: Actor) -> None:
    """It was decided: the order is done, be it late."""
    work_orders.answer_order(order_key(payout.ref), "closed", by=by)
    work_orders.finish_order(order_key(payout.ref), by=by)


def order_key(payout_ref: str) -> str:
    """The key of the work order about a payout that waits for its second person."""
    return f"{ORDER_KIND}:{payout_ref}"


def _label_of(asked_by: str) -> str:
    """What staff is known by; "" for a subscriber, whom the books do not name."""
    kind, _, ref = asked_by.partition(":")
    found = Person.objects.filter(ref=ref).values_list("label", flat=True).first() if kind == "person" else None
    return (found or "")[:40]
