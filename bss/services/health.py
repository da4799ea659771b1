"""The breaker of a province: opens after n failures in a row, lets one probe through after s seconds.

Its state is visible and never a reason to refuse a subscriber: a question met by an open breaker is merely unanswered.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Case, F, Value, When
from django.db.models.fields import DateTimeField

from bss.models import Health
from bss.provinces import Bss


def may_pass(bss: Bss, *, at: datetime, probe_s: float) -> bool:
    """Whether an exchange may start. Past `open_until` exactly one caller per `probe_s` wins the half-open probe."""
    row = Health.objects.filter(operator=bss.operator, province=bss.province).first()
    if row is None or row.open_until is None:
        return True
    if row.open_until > at:
        return False
    with transaction.atomic(durable=True):
        won = Health.objects.filter(pk=row.pk, open_until=row.open_until).update(
            open_until=at + timedelta(seconds=probe_s)
        )
    return won == 1


def answered(bss: Bss, *, at: datetime) -> None:
    """The province answered (a refusal is an answer): the breaker closes. Writes only when something changes."""
    with transaction.atomic(savepoint=False):
        Health.objects.filter(operator=bss.operator, province=bss.province, failures__gt=0).update(
            failures=0, open_until=None, last_ok_at=at
        )


def failed(bss: Bss, *, at: datetime, limit: int, open_s: int) -> None:
    """One more failure in a row; from the `limit`-th on the breaker is open for `open_s` seconds."""
    with transaction.atomic(savepoint=False):
        Health.objects.bulk_create([Health(operator=bss.operator, province=bss.province)], ignore_conflicts=True)
        Health.objects.filter(operator=bss.operator, province=bss.province).update(
            failures=F("failures") + 1,
            last_failed_at=at,
            open_until=Case(
                When(failures__gte=limit - 1, then=Value(at + timedelta(seconds=open_s), DateTimeField())),
                default=F("open_until"),
            ),
        )
