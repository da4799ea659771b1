"""Writing down what a reconciliation found: each difference once, with one work order; nothing is corrected (S-03).

All in the transaction that ends the run.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta

from bss.provinces import Bss
from portal import audit, clock, work_orders
from portal.actors import Actor
from portal.moving import begin, move
from portal.parameters import value_of
from portal.refs import new_ref
from settlement import states
from settlement.models import Difference, Reconciliation
from settlement.parameters import BOOKS_DAYS
from settlement.rules.reconciling import Found

ORDER_KIND = "books"
_Place = tuple[str, str, object]


def write_down(
    run: Reconciliation, found: Iterable[Found], known: Iterable[Difference], evidence: Mapping[str, str], *, by: Actor
) -> int:
    """Write the differences of a run; `known` are those that stood before, `evidence` the exchange by case.

    One that is known is seen again and keeps its order, also where its figures changed. Returns how many there are.
    """
    standing = {_place(one): one for one in known}
    count = 0
    for one in found:
        count += 1
        before = standing.get(_place(one))
        if before is None:
            _open(run, one, evidence[one.case_ref], by=by)
        else:
            _seen_again(before, one, evidence[one.case_ref], by=by)
    return count


def agree(run: Reconciliation, gone: Iterable[Difference], *, by: Actor) -> None:
    """Close differences that this run no longer sees, with a note in their history, their orders and the audit."""
    for one in gone:
        reason = f"agrees in {run.ref}"
        move(one, states.GONE, by=by, reason=reason, rules=("S-03",), due_at=None, gone_at=clock.now(), gone_in=run)
        work_orders.cancel_order(one.order_key, by=by, reason=reason)
        _record("gone", one, by=by)


def places_of(found: Iterable[Found]) -> set[_Place]:
    """Where differences are: case, account and day."""
    return {_place(one) for one in found}


def is_at(difference: Difference, places: set[_Place]) -> bool:
    """Whether a difference is at one of these places."""
    return _place(difference) in places


def _place(one: Found | Difference) -> _Place:
    return one.case_ref, one.account, one.on


def _open(run: Reconciliation, found: Found, evidence_ref: str, *, by: Actor) -> Difference:
    at, ref = clock.now(), new_ref()
    due_at = at + timedelta(days=_days(run.bss))
    difference = Difference.objects.create(
        ref=ref,
        state=states.STANDING,
        due_at=due_at,
        owner=f"operator:{run.operator}:{run.province}",
        run=run,
        operator=run.operator,
        province=run.province,
        kind=found.kind,
        case_ref=found.case_ref,
        account=found.account,
        on=found.on,
        ours_fen=found.ours_fen,
        theirs_fen=found.theirs_fen,
        theirs_on=found.theirs_on,
        evidence_ref=evidence_ref,
        order_key=f"{ORDER_KIND}:{ref}",
        found_at=at,
        seen_at=at,
    )
    begin(difference, by=by, reason=found.kind, rules=("S-03",))
    work_orders.open_order(
        ORDER_KIND,
        key=difference.order_key,
        case_ref=found.case_ref[:26],
        operator=run.operator,
        province=run.province,
        facts={"difference": ref, "kind": found.kind, "account": found.account, "run": run.ref},
        due_at=due_at,
        by=by,
    )
    _record("found", difference, by=by)
    return difference


def _seen_again(difference: Difference, found: Found, evidence_ref: str, *, by: Actor) -> None:
    now = {
        "kind": found.kind,
        "ours_fen": found.ours_fen,
        "theirs_fen": found.theirs_fen,
        "theirs_on": found.theirs_on,
    }
    changed = any(getattr(difference, name) != value for name, value in now.items())
    for name, value in now.items():
        setattr(difference, name, value)
    difference.seen_at, difference.evidence_ref = clock.now(), evidence_ref
    difference.save(update_fields=[*now, "seen_at", "evidence_ref"])
    if changed:
        _record("changed", difference, by=by)


def _record(what: str, difference: Difference, *, by: Actor) -> None:
    facts = {
        "kind": difference.kind,
        "account": difference.account,
        "ours": difference.ours_fen,
        "theirs": difference.theirs_fen,
        "evidence": difference.evidence_ref,
    }
    audit.record(
        f"difference.{what}",
        subject_ref=difference.ref,
        by=by,
        chain=difference.province,
        rules=("S-03",),
        facts=facts,
    )


def _days(bss: Bss) -> int:
    return int(value_of(BOOKS_DAYS, operator=bss.operator, province=bss.province, on=clock.today()))
