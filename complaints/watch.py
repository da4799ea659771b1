"""Reads of the branch watch (C-21) and of the two clocks (C-13); scope first, as in complaints.queries (D-05)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import cast

from django.db.models import Avg, Count, DurationField, ExpressionWrapper, F, Max, Q
from django.db.models.functions import ExtractDay, TruncDate

from closure.models import Contact
from closure.queries import visible_to as cases_visible_to
from complaints.dips import Dip, month_end_dip
from complaints.queries import obstructions_visible_to
from portal.actors import Actor
from portal.clock import SHANGHAI
from portal.models import OrderAnswer
from portal.work_orders import RETURNING, OrderResult

DAYS = 90
A_DAY = timedelta(hours=24)


@dataclass(frozen=True)
class Clocks:
    """The two clocks of one operator in one home province: whole minutes, None when nothing was closed."""

    operator: str
    province: str
    closed: int
    settled_mean: int | None
    settled_longest: int | None
    over_a_day: int
    filed_mean: int | None


def clocks(actor: Actor, *, since: datetime) -> list[Clocks]:
    """From the settlement to the closed line, and from the filing to it; one query (C-13).

    Time in which the operator did not take the case counts: a filing begins where the person was first turned away.
    """
    after = ExpressionWrapper(F("closed_at") - F("settled_at"), output_field=DurationField())
    whole = ExpressionWrapper(F("closed_at") - F("counted_from"), output_field=DurationField())
    rows = (
        cases_visible_to(actor)
        .filter(closed_at__gte=since, settled_at__isnull=False)
        .order_by("operator", "province")
        .values("operator", "province")
        .annotate(
            closed=Count("pk"),
            mean=Avg(after),
            longest=Max(after),
            over=Count("pk", filter=Q(closed_at__gt=F("settled_at") + A_DAY)),
            whole=Avg(whole),
        )
    )
    return [
        Clocks(
            row["operator"],
            row["province"],
            row["closed"],
            _minutes(row["mean"]),
            _minutes(row["longest"]),
            row["over"],
            _minutes(row["whole"]),
        )
        for row in rows
    ]


def _minutes(span: timedelta | None) -> int | None:
    return None if span is None else round(span.total_seconds() / 60)


@dataclass(frozen=True)
class Branch:
    """One branch: an operator's province, or one store of it (then `store` is set)."""

    operator: str
    province: str
    store: str
    answered: int
    returned: int
    user_reasons: int
    obstructions: int
    contacts_refused: int


def branches(actor: Actor, *, since: datetime) -> list[Branch]:
    """Answers, returns and refusals by branch; the store is that of the staff who answered, "" is the system."""
    refs = cases_visible_to(actor).order_by().values("ref")
    answers = (
        OrderAnswer.objects.filter(at__gte=since, order__case_ref__in=refs)
        .order_by("order__operator", "order__province", "store")
        .values("order__operator", "order__province", "store")
        .annotate(
            answered=Count("pk"),
            returned=Count("pk", filter=Q(result__in=sorted(RETURNING))),
            user_reasons=Count("pk", filter=Q(result=OrderResult.USER_REASON)),
        )
    )
    blocked = _obstructed(actor, since)
    called = _contacts_refused(actor, since)
    rows: dict[tuple[str, str, str], Mapping[str, int]] = {
        (row["order__operator"], row["order__province"], row["store"]): cast(Mapping[str, int], row) for row in answers
    }
    keys = sorted(set(rows) | {(*place, "") for place in blocked} | set(called))
    return [_branch(key, rows.get(key, {}), blocked, called) for key in keys]


def _obstructed(actor: Actor, since: datetime) -> dict[tuple[str, str], int]:
    rows = obstructions_visible_to(actor).filter(at__gte=since).order_by()
    counted = rows.values_list("operator", "province").annotate(n=Count("pk"))
    return {(operator, province): n for operator, province, n in counted}


def _contacts_refused(actor: Actor, since: datetime) -> dict[tuple[str, str, str], int]:
    """Contacts past the cap, and attempts to make somebody stay that the person told of (C-14)."""
    beyond = Contact.objects.filter(Q(refused=True) | Q(purpose="stay"), at__gte=since)
    rows = beyond.filter(case__in=cases_visible_to(actor).order_by()).order_by()
    counted = rows.values_list("case__operator", "case__province", "store").annotate(n=Count("pk"))
    return {(operator, province, store): n for operator, province, store, n in counted}


def _branch(
    key: tuple[str, str, str],
    row: Mapping[str, int],
    blocked: dict[tuple[str, str], int],
    called: dict[tuple[str, str, str], int],
) -> Branch:
    operator, province, store = key
    return Branch(
        operator,
        province,
        store,
        answered=row.get("answered", 0),
        returned=row.get("returned", 0),
        user_reasons=row.get("user_reasons", 0),
        obstructions=0 if store else blocked.get((operator, province), 0),
        contacts_refused=called.get(key, 0),
    )


def closed_by_day(actor: Actor, *, since: datetime) -> dict[tuple[str, str], Counter[date]]:
    """How many lines each branch closed on each day, in Shanghai's days; one query."""
    rows = (
        cases_visible_to(actor)
        .filter(closed_at__gte=since)
        .order_by()
        .values_list("operator", "province", TruncDate("closed_at", tzinfo=SHANGHAI))
        .annotate(n=Count("pk"))
    )
    found: dict[tuple[str, str], Counter[date]] = {}
    for operator, province, on, n in rows:
        found.setdefault((operator, province), Counter())[on] += n
    return found


def dips(actor: Actor, *, since: datetime, until: date) -> dict[tuple[str, str], Dip]:
    """Branches that close markedly less at the end of a month than before it: a finding (C-21)."""
    begun = since.astimezone(SHANGHAI).date()
    found = {
        place: month_end_dip(days, begun=begun, until=until)
        for place, days in closed_by_day(actor, since=since).items()
    }
    return {place: dip for place, dip in found.items() if dip is not None}


@dataclass(frozen=True)
class DayOfMonth:
    """What one branch did on one day of the months looked at: closures with their mean in whole minutes, returns."""

    operator: str
    province: str
    day: int
    closed: int
    settled_mean: int | None
    returned: int


def days_of_month(actor: Actor, *, since: datetime) -> list[DayOfMonth]:
    """Durations and returns by branch and day of the month, in Shanghai's days; two queries (C-21)."""
    after = ExpressionWrapper(F("closed_at") - F("settled_at"), output_field=DurationField())
    done = (
        cases_visible_to(actor)
        .filter(closed_at__gte=since)
        .order_by()
        .values_list("operator", "province", ExtractDay("closed_at", tzinfo=SHANGHAI))
        .annotate(n=Count("pk"), mean=Avg(after))
    )
    closed = {(operator, province, day): (n, mean) for operator, province, day, n, mean in done}
    returned = _returned_by_day(actor, since)
    none: tuple[int, timedelta | None] = (0, None)
    found = []
    for operator, province, day in sorted(closed.keys() | returned.keys()):
        n, mean = closed.get((operator, province, day), none)
        back = returned.get((operator, province, day), 0)
        found.append(DayOfMonth(operator, province, day, n, _minutes(mean), back))
    return found


def _returned_by_day(actor: Actor, since: datetime) -> dict[tuple[str, str, int], int]:
    refs = cases_visible_to(actor).order_by().values("ref")
    rows = OrderAnswer.objects.filter(at__gte=since, result__in=sorted(RETURNING), order__case_ref__in=refs).order_by()
    day = ExtractDay("at", tzinfo=SHANGHAI)
    counted = rows.values_list("order__operator", "order__province", day).annotate(n=Count("pk"))
    return {(operator, province, on): n for operator, province, on, n in counted}
