"""The quote: frozen with the parameters in force, valid until a stated time (C-05)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from bss.gateway import Ending
from closure import states
from closure.models import Case, Quote, QuoteLine
from closure.parameters import DEPOSIT, LATE_FEE_PERMILLE, PINNED, QUOTE_HOURS, ROAMING_KEEP_FEN
from closure.queries import (
    answers_of,
    current_quote,
    filed_on,
    keeps_back,
    lines_set_aside,
    movements_of,
    penalties_paid,
    spoken_for_fen,
    stopped_on,
    unused_fen,
)
from closure.rules import limits
from closure.rules.buckets import without
from closure.rules.finding import Facts
from closure.rules.quote import lines_of, total_fen
from closure.services import tail
from portal import audit, clock
from portal.actors import Actor
from portal.errors import Conflict
from portal.moving import move
from portal.parameters import snapshot
from portal.services import notices

RAN_OUT = "quote ran out"


def make(case: Case, answers: Mapping[str, Facts], *, fence: int, by: Actor) -> Quote:
    """Freeze the lines and move the case to QUOTED; due when the quote runs out. In the caller's transaction.

    A quote made anew because it ran out, with the same sum, is told to nobody: reminders have their own days (C-19).
    """
    now, before = clock.now(), current_quote(case)
    ran_out = movements_of(case).order_by("-seq").values_list("reason", flat=True).first() == RAN_OUT
    tail.expect(case, answers, by=by)
    quote = _frozen(case, answers)
    move(
        case,
        states.QUOTED,
        by=by,
        reason="quoted",
        rules=("C-05",),
        fence=fence,
        verified_at=now,
        limit_at=quote.valid_until,
        due_at=now,
        owner="subscriber",
    )
    if not (ran_out and before is not None and before.total_fen == quote.total_fen):
        facts = {"case_no": case.case_no, "until_at": quote.valid_until}
        notices.tell(case.contact, "notice.closure.quoted", facts, case_ref=case.ref, by=by, lang=case.language)
    return quote


def remake(case: Case, *, by: Actor) -> Quote:
    """The same answers with other lines set aside, or another agreement; valid as long as the one it replaces.

    In the caller's transaction, with the case locked. Raises Conflict when the case is not quoted or the quote ran out.
    """
    before = current_quote(case)
    if case.state != states.QUOTED or before is None or before.valid_until <= clock.now():
        raise Conflict("error.conflict", rule_id="C-05")
    quote = _frozen(case, answers_of(case), valid_until=before.valid_until)
    audit.record("closure.requoted", subject_ref=case.ref, by=by, chain=case.province, rules=("C-03", "C-05"))
    return quote


def _frozen(case: Case, answers: Mapping[str, Facts], *, valid_until: datetime | None = None) -> Quote:
    now = clock.now()
    pinned = snapshot(PINNED, operator=case.operator, province=case.province, on=now.date())
    asked_at = case.checks.filter(question="prepayment").values_list("answered_at", flat=True).first()
    own = without(answers.get("prepayment"), spoken_for_fen(case, asked_at))
    lines = lines_of(
        {**answers, **({"prepayment": own} if own is not None else {})},
        filed_on=filed_on(case),
        stopped_on=stopped_on(case),
        permille=pinned[LATE_FEE_PERMILLE.name],
        collected_fen=unused_fen(case),
        aside=lines_set_aside(case),
        deposit=pinned[DEPOSIT.name],
        keep_fen=pinned[ROAMING_KEEP_FEN.name] if keeps_back(case) else 0,
        paid=penalties_paid(case),
    )
    quote = Quote.objects.create(
        case=case,
        seq=case.quotes.count() + 1,
        total_fen=total_fen(lines),
        parameters=pinned,
        made_at=now,
        valid_until=valid_until or limits.quote_end(now, pinned[QUOTE_HOURS.name]).at,
    )
    QuoteLine.objects.bulk_create(
        QuoteLine(quote=quote, position=position, **{**line.__dict__, "figures": dict(line.figures)})
        for position, line in enumerate(lines, start=1)
    )
    return quote


def renew(case: Case, *, fence: int, by: Actor) -> None:
    """A quote that ran out is made anew from fresh answers; nothing is charged for the time between (C-04)."""
    with transaction.atomic(durable=True):
        move(case, states.VERIFYING, by=by, reason=RAN_OUT, rules=("C-05",), fence=fence, due_at=clock.now())
        ask_again(case)


def ask_again(case: Case) -> None:
    """Every question is open once more, in the caller's transaction; a service password is asked once and not again.

    The snapshot of the filing stays: a withdrawal is held against it and nothing later (C-12).
    """
    again = case.checks.exclude(question="snapshot", ending=Ending.DONE).exclude(question="password")
    again.update(ending="", answered_at=None)
