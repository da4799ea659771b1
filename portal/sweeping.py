"""How a sweep works through rows that are due: one after the other, and one that breaks stops none of the others."""

import logging
from collections.abc import Callable, Iterable
from datetime import timedelta
from functools import partial

from django.db import DatabaseError, Error, InterfaceError, OperationalError, models, transaction
from django.db.models import F

from portal.clock import now
from portal.errors import Conflict
from portal.moving import LEASE_S, claim_due
from portal.stateful import Stateful

BUSY_S = 5
POISON_S = 60
LONGEST_S = 3600
QUARANTINE = 5
"""So many failures since it last moved make a row one that somebody has to look at."""

log = logging.getLogger(__name__)


def work_due(model: type[Stateful], work: Callable[[int, int], None], *, limit: int, states: Iterable[str] = ()) -> int:
    """Claim rows that are due and do ``work(pk, fence)`` for each; returns how many were claimed.

    Conflict is another worker's success. A row whose work raises is set aside for a minute, then for two, up to an
    hour; the readiness probe tells how many have failed five times in a row.
    """
    claimed = claim_due(model, limit=limit, lease_s=LEASE_S, states=states)
    for pk, fence in claimed:
        one_by_one(model, pk, partial(work, pk, fence))
    return len(claimed)


def one_by_one(model: type[Stateful], pk: int, work: Callable[[], object]) -> None:
    """Do the work of one row; what it raises is told in the log by its type alone, for its words may hold names."""
    try:
        work()
    except Conflict:
        pass  # somebody was faster; the row tells
    except Error as error:
        if not is_the_databases(error):
            _poison(model, pk, error)
            return
        # A deadlock or a lock that was not to be had is not the row's fault; where the database is gone, this raises.
        log.warning("%s %s: %s", model._meta.label_lower, pk, type(error).__name__)
        with transaction.atomic(durable=True):
            _due(model, pk).update(due_at=now() + timedelta(seconds=BUSY_S))
    except Exception as error:
        _poison(model, pk, error)


def is_the_databases(error: Exception) -> bool:
    """Whether it is the database's trouble (gone, busy, out of room) and not a statement's."""
    return isinstance(error, (OperationalError, InterfaceError)) or type(error) is DatabaseError


def _poison(model: type[Stateful], pk: int, error: Exception) -> None:
    log.error("%s %s: %s", model._meta.label_lower, pk, type(error).__name__)
    set_aside(model, pk)


def set_aside(model: type[Stateful], pk: int) -> None:
    """Look at a row again later, the later the more often it failed since it last moved."""
    rows = _due(model, pk)
    with transaction.atomic(durable=True):
        failures = rows.values_list("failures", flat=True).first()
        if failures is not None:
            pause = min(POISON_S * 2 ** min(failures, 10), LONGEST_S)
            rows.update(failures=F("failures") + 1, due_at=now() + timedelta(seconds=pause))
    if failures is not None and failures + 1 == QUARANTINE:
        log.critical("%s %s fails again and again", model._meta.label_lower, pk)


def _due(model: type[Stateful], pk: int) -> models.QuerySet[Stateful]:
    return model._base_manager.filter(pk=pk, due_at__lte=now())
