"""Openings are dated rows that only a verb adds; who is turned away has the time counted (C-13, C-16)."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.db.models import QuerySet

from closure.models import Case, Opening, TurnedAway
from closure.models.opening import ALL, SINGLE, STORE, WEB
from closure.parameters import TURNED_AWAY_DAYS
from closure.queries import answers_of, latest_findings, opening_rows, term
from closure.rules.openings import Opened, findings, state_of
from portal import audit, clock
from portal.actors import Actor
from portal.errors import Invalid
from portal.register import number_indexes
from portal.rules.places import PROVINCES

CIRCLES, CHANNELS = (SINGLE, ALL), (WEB, STORE)


def set_opening(operator: str, province: str, channel: str, circle: str, from_on: date, *, by: Actor) -> Opening:
    """Add a row: from that day the channel is open to that circle. A later row for the same circle takes its place.

    Raises Invalid `error.opening.place` when the place, channel or circle is none of ours.
    """
    if province not in PROVINCES or channel not in CHANNELS or circle not in CIRCLES or not operator:
        raise Invalid("error.opening.place", field="province", rule_id="C-16")
    with transaction.atomic(durable=True):
        row = Opening.objects.create(
            operator=operator,
            province=province,
            channel=channel,
            circle=circle,
            from_on=from_on,
            set_by=by.ref,
            set_at=clock.now(),
        )
        facts = {"operator": operator, "channel": channel, "circle": circle, "from_on": from_on.isoformat()}
        audit.record(
            "opening.set", subject_ref=f"opening:{row.pk}", by=by, chain=province, rules=("C-16",), facts=facts
        )
    return row


def opened_for_anybody(draft: Case, channel: str = WEB) -> Opened:
    """Whether the channel is open to anybody of the draft's home province today; a single card opens first."""
    return state_of(opening_rows(draft.operator, draft.province, channel), single=True, on=clock.today())


def turn_away(draft: Case, *, channel: str = WEB, by: Actor) -> None:
    """Write down that a filing was not taken; the first one a day is enough. Not an answer to anybody."""
    today = clock.now() - timedelta(days=1)
    with transaction.atomic(durable=True):
        if not _turned_away(draft).filter(at__gte=today).exists():
            TurnedAway.objects.create(
                number_index=draft.number_index,
                operator=draft.operator,
                province=draft.province,
                channel=channel,
                at=clock.now(),
            )


def _turned_away(case: Case) -> QuerySet[TurnedAway]:
    return TurnedAway.objects.filter(number_index__in=number_indexes(case.number))


def counted_from(case: Case, filed_at: datetime) -> datetime:
    """Since when the clock of a case runs: the filing, or the day within the last 180 ⚙ it was first not taken."""
    since = filed_at - timedelta(days=term(case, TURNED_AWAY_DAYS))
    first = _turned_away(case).filter(at__gte=since).order_by("at").values_list("at", flat=True).first()
    return first or filed_at


def waits(case: Case) -> bool:
    """Whether the case is held because its route is not open yet: that is no silence of the person's."""
    return latest_findings(case).filter(key__startswith="opening.").exists()


def is_open_now(case: Case) -> bool:
    """Whether the day has come for a case that was held for its opening: it is checked again by itself."""
    if not waits(case):
        return False
    package = answers_of(case).get("package")
    return not findings(package, opening_rows(case.operator, case.province, WEB), on=clock.today())


def next_look(case: Case) -> datetime | None:
    """When a case held for its opening is looked at again: the day it opens, or every day while none is told."""
    row = latest_findings(case).filter(key__startswith="opening.").first()
    if row is None:
        return None
    if "from_on" not in row.facts:
        return clock.now() + timedelta(days=1)
    opens = datetime.combine(date.fromisoformat(row.facts["from_on"]), time(), clock.SHANGHAI)
    return max(opens, clock.now() + timedelta(hours=1))
