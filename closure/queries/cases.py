"""Reads of a case: who may see it, what its checks and findings say, which figures hold; `visible_to` first."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from bss.gateway import Ending
from closure import states
from closure.models import Case, Certificate, FindingRow, Opening
from portal import clock
from portal.actors import Actor
from portal.parameters import Parameter, value_of
from portal.register import number_indexes
from portal.roles import Role
from portal.sealing import blind_indexes, open_key

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
    same = Case.objects.filter(account_ref=draft.account_ref, number_index__in=number_indexes(draft.number))
    return same.filter(state__in=sorted(states.OPEN)).first()


def open_proved(case: Case) -> QuerySet[Case]:
    """Other open cases of the same number whose person is proved: there is one at most (C-01, C-08)."""
    same = Case.objects.filter(number_index__in=number_indexes(case.number), proved_at__isnull=False)
    return same.filter(state__in=sorted(states.OPEN)).exclude(pk=case.pk)


def by_ref(ref: str) -> Case | None:
    """A case for a robot."""
    return Case.objects.filter(ref=ref).first()


def answers_of(case: Case) -> dict[str, dict[str, Any]]:
    """Facts of the questions that were answered, unsealed; dates ISO, money fen."""
    answered = list(case.checks.filter(ending=Ending.DONE))
    if not answered:
        return {}
    key = open_key(case.ref)
    return {one.question: json.loads(key.unseal(bytes(one.facts_box), f"check.{one.question}")) for one in answered}


def refusals_of(case: Case) -> dict[str, str]:
    """Questions the province refused to answer, with its own code."""
    return dict(case.checks.filter(ending=Ending.REFUSED).values_list("question", "code"))


def latest_findings(case: Case) -> QuerySet[FindingRow]:
    """The findings in force: those of the latest round."""
    latest = case.findings.order_by("-round").values_list("round", flat=True).first()
    return case.findings.filter(round=latest or 0).order_by("pk")


def term(case: Case, parameter: Parameter) -> Any:
    """A dated figure in force for the case's home province today."""
    return value_of(parameter, operator=case.operator, province=case.province, on=clock.today())


def filed_on(case: Case) -> date:
    """The filing day in Shanghai, or the earlier one of a filing not taken (C-04); ValueError when unfiled."""
    if case.filed_at is None:
        raise ValueError("the case is not filed")
    return (case.counted_from or case.filed_at).astimezone(clock.SHANGHAI).date()


def stopped_on(case: Case) -> date:
    """The day up to which recurring fees are counted: the filing day, unless charges stopped anew later (C-04)."""
    return case.stopped_from.astimezone(clock.SHANGHAI).date() if case.stopped_from else filed_on(case)


def uncharged_due(*, limit: int) -> list[Case]:
    """Filed cases whose charges the home province has not confirmed as stopped, oldest first."""
    waiting = Case.objects.filter(
        state__in=sorted(states.OPEN),
        proved_at__isnull=False,
        charging_stopped_at=None,
        filed_at__lt=clock.now() - timedelta(seconds=5),
    )
    return list(waiting.order_by("filed_at")[:limit])


def certificate_of(case: Case) -> Certificate | None:
    """The latest certificate of a case, None before the closing."""
    return Certificate.objects.filter(case=case).order_by("-pk").first()


def certificate_by_number(number: str, tail: str) -> Certificate | None:
    """A certificate by its printed number and the closed number's last four digits."""
    return Certificate.objects.filter(number=number, last4_index__in=blind_indexes("last4", tail)).first()


def opening_rows(operator: str, province: str, channel: str) -> list[tuple[str, date]]:
    """From when a channel is open to whom, for a home province: the last row set for each circle (C-16)."""
    rows = Opening.objects.filter(operator=operator, province=province, channel=channel)
    return list(rows.order_by("circle", "-set_at", "-pk").distinct("circle").values_list("circle", "from_on"))


def openings_in_force() -> QuerySet[Opening]:
    """The rows about openings that count: of each place, channel and circle the one set last (C-16)."""
    latest = Opening.objects.order_by("operator", "province", "channel", "circle", "-set_at", "-pk")
    counts = latest.distinct("operator", "province", "channel", "circle").values("pk")
    return Opening.objects.filter(pk__in=counts)


def opening_places() -> list[dict[str, str]]:
    """The home provinces that have rows about openings; every other place is open to everybody."""
    rows = Opening.objects.order_by("operator", "province").values("operator", "province").distinct()
    return [{"operator": row["operator"], "province": row["province"]} for row in rows]
