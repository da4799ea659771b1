"""When a case is looked at next: the row's `due_at`, never a timer in the broker."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from closure.models import Case
from portal import clock


def postpone(case: Case, until: datetime | None, *, fence: int, **also: Any) -> bool:
    """Set the next look at `case`, unless another verb moved or re-timed it meanwhile (then False: look again).

    Compare-and-swap on state, due_at and the lease's fencing number, so that a zombie changes nothing.
    """
    with transaction.atomic():
        changed = Case.objects.filter(
            pk=case.pk, state=case.state, due_at=case.due_at, lease_token=fence, lease_until__isnull=False
        ).update(due_at=until, **also)
    return bool(changed)


def soon(seconds: float) -> datetime:
    """The instant `seconds` from now."""
    return clock.now() + timedelta(seconds=seconds)


def earliest(*instants: datetime | None) -> datetime | None:
    """The first of the instants that are set, None when none is."""
    known = [instant for instant in instants if instant is not None]
    return min(known) if known else None
