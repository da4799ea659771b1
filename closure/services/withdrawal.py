"""Withdrawal until the money step, and the proof that every province is as it was (C-12)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import transaction

from bss.gateway import Ending, ask
from bss.services.books import compare
from closure import states
from closure.models import Case
from closure.queries import answers_of
from closure.rules.withdrawal import proof_lines, unexplained
from closure.services import books, charging, claims, disputes, orders, paying_out, satisfaction, tail, undoing, untying
from closure.services.timing import postpone, soon
from portal import audit, clock, work_orders
from portal.actors import Actor
from portal.moving import move
from portal.nudges import nudge
from portal.services import notices


def withdraw(case: Case, *, by: Actor) -> None:
    """End the case at the person's word, wherever the robots have brought it meanwhile; withdrawn again is withdrawn.

    Charges resume from this instant. Raises Conflict from the money step on.
    """
    _end(case, states.WITHDRAWN, reason="withdrawn", rules=("C-12",), by=by)


def lapse(case: Case, *, fence: int, by: Actor) -> None:
    """End a filed case that was never settled; charges resume from the lapse, never for the time before (C-19)."""
    _end(case, states.LAPSED, reason="lapsed", rules=("C-19",), by=by, fence=fence)


def _end(case: Case, to: str, *, reason: str, rules: tuple[str, ...], by: Actor, fence: int | None = None) -> None:
    now = clock.now()
    with transaction.atomic(durable=True):
        if fence is None:
            case.refresh_from_db(from_queryset=Case.objects.select_for_update(of=("self",), no_key=True))
            if case.state == to:
                return
        move(
            case,
            to,
            by=by,
            reason=reason,
            rules=rules,
            fence=fence,
            ended_at=now,
            due_at=now,
            limit_at=None,
            owner="robot:closer",
            password_box=b"",
        )
        disputes.end_all(case, by=by)
        tail.end(case, by=by)
        facts = {"case_no": case.case_no}
        notices.tell(case.contact, f"notice.closure.{reason}", facts, case_ref=case.ref, by=by, lang=case.language)
        satisfaction.ask(case)
        audit.record(f"closure.{reason}", subject_ref=case.ref, by=by, chain=case.province, rules=rules)
        nudge("closure.advance", case.ref)


def undo(case: Case, *, fence: int, by: Actor) -> None:
    """Forward commands that undo what was done, then the province's own words as proof; again until all is done."""
    untied = untying.cancel_preparations(case, by=by)
    resumed = undoing.reverse_done(case, by=by) and charging.resume(case, by=by)
    look_again = paying_out.give_back(case, by=by)
    if not (untied and resumed):
        look_again = soon(3600 if undoing.waits(case) else 5)
    if look_again is None and claims.are_under_way(case):
        look_again = soon(20)
    if look_again is not None:
        postpone(case, look_again, fence=fence)
        return
    lines = _prove(case, by=by)
    if lines is None:
        postpone(case, soon(books.pause_s(case)), fence=fence)
        return
    if differing := unexplained(lines):
        _report(case, differing, by=by)
    postpone(case, None, fence=fence, proof_lines=lines)


def _report(case: Case, names: list[str], *, by: Actor) -> None:
    """What is neither as it was nor explained is for people at home: a work order, once; nothing is mended silently."""
    with transaction.atomic(durable=True):
        work_orders.open_order(
            "difference",
            key=f"difference:{case.ref}",
            case_ref=case.ref,
            operator=case.operator,
            province=case.province,
            facts={"rows": names},
            due_at=clock.now() + timedelta(days=1),
            by=by,
        )
        audit.record("closure.proof_differs", subject_ref=case.ref, by=by, chain=case.province, rules=("C-12",))


def _prove(case: Case, *, by: Actor) -> list[dict[str, Any]] | None:
    """What the province says now beside what it said at filing; None while it does not answer, or its book shows that
    it did not do what it said: that is ordered anew first.
    """
    home, number = orders.home_of_case(case), case.number.plain
    found = compare(home, number, case_ref=case.ref, by=by, snapshot=True)
    if not found.true:
        return None
    before = answers_of(case).get("snapshot")
    since = before["clock"] if before else case.filed_at
    events = ask(home, "events", {"number": number, "since": since}, case_ref=case.ref, by=by)
    if events.ending in (Ending.UNKNOWN, Ending.UNREACHABLE):
        return None
    named = [*events.facts.get("events", ()), *claims.events_of(case)]
    evidence = [*found.refs.values(), events.evidence_ref]
    return proof_lines(before, found.snapshot, found.effects, named, evidence=evidence)
