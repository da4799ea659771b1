"""All reads of closure; `visible_to` first."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from bss.gateway import Ending
from closure import states
from closure.models import Case, Certificate, FindingRow, Quote
from closure.parameters import CLOSING_HOURS, LAPSE_DAYS, QUOTE_HOURS
from closure.rules.limits import LimitTerms, replayed
from portal import clock
from portal.actors import Actor
from portal.deadlines import Deadline
from portal.models import Movement, WorkOrder
from portal.parameters import Parameter, value_of
from portal.roles import Role
from portal.sealing import blind_index, unseal_under
from settlement.models import Payout

STAFF = (Role.CLERK, Role.SUPERVISOR, Role.FINANCE, Role.PORTING_OFFICER)


def visible_to(actor: Actor) -> QuerySet[Case]:
    """The filed cases an actor may see: one's own line's, one's own province's, one's operator's (D-05)."""
    cases = Case.objects.exclude(state=states.DRAFT)
    if actor.role == Role.SUBSCRIBER:
        if actor.ref.startswith("case:"):
            return cases.filter(ref=actor.ref.removeprefix("case:"))
        return cases.filter(account_ref=actor.line_ref) if actor.line_ref else cases.none()
    if actor.role in STAFF:
        here = Q(visiting_province=actor.province) | Q(province=actor.province)
        return cases.filter(here, operator=actor.operator)
    if actor.role == Role.PROVINCIAL_REGULATOR:
        return cases.filter(province=actor.province)
    if actor.role in (Role.NATIONAL_REGULATOR, Role.AUDITOR):
        return cases
    return cases.none()


def draft_of(actor: Actor) -> Case | None:
    """The draft of a signed-in line."""
    return Case.objects.filter(account_ref=actor.line_ref, state=states.DRAFT).first() if actor.line_ref else None


def open_case_of(draft: Case) -> Case | None:
    """The open case of the same line and number, which a second filing leads to."""
    same = Case.objects.filter(account_ref=draft.account_ref, number_index=draft.number_index)
    return same.filter(state__in=sorted(states.OPEN)).first()


def by_ref(ref: str) -> Case | None:
    """A case for a robot."""
    return Case.objects.filter(ref=ref).first()


def answers_of(case: Case) -> dict[str, dict[str, Any]]:
    """Facts of the questions that were answered, unsealed; dates ISO, money fen."""
    answered = case.checks.filter(ending=Ending.DONE)
    return {
        check.question: json.loads(unseal_under(case.ref, bytes(check.facts_box), f"check.{check.question}"))
        for check in answered
    }


def refusals_of(case: Case) -> dict[str, str]:
    """Questions the province refused to answer, with its own code."""
    return dict(case.checks.filter(ending=Ending.REFUSED).values_list("question", "code"))


def latest_findings(case: Case) -> QuerySet[FindingRow]:
    """The findings in force: those of the latest round."""
    latest = case.findings.order_by("-round").values_list("round", flat=True).first()
    return case.findings.filter(round=latest or 0).order_by("pk")


def current_quote(case: Case) -> Quote | None:
    """The quote in force, None before the first."""
    return case.quotes.order_by("-seq").first()


def split_of(quote: Quote) -> dict[str, int]:
    """How the money of a quote divides by purpose, whole fen: it sums to what is paid (0 when nothing is)."""
    kinds = {"bill": "bills", "late_fee": "late_fee", "penalty": "penalty", "unbilled": "unbilled"}
    kinds["collected"] = "collected"
    split: Counter[str] = Counter()
    for line in quote.lines.all():
        split[kinds.get(line.kind, "applied")] += line.fen
    split["applied"] -= min(quote.total_fen, 0)
    return {purpose: fen for purpose, fen in split.items() if fen}


def settlement_payload(quote: Quote | None) -> dict[str, Any]:
    """What the home province posts when the case is settled: whole fen by purpose, and the bills it covers."""
    lines = list(quote.lines.all()) if quote else []
    sums = {kind: sum(line.fen for line in lines if line.kind == kind) for kind in ("late_fee", "penalty", "unbilled")}
    bills: list[dict[str, Any]] = [{"month": line.item, "fen": line.fen} for line in lines if line.kind == "bill"]
    owed = sum(bill["fen"] for bill in bills) + sum(sums.values())
    collected = -sum(line.fen for line in lines if line.kind == "collected")
    paid = max(quote.total_fen, 0) + collected if quote else 0
    return {
        "paid_fen": paid,
        "applied_fen": owed - paid,
        "bills": bills,
        "unbilled_fen": sums["unbilled"],
        "late_fee_fen": sums["late_fee"],
        "penalty_fen": sums["penalty"],
    }


def term(case: Case, parameter: Parameter) -> Any:
    """A dated figure in force for the case's home province today."""
    return value_of(parameter, operator=case.operator, province=case.province, on=clock.today())


def filed_on(case: Case) -> date:
    """The filing day in Shanghai; a case that is not filed has none (ValueError)."""
    if case.filed_at is None:
        raise ValueError("the case is not filed")
    return case.filed_at.astimezone(clock.SHANGHAI).date()


def uncharged_due(*, limit: int) -> list[Case]:
    """Filed cases whose charges the home province has not confirmed as stopped, oldest first."""
    waiting = Case.objects.filter(
        state__in=sorted(states.OPEN), charging_stopped_at=None, filed_at__lt=clock.now() - timedelta(seconds=5)
    )
    return list(waiting.order_by("filed_at")[:limit])


def untie_orders(case: Case) -> list[WorkOrder]:
    """The work orders that untie this case's ties, in the order they were opened."""
    return list(WorkOrder.objects.filter(case_ref=case.ref, kind="untie").order_by("pk"))


def untie_order(case: Case, tie: str) -> WorkOrder:
    """The work order of one tie."""
    return next(order for order in untie_orders(case) if order.facts["id"] == tie)


def movements_of(case: Case) -> QuerySet[Movement]:
    """The history of a case, oldest first."""
    return Movement.objects.filter(subject_type="closure.case", subject_ref=case.ref).order_by("seq")


def limits_of(case: Case) -> list[Deadline]:
    """The limits now running, replayed from the case's history, soonest first."""
    history = [(row.to_state, row.at) for row in movements_of(case)]
    terms = LimitTerms(term(case, LAPSE_DAYS), term(case, QUOTE_HOURS), term(case, CLOSING_HOURS))
    return replayed(history, terms)


def payout_of(case: Case) -> Payout | None:
    """The refund or return of a case that is on its way."""
    return Payout.objects.filter(ref=case.payout_ref).first() if case.payout_ref else None


def certificate_by_number(number: str, tail: str) -> Certificate | None:
    """A certificate by its printed number and the closed number's last four digits."""
    return Certificate.objects.filter(number=number, last4_index=blind_index("last4", tail)).first()
