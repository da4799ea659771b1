"""Verification: all questions to the home province in parallel, each answer stored as it arrives (C-01, C-13)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any

from django.db import transaction

from bss.gateway import Answer, Bss, Ending, ask, ask_groups
from bss.services import obstructions
from closure import states
from closure.models import Case, Check, FindingRow
from closure.parameters import ABNORMAL_BILL_FACTOR, HOLD_HOURS, LATE_FEE_PERMILLE, MISMATCH_DAYS, RETRY_SECONDS
from closure.queries import answers_of, filed_on, open_proved, opening_rows, refusals_of, term
from closure.rules.finding import BLOCK, Finding
from closure.rules.openings import with_opening
from closure.rules.standing import counter_until
from closure.rules.verification import Terms, all_findings, is_proved
from closure.services import charging, openings, orders, quote, standing, untying
from closure.services.timing import earliest, postpone, soon
from portal import audit, clock, work_orders
from portal.actors import Actor
from portal.errors import Conflict
from portal.models import LineAccount
from portal.moving import move
from portal.nudges import nudge
from portal.register import home_of
from portal.sealing import blind_index, open_key
from portal.services import notices
from realname.authority import Match

FINAL = (Ending.DONE, Ending.REFUSED)
_TOLD = ("ending", "facts_box", "code", "evidence_ref", "answered_at", "ms", "attempts")


def begin(case: Case, *, fence: int, by: Actor) -> None:
    """FILED → VERIFYING, to be looked at at once."""
    with transaction.atomic(durable=True):
        move(case, states.VERIFYING, by=by, reason="verify", rules=("C-01",), fence=fence, due_at=clock.now())


def verify(case: Case, *, fence: int, by: Actor) -> None:
    """Ask what is still open, store each answer as it arrives, and conclude when nothing is open any more.

    A silent province leaves the case VERIFYING with a next try; past the limit a work order chases it (C-17).
    """
    asked = {check.question for check in _open(case)}
    waiting = {question: _about(case, question) for question in asked if question != "other_line"}
    if "other_line" in asked:
        _store(case, [_ask_other_line(case, by=by)])
    if waiting:
        for group in ask_groups(orders.home_of_case(case), waiting, case_ref=case.ref, by=by):
            unlawful = [answer for answer in group if _is_unlawful(answer)]
            _store(case, [answer for answer in group if answer not in unlawful])
            for answer in unlawful:
                _store(case, [_insist(case, answer, by=by)])
    if _open(case):
        _wait(case, fence=fence, by=by)
    else:
        conclude(case, fence=fence, by=by)


def _is_unlawful(answer: Answer) -> bool:
    return answer.ending == Ending.REFUSED and not orders.may_block(answer.code)


def _insist(case: Case, answer: Answer, *, by: Actor) -> Answer:
    """A question refused for an unlawful reason is recorded and asked once more with a directive (B-2, B-7)."""
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
    if question == "password":
        about["service_password"] = case.password if case.password_box else ""
    return about


def _ask_other_line(case: Case, *, by: Actor) -> Answer:
    """C-08, first way: the line that received the code must be registered to the same ID at the same operator."""
    account = LineAccount.objects.get(ref=case.account_ref)
    home = home_of(account.number)
    bss = Bss(home.operator, home.province) if home else orders.home_of_case(case)
    about = {"number": account.number.plain, "name": case.name.plain, "id": case.id_number.plain}
    answer = ask(bss, "identity", about, case_ref=case.ref, by=by)
    return Answer(**{**answer.__dict__, "question": "other_line"})


def _store(case: Case, answers: Sequence[Answer]) -> None:
    """Put down what arrived together; a check that is answered already stays as it is."""
    if not answers:
        return
    key, told = open_key(case.ref), {answer.question: answer for answer in answers}
    with transaction.atomic(durable=True):
        waiting = case.checks.select_for_update().filter(question__in=told).exclude(ending__in=FINAL)
        checks = list(waiting.order_by("pk"))
        for check in checks:
            answer = told[check.question]
            facts = key.seal(json.dumps(answer.facts, ensure_ascii=False), f"check.{answer.question}")
            check.ending, check.facts_box, check.code = answer.ending, facts, answer.code[:32]
            check.evidence_ref, check.answered_at, check.ms = answer.evidence_ref, answer.at, answer.ms
            check.attempts += 1
        # An upsert of rows that are there and locked: one short statement, whatever their number.
        Check.objects.bulk_create(checks, update_conflicts=True, unique_fields=["id"], update_fields=_TOLD)
        if any(check.question == "password" and check.ending in FINAL for check in checks):
            Case.objects.filter(pk=case.pk).update(password_box=b"")


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
    openings_there = opening_rows(case.operator, case.province, "web")
    with transaction.atomic(durable=True):
        # Papers may be recalled at this moment: whoever does so holds the case, and the person is judged after that.
        Case.objects.select_for_update(of=("self",), no_key=True).get(pk=case.pk)
        person = standing.standing_of(case, answers)
        found = all_findings(answers, refused, filed_on=filed_on(case), today=today, terms=terms, by=person)
        found = with_opening(found, answers.get("package"), openings_there, on=today)
        if case.proved_at is None and is_proved(answers, person):
            found += _prove(case)
        _write_findings(case, found)
        if all(finding.key != "identity.mismatch" for finding in found):
            charging.stop_anew(case, by=by)
        if any(finding.holds_the_case for finding in found):
            _hold(case, found, fence=fence, by=by)
        else:
            untying.prepare(case, answers.get("ties", {"ties": []})["ties"], by=by)
            quote.make(case, answers, fence=fence, by=by)
        audit.record("closure.verified", subject_ref=case.ref, by=by, chain=case.province, rules=("C-01",))


def _prove(case: Case) -> list[Finding]:
    """From here on the line is touched: charges stop as of the filing (C-04). One proved open case a number (C-01)."""
    if open_proved(case).exists():
        return [Finding("identity.already_open", BLOCK, ("C-01",), question="identity")]
    case.proved_at = clock.now()
    Case.objects.filter(pk=case.pk).update(proved_at=case.proved_at)
    nudge("closure.stop_charging", case.ref)
    return []


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
    by_law = any(finding.key == "identity.hold" for finding in found)
    next_look = clock.now() + timedelta(hours=term(case, HOLD_HOURS)) if by_law else None
    at_counter = counter_until(found)
    move(
        case,
        states.HELD,
        by=by,
        reason="findings",
        rules=sorted({rule for finding in found for rule in finding.rules}),
        fence=fence,
        verified_at=clock.now(),
        limit_at=settle_by or next_look or at_counter or case.lapse_at,
        due_at=earliest(settle_by, next_look, openings.next_look(case), case.lapse_at),
        owner="counter" if at_counter else "subscriber",
    )
    if at_counter:
        return
    count = sum(finding.holds_the_case for finding in found)
    facts = {"case_no": case.case_no, "count": count}
    notices.tell(case.contact, "notice.closure.held", facts, case_ref=case.ref, by=by, lang=case.language)


def look_again(case: Case, *, by: Actor) -> None:
    """A held case is checked again, because something about the person changed; outside any transaction.

    A check that is being concluded at this moment may have judged the person as they were before: it is waited for.
    """
    with transaction.atomic(durable=True):
        now_at = Case.objects.select_for_update(of=("self",), no_key=True).get(pk=case.pk)
    if now_at.state != states.HELD:
        return
    with suppress(Conflict):  # somebody else has just begun it
        again(now_at, by=by)


def again(
    case: Case,
    *,
    holder: standing.Who | None = None,
    photo_match: Match | None = None,
    password: str = "",
    by: Actor,
) -> None:
    """The person mended what was asked: HELD → VERIFYING with all questions open. Raises Conflict elsewhere.

    `holder` are a name and ID typed anew after a mismatch; the earlier answers stay as evidence rows, but a photo of
    whoever was named before counts no more (C-08). `photo_match` is how a photo of that holder was judged, `password`
    a service password to ask once. Raises TooMany when a holder or a password was tried too often, Conflict when
    somebody acts with papers: they were read for the holder named before (C-09, C-24).
    """
    also: dict[str, Any] = {} if photo_match is None else {"photo_match": photo_match}
    if password:
        standing.take_password_try(case, by=by)
        case.password = password
        also["password_box"] = case.password_box
    if holder is not None:
        standing.take_holder_try(case)
        case.name, case.id_number = holder
        also |= {
            "name_box": case.name_box,
            "id_box": case.id_box,
            "id_index": blind_index("id", case.id_number.plain),
            "photo_match": photo_match or "",
        }
    with transaction.atomic(durable=True):
        if holder is not None:
            standing.must_have_no_papers(case)
        elif photo_match is not None:
            standing.must_be_same(case)
        move(case, states.VERIFYING, by=by, reason="checked again", rules=("C-01",), due_at=clock.now(), **also)
        if password:
            Check.objects.update_or_create(case=case, question="password", defaults={"ending": "", "answered_at": None})
        open_again(case)
        nudge("closure.advance", case.ref)


def check_anew(case: Case, reason: str, rule: str, *, by: Actor) -> None:
    """Something is known that the checks did not know: HELD or QUOTED → VERIFYING, in the caller's transaction."""
    move(case, states.VERIFYING, by=by, reason=reason, rules=(rule,), due_at=clock.now())
    open_again(case)
    nudge("closure.advance", case.ref)


def open_again(case: Case) -> None:
    """Ask everything anew, in the caller's transaction; a service password is asked once and not again."""
    quote.ask_again(case)
