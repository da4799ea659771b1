"""Withdrawal until the money step, and the proof that every province is as it was (C-12)."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from bss.gateway import Ending, ask
from closure import states
from closure.models import Case
from closure.queries import answers_of
from closure.rules.withdrawal import proof_lines
from closure.services import charging, orders, refund, untying
from closure.services.timing import postpone, soon
from portal import audit, clock
from portal.actors import Actor
from portal.moving import move
from portal.nudges import nudge
from portal.services import notices


def withdraw(case: Case, *, by: Actor) -> None:
    """End the case at the person's word; charges resume from this instant. Raises Conflict from the money step on."""
    _end(case, states.WITHDRAWN, reason="withdrawn", rules=("C-12",), by=by)


def lapse(case: Case, *, fence: int, by: Actor) -> None:
    """End a filed case that was never settled; charges resume from the lapse, never for the time before (C-19)."""
    _end(case, states.LAPSED, reason="lapsed", rules=("C-19",), by=by, fence=fence)


def _end(case: Case, to: str, *, reason: str, rules: tuple[str, ...], by: Actor, fence: int | None = None) -> None:
    now = clock.now()
    with transaction.atomic(durable=True):
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
        )
        facts = {"case_no": case.case_no}
        notices.tell(case.contact, f"notice.closure.{reason}", facts, case_ref=case.ref, by=by, lang=case.language)
        audit.record(f"closure.{reason}", subject_ref=case.ref, by=by, chain=case.province, rules=rules)
        nudge("closure.advance", case.ref)


def undo(case: Case, *, fence: int, by: Actor) -> None:
    """Forward commands that undo what was done, then the province's own words as proof; again until all is done."""
    untied = untying.cancel_preparations(case, by=by)
    resumed = orders.reverse_done(case, by=by) and charging.resume(case, by=by)
    repaid = refund.give_back(case, by=by)
    if not (untied and resumed and repaid):
        postpone(case, soon(5), fence=fence)
        return
    lines = _prove(case, by=by)
    if lines is None:
        postpone(case, soon(20), fence=fence)
        return
    postpone(case, None, fence=fence, proof_lines=lines)


def _prove(case: Case, *, by: Actor) -> list[dict[str, Any]] | None:
    """What the province says now beside what it said at filing; None while it does not answer."""
    home = orders.home_of_case(case)
    about = {"number": case.number.plain}
    now = ask(home, "snapshot", about, case_ref=case.ref, by=by)
    effects = ask(home, "effects", {**about, "case_ref": case.ref}, case_ref=case.ref, by=by)
    if now.ending != Ending.DONE or effects.ending != Ending.DONE:
        return None
    evidence = [now.evidence_ref, effects.evidence_ref]
    return proof_lines(answers_of(case).get("snapshot"), now.facts, effects.facts, evidence=evidence)
