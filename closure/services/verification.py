"""Verification: all questions to the home province in parallel, each answer stored as it arrives (C-01, C-13)."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from django.db import transaction

from bss.gateway import Answer, Bss, Ending, ask, ask_all
from bss.services import obstructions
from closure import states
from closure.models import Case, Check, FindingRow
from closure.parameters import ABNORMAL_BILL_FACTOR, LATE_FEE_PERMILLE, MISMATCH_DAYS, RETRY_SECONDS
from closure.queries import answers_of, filed_on, refusals_of, term
from closure.rules.finding import Finding
from closure.rules.verification import Terms, all_findings
from closure.services import orders, quote, untying
from closure.services.timing import earliest, postpone, soon
from portal import audit, clock, work_orders
from portal.actors import Actor
from portal.masked import IdNumber, PersonName
from portal.models import LineAccount
from portal.moving import move
from portal.nudges import nudge
from portal.register import home_of
from portal.sealing import blind_index, seal_under
from portal.services import notices

FINAL = (Ending.DONE, Ending.REFUSED)


def begin(case: Case, *, fence: int, by: Actor) -> None:
    """FILED → VERIFYING, to be looked at at once."""
    with transaction.atomic(durable=True):
        move(case, states.VERIFYING, by=by, reason="verify", rules=("C-01",), fence=fence, due_at=clock.now())


def verify(case: Case, *, fence: int, by: Actor) -> None:
    """Ask what is still open, store each answer as it arrives, and conclude when nothing is open any more.

    A silent province leaves the case VERIFYING with a next try; past the limit a work order chases it (C-17).
    """
    waiting = {check.question: _about(case, check.question) for check in _open(case)}
    if "other_line" in waiting:
        waiting.pop("other_line")
        _store(case, _ask_other_line(case, by=by), by=by)
    if waiting:
        for answer in ask_all(orders.home_of_case(case), waiting, case_ref=case.ref, by=by):
            _store(case, _insist(case, answer, by=by), by=by)
    if _open(case):
        _wait(case, fence=fence, by=by)
    else:
        conclude(case, fence=fence, by=by)


def _insist(case: Case, answer: Answer, *, by: Actor) -> Answer:
    """A question refused for an unlawful reason is recorded and asked once more with a directive (B-2, B-7)."""
    if answer.ending != Ending.REFUSED or orders.may_block(answer.code):
        return answer
    obstruction = obstructions.record(
        answer.bss,
        "question_refused",
        case_ref=case.ref,
        rules=("C-01", "B-2"),
        evidence_ref=answer.evidence_ref,
        words=answer.words,
        by=by,
    )
    about = _about(case, answer.question) | {"directive": {"rule": "B-2", "obstruction": obstruction.ref}}
    return ask(answer.bss, answer.question, about, case_ref=case.ref, by=by)


def _open(case: Case) -> list[Check]:
    return list(case.checks.exclude(ending__in=FINAL))


def _about(case: Case, question: str) -> dict[str, Any]:
    about: dict[str, Any] = {"number": case.number.plain}
    if question == "identity":
        about |= {"name": case.name.plain, "id": case.id_number.plain}
    return about


def _ask_other_line(case: Case, *, by: Actor) -> Answer:
    """C-08, first way: the line that received the code must be registered to the same ID at the same operator."""
    account = LineAccount.objects.get(ref=case.account_ref)
    home = home_of(account.number)
    bss = Bss(home.operator, home.province) if home else orders.home_of_case(case)
    about = {"number": account.number.plain, "name": case.name.plain, "id": case.id_number.plain}
    answer = ask(bss, "identity", about, case_ref=case.ref, by=by)
    return Answer(**{**answer.__dict__, "question": "other_line"})


def _store(case: Case, answer: Answer, *, by: Actor) -> None:
    facts = seal_under(case.ref, json.dumps(answer.facts, ensure_ascii=False), f"check.{answer.question}")
    with transaction.atomic(durable=True):
        check = Check.objects.select_for_update().get(case=case, question=answer.question)
        if check.ending in FINAL:
            return
        check.ending, check.facts_box, check.code = answer.ending, facts, answer.code[:32]
        check.evidence_ref, check.answered_at, check.ms = answer.evidence_ref, answer.at, answer.ms
        check.attempts += 1
        check.save()


def _wait(case: Case, *, fence: int, by: Actor) -> None:
    if case.limit_at and clock.now() >= case.limit_at:
        _escalate(case, by=by)
    postpone(case, soon(term(case, RETRY_SECONDS)), fence=fence)


def _escalate(case: Case, *, by: Actor) -> None:
    """Past the limit the province gets a work order; silence is never a refusal (C-17)."""
    with transaction.atomic(durable=True):
        work_orders.open_order(
            "answer",
            key=f"answer:{case.ref}",
            case_ref=case.ref,
            operator=case.operator,
            province=case.province,
            facts={"questions": [check.question for check in _open(case)]},
            due_at=clock.now() + timedelta(hours=1),
            by=by,
        )


def conclude(case: Case, *, fence: int, by: Actor) -> None:
    """All answers are in: every finding at once, then HELD when the person must act first, else QUOTED."""
    today = clock.today()
    terms = Terms(term(case, LATE_FEE_PERMILLE), term(case, ABNORMAL_BILL_FACTOR))
    answers, refused = answers_of(case), refusals_of(case)
    found = all_findings(
        answers, refused, filed_on=filed_on(case), today=today, terms=terms, photo_match=case.photo_match
    )
    with transaction.atomic(durable=True):
        _write_findings(case, found)
        if any(finding.holds_the_case for finding in found):
            _hold(case, found, fence=fence, by=by)
        else:
            untying.prepare(case, answers.get("ties", {"ties": []})["ties"], by=by)
            quote.make(case, answers, fence=fence, by=by)
        audit.record("closure.verified", subject_ref=case.ref, by=by, chain=case.province, rules=("C-01",))


def _write_findings(case: Case, found: list[Finding]) -> None:
    previous = case.findings.order_by("-round").values_list("round", flat=True).first() or 0
    FindingRow.objects.bulk_create(
        FindingRow(
            case=case,
            round=previous + 1,
            key=finding.key,
            severity=finding.severity,
            rules=list(finding.rules),
            facts=dict(finding.facts),
            fen=finding.fen,
            question=finding.question,
            settled_by_quote=finding.settled_by_quote,
        )
        for finding in found
    )


def _hold(case: Case, found: list[Finding], *, fence: int, by: Actor) -> None:
    mismatch = any(finding.key == "identity.mismatch" for finding in found)
    settle_by = clock.now() + timedelta(days=term(case, MISMATCH_DAYS)) if mismatch else None
    move(
        case,
        states.HELD,
        by=by,
        reason="findings",
        rules=sorted({rule for finding in found for rule in finding.rules}),
        fence=fence,
        verified_at=clock.now(),
        limit_at=settle_by or case.lapse_at,
        due_at=earliest(settle_by, case.lapse_at),
        owner="subscriber",
    )
    count = sum(finding.holds_the_case for finding in found)
    facts = {"case_no": case.case_no, "count": count}
    notices.tell(case.contact, "notice.closure.held", facts, case_ref=case.ref, by=by, lang=case.language)


def again(case: Case, *, holder: tuple[PersonName, IdNumber] | None = None, by: Actor) -> None:
    """The person mended what was asked: HELD → VERIFYING with all questions open. Raises Conflict elsewhere.

    `holder` are a name and ID typed anew after a mismatch; the earlier answers stay as evidence rows.
    """
    also: dict[str, Any] = {}
    if holder is not None:
        case.name, case.id_number = holder
        also = {
            "name_box": case.name_box,
            "id_box": case.id_box,
            "id_index": blind_index("id", case.id_number.plain),
        }
    with transaction.atomic(durable=True):
        move(case, states.VERIFYING, by=by, reason="checked again", rules=("C-01",), due_at=clock.now(), **also)
        case.checks.update(ending="", answered_at=None)
        nudge("closure.advance", case.ref)
