"""Rows that have served: counters, spent codes, old form keys. Nothing here is evidence."""

from datetime import timedelta

from django.db import transaction

from portal.actors import Actor
from portal.clock import now
from portal.models import ApiToken, Budget, IdempotencyKey, OneTimeCode

KEPT_BUDGETS = timedelta(days=2)
KEPT_CODES = timedelta(days=7)
KEPT_KEYS = timedelta(days=30)
KEPT_TOKENS = timedelta(days=30)


def purge(*, by: Actor) -> int:
    """Delete what no rule looks at any more; returns how many rows went."""
    at = now()
    with transaction.atomic(durable=True):
        old = (
            Budget.objects.filter(since_at__lt=at - KEPT_BUDGETS),
            OneTimeCode.objects.filter(created_at__lt=at - KEPT_CODES),
            IdempotencyKey.objects.filter(created_at__lt=at - KEPT_KEYS),
            ApiToken.objects.filter(expires_at__lt=at - KEPT_TOKENS),
        )
        return sum(rows.delete()[0] for rows in old)
