"""The ledger against each province's own book, every day and on demand (S-03, RELIABILITY 2.4).

Agreement costs one comparison of digests; only buckets that differ are read row by row. Nothing is corrected: each
difference is a work order, and the run that sees it agree closes it. No answer is no agreement: it is asked again.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import partial

from django.db import IntegrityError, connection, transaction

from bss.digests import BUCKETS, bucket_of
from bss.provinces import Bss
from portal import audit, clock, work_orders
from portal.actors import Actor
from portal.errors import Conflict
from portal.moving import LEASE_S, begin, move, release_lease, take_lease
from portal.parameters import Parameter, value_of
from portal.sweeping import work_due
from portal.work_orders import WorkOrder
from settlement import parameters, states
from settlement.models import Reconciliation
from settlement.queries_reconciling import (
    Digests,
    Span,
    companies,
    in_motion,
    last_word,
    own_digests,
    own_nets,
    standing,
)
from settlement.rules.reconciling import Found, differences
from settlement.services.asking import Told, Unusable, digest_of_book, rows_of_book
from settlement.services.differing import ORDER_KIND, agree, is_at, places_of, write_down

MOST_HALVINGS = 6
"""A book too large for the gateway's deadline is asked for in halves, then in quarters, down to single days."""


@dataclass(frozen=True)
class Looked:
    """What one look found, before it is written down; `evidence`: the exchange that shows a case's rows, by case."""

    asked_at: datetime
    ours: Digests
    told: Told
    buckets: int = 0
    found: tuple[Found, ...] = ()
    moving: frozenset[str] = frozenset()
    evidence: Mapping[str, str] = field(default_factory=dict)


def start(bss: Bss, day: date, *, by: Actor) -> Reconciliation:
    """The run of a company's day that waits to be done; a new turn when the last one has ended.

    The days looked at end with `day`. Raises Conflict when another worker starts it this very moment.
    """
    runs = Reconciliation.objects.filter(operator=bss.operator, province=bss.province, day=day)
    waiting = runs.filter(state=states.WAITING).first()
    if waiting is not None:
        return waiting
    back = _value(parameters.RECONCILE_DAYS, bss)
    try:
        with transaction.atomic(durable=True):
            turn = (runs.order_by("-turn").values_list("turn", flat=True).first() or 0) + 1
            run = Reconciliation.objects.create(
                state=states.WAITING,
                due_at=clock.now(),
                owner=by.ref,
                operator=bss.operator,
                province=bss.province,
                day=day,
                turn=turn,
                first_on=day - timedelta(days=back - 1),
                created_at=clock.now(),
            )
            begin(run, by=by, reason="daily" if turn == 1 else "asked again", rules=("S-03",))
    except IntegrityError as error:
        raise Conflict("error.conflict", rule_id="S-03") from error
    return run


def start_daily(*, by: Actor) -> int:
    """Start yesterday's run of every company, once, from the hour ⚙ on; returns how many were started."""
    now, started = clock.now(), 0
    day = now.date() - timedelta(days=1)
    have = set(Reconciliation.objects.filter(day=day).values_list("operator", "province"))
    for bss in companies():
        if (bss.operator, bss.province) not in have and now.hour >= _value(parameters.RECONCILE_HOUR, bss):
            with suppress(Conflict):  # another worker starts it this very moment
                start(bss, day, by=by)
                started += 1
    return started


def run(ref: str, *, by: Actor) -> Reconciliation:
    """Do a run now, unless another worker is at it, and return it as it then stands. Outside any transaction."""
    row = Reconciliation.objects.get(ref=ref)
    fence = take_lease(Reconciliation, row.pk, lease_s=LEASE_S) if row.state == states.WAITING else None
    if fence is not None:
        _work(row.pk, fence, by=by)
    return Reconciliation.objects.get(pk=row.pk)


def sweep(*, by: Actor, limit: int = 20) -> int:
    """Claim and work the runs that are due; returns how many."""
    return work_due(Reconciliation, partial(_work, by=by), limit=limit, states=(states.WAITING,))


def _work(pk: int, fence: int, *, by: Actor) -> None:
    if connection.in_atomic_block:
        raise RuntimeError("a province must not be called inside a transaction (CONVENTIONS 6)")
    row = Reconciliation.objects.get(pk=pk)
    try:
        if row.state == states.WAITING:
            _conclude(row, _look(row, by=by), fence, by=by)
    except Unusable as unusable:
        _again(row, unusable, fence, by=by)
    except Conflict:
        return  # another worker was faster; the row tells
    finally:
        release_lease(Reconciliation, pk, fence)


def _look(row: Reconciliation, *, by: Actor) -> Looked:
    """Ask, compare, and read what differs. Raises Unusable when there is no answer to rely on."""
    span, asked_at = Span(row.bss, row.first_on, row.day), clock.now()
    pieces = 2 ** min(row.attempts, MOST_HALVINGS)
    told = digest_of_book(span, BUCKETS, pieces=pieces, not_before=last_word(span), by=by)
    looked = Looked(asked_at, own_digests(span, BUCKETS), told)
    differing = looked.ours.differing(told.digests)
    if not differing:
        return looked
    pages = {one: rows_of_book(told, BUCKETS, one, by=by) for one in differing}
    found = differences(own_nets(span, BUCKETS, differing), [row for page in pages.values() for row in page.rows])
    moving = in_motion(row.bss, {one.case_ref for one in found}, asked_at)
    return replace(
        looked,
        buckets=len(differing),
        found=tuple(one for one in found if one.case_ref not in moving),
        moving=frozenset(moving),
        evidence={one.case_ref: pages[bucket_of(one.case_ref, BUCKETS)].evidence_ref for one in found},
    )


def _conclude(row: Reconciliation, looked: Looked, fence: int, *, by: Actor) -> None:
    """End the run with what it found, in one transaction."""
    span = Span(row.bss, row.first_on, row.day)
    to = states.DIFFERS if looked.found else states.AGREED
    with transaction.atomic(durable=True):
        move(
            row,
            to,
            by=by,
            reason=f"{len(looked.found)} differences",
            rules=("S-03",),
            fence=fence,
            due_at=None,
            ended_at=clock.now(),
            attempts=row.attempts + 1,
            asked_at=looked.asked_at,
            code="",
            evidence_ref=looked.told.evidence_ref,
            ours_digest=looked.ours.total,
            theirs_digest=looked.told.digests.total,
            nets=looked.ours.nets,
            buckets_read=looked.buckets,
            found=len(looked.found),
            moving=len(looked.moving),
        )
        known = list(standing(span).select_for_update(no_key=True))
        write_down(row, looked.found, known, looked.evidence, by=by)
        places = places_of(looked.found)
        agree(row, [one for one in known if not is_at(one, places) and one.case_ref not in looked.moving], by=by)
        work_orders.cancel_order(_key(row), by=by, reason="answered")
        facts = {"state": to, "found": len(looked.found), "moving": len(looked.moving), "nets": looked.ours.nets}
        facts |= {"ours": looked.ours.total, "theirs": looked.told.digests.total}
        _record(row, "ended", facts, by=by)


def _again(row: Reconciliation, unusable: Unusable, fence: int, *, by: Actor) -> None:
    """No answer to rely on: asked again, later each time; after the hours ⚙ it is a work order too, once."""
    unit = _value(parameters.RECONCILE_RETRY_SECONDS, row.bss)
    due_at = clock.now() + timedelta(seconds=unit * 2 ** min(row.attempts, 6))
    hours = _value(parameters.UNANSWERED_HOURS, row.bss)
    with transaction.atomic(durable=True):
        held = Reconciliation.objects.filter(pk=row.pk, state=states.WAITING, lease_token=fence)
        told = {"attempts": row.attempts + 1, "code": unusable.code, "evidence_ref": unusable.evidence_ref}
        if not held.update(due_at=due_at, asked_at=clock.now(), **told):
            raise Conflict("error.conflict", rule_id="S-03")
        if (
            clock.now() >= row.created_at + timedelta(hours=hours)
            and not WorkOrder.objects.filter(key=_key(row)).exists()
        ):
            work_orders.open_order(
                ORDER_KIND,
                key=_key(row),
                case_ref="",
                operator=row.operator,
                province=row.province,
                facts={"run": row.ref, "code": unusable.code},
                due_at=clock.now() + timedelta(days=_value(parameters.BOOKS_DAYS, row.bss)),
                by=by,
            )
            _record(row, "unanswered", {"code": unusable.code, "attempts": row.attempts + 1}, by=by)


def _key(row: Reconciliation) -> str:
    return f"{ORDER_KIND}:{row.ref}"


def _record(row: Reconciliation, what: str, facts: Mapping[str, object], *, by: Actor) -> None:
    audit.record(f"reconciliation.{what}", subject_ref=row.ref, by=by, chain=row.province, rules=("S-03",), facts=facts)


def _value(parameter: Parameter, bss: Bss) -> int:
    return int(value_of(parameter, operator=bss.operator, province=bss.province, on=clock.today()))
