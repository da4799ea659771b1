"""C-23: a line under an anti-fraud or court hold waits; charges stay stopped, and the case outlives the hold."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction

from bss.gateway import Ending, ask
from closure import states
from closure.models import Case
from closure.parameters import HOLD_HOURS, LAPSE_DAYS
from closure.queries import latest_findings, term
from closure.rules import limits
from closure.services import orders, verification
from closure.services.timing import postpone
from portal import audit, clock
from portal.actors import Actor
from portal.moving import move
from portal.nudges import nudge
from portal.services import notices


def stands(case: Case) -> bool:
    """Whether the findings in force name an authority that holds the line."""
    return latest_findings(case).filter(key="identity.hold").exists()


def look(case: Case, *, fence: int, by: Actor) -> None:
    """Once a day ⚙ the home province is asked whether the hold still stands; lifted, the case is checked again.

    Nothing lapses while an authority holds the line: the person can do nothing about it (C-19). Outside transactions.
    """
    about = {"number": case.number.plain, "name": case.name.plain, "id": case.id_number.plain}
    answer = ask(orders.home_of_case(case), "identity", about, case_ref=case.ref, by=by)
    if answer.ending != Ending.DONE or answer.facts["holds"]:
        postpone(case, clock.now() + timedelta(hours=term(case, HOLD_HOURS)), fence=fence)
        return
    _lifted(case, fence=fence, by=by)


def _lifted(case: Case, *, fence: int, by: Actor) -> None:
    now = clock.now()
    with transaction.atomic(durable=True):
        move(
            case,
            states.VERIFYING,
            by=by,
            reason="hold lifted",
            rules=("C-23",),
            fence=fence,
            due_at=now,
            lapse_at=limits.lapse(now, term(case, LAPSE_DAYS)).at,
        )
        verification.open_again(case)
        key = "notice.closure.hold_lifted"
        notices.tell(case.contact, key, {"case_no": case.case_no}, case_ref=case.ref, by=by, lang=case.language)
        audit.record("closure.hold_lifted", subject_ref=case.ref, by=by, chain=case.province, rules=("C-23",))
        nudge("closure.advance", case.ref)
