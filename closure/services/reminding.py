"""A filed case that nobody settles is reminded of on days 3, 7 and 25 ⚙, before it lapses on day 30 ⚙ (C-19)."""

from __future__ import annotations

import logging

from django.db import transaction

from closure import states
from closure.models import Case, Reminder
from closure.parameters import REMINDER_DAYS
from closure.queries import term
from closure.rules import limits
from closure.services.timing import soon
from portal import clock
from portal.actors import Actor
from portal.services import notices

log = logging.getLogger(__name__)

POISON_S = 60


def plan(case: Case, *, by: Actor) -> None:
    """Write down when to remind; in the transaction of the filing. A message in a broker is never the clock."""
    if case.filed_at is None:
        return
    days = [day for day in term(case, REMINDER_DAYS) if isinstance(day, int) and day > 0]
    Reminder.objects.bulk_create(
        Reminder(case=case, day=day, due_at=limits.reminder(case.filed_at, day).at) for day in sorted(set(days))
    )


def sweep(*, limit: int, by: Actor) -> int:
    """Tell what is due, each once, however many sweeps run and however long none did; gives how many were told."""
    due = Reminder.objects.filter(told_at=None, dropped_at=None, due_at__lte=clock.now())
    return sum(_try(pk, by=by) for pk in due.order_by("due_at", "pk").values_list("pk", flat=True)[:limit])


def _try(pk: int, *, by: Actor) -> bool:
    try:
        return _remind(pk, by=by)
    except Exception as error:
        # One poison row must not stop the others, nor be tried again at once; its words may hold personal data.
        log.error("reminder %s: %s", pk, type(error).__name__)
        with transaction.atomic(durable=True):
            Reminder.objects.filter(pk=pk).update(due_at=soon(POISON_S))
        return False


def _remind(pk: int, *, by: Actor) -> bool:
    with transaction.atomic(durable=True):
        mine = Reminder.objects.select_for_update(skip_locked=True, of=("self",)).select_related("case")
        row = mine.filter(pk=pk, told_at=None, dropped_at=None).first()
        if row is None:
            return False
        case, now = row.case, clock.now()
        if case.state not in states.BEFORE_MONEY or case.lapse_at is None or case.lapse_at <= now:
            Reminder.objects.filter(pk=pk).update(dropped_at=now)
            return False
        Reminder.objects.filter(pk=pk).update(told_at=now)
        facts = {"case_no": case.case_no, "day": row.day, "until_at": case.lapse_at}
        notices.tell(case.contact, "notice.closure.reminder", facts, case_ref=case.ref, by=by, lang=case.language)
    return True
