"""The quote: frozen with the parameters in force, valid until a stated time (C-05)."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction

from closure import states
from closure.models import Case, Quote, QuoteLine
from closure.parameters import LATE_FEE_PERMILLE, PINNED, QUOTE_HOURS
from closure.queries import filed_on
from closure.rules import limits
from closure.rules.finding import Facts
from closure.rules.quote import lines_of, total_fen
from closure.services import orders
from portal import clock
from portal.actors import Actor
from portal.moving import move
from portal.parameters import snapshot
from portal.services import notices


def make(case: Case, answers: Mapping[str, Facts], *, fence: int, by: Actor) -> Quote:
    """Freeze the lines and move the case to QUOTED; due when the quote runs out. In the caller's transaction."""
    now = clock.now()
    pinned = snapshot(PINNED, operator=case.operator, province=case.province, on=now.date())
    lines = lines_of(
        answers,
        filed_on=filed_on(case),
        permille=pinned[LATE_FEE_PERMILLE.name],
        collected_fen=0 if orders.is_settled_at_home(case) else case.collected_fen,
    )
    quote = Quote.objects.create(
        case=case,
        seq=case.quotes.count() + 1,
        total_fen=total_fen(lines),
        parameters=pinned,
        made_at=now,
        valid_until=limits.quote_end(now, pinned[QUOTE_HOURS.name]).at,
    )
    QuoteLine.objects.bulk_create(
        QuoteLine(quote=quote, position=position, **{**line.__dict__, "figures": dict(line.figures)})
        for position, line in enumerate(lines, start=1)
    )
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
    facts = {"case_no": case.case_no, "until_at": quote.valid_until}
    notices.tell(case.contact, "notice.closure.quoted", facts, case_ref=case.ref, by=by, lang=case.language)
    return quote


def renew(case: Case, *, fence: int, by: Actor) -> None:
    """A quote that ran out is made anew from fresh answers; nothing is charged for the time between (C-04)."""
    with transaction.atomic(durable=True):
        move(case, states.VERIFYING, by=by, reason="quote ran out", rules=("C-05",), fence=fence, due_at=clock.now())
        case.checks.update(ending="", answered_at=None)
