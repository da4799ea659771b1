"""The one door for state (CONVENTIONS 4) and the leases by which sweeps claim rows (CONVENTIONS 5)."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from django.db import connection, models, transaction
from django.db.models import Q
from psycopg2 import sql

from portal.actors import Actor
from portal.clock import now
from portal.errors import Conflict
from portal.models.history import Movement
from portal.stateful import Stateful

__all__ = ["LEASE_S", "Stateful", "begin", "claim_due", "move", "movements_of", "release_lease", "take_lease"]

LEASE_S = 45
"""A worker's turn on a row: who takes longer loses its writing, and who died is replaced within a minute."""

_INSERT = """
INSERT INTO portal_movement
    (subject_type, subject_ref, seq, from_state, to_state, at, by_ref, by_role, reason, rules)
SELECT %(type)s, %(ref)s, coalesce(max(seq), 0) + 1, %(old)s, %(new)s, %(at)s, %(by)s, %(role)s, %(reason)s, %(rules)s
FROM portal_movement WHERE subject_type = %(type)s AND subject_ref = %(ref)s
"""


def _write(row: Stateful, old: str, *, by: Actor, reason: str, rules: Sequence[str]) -> None:
    values: dict[str, Any] = {
        "type": row._meta.label_lower,
        "ref": row.ref,
        "old": old,
        "new": row.state,
        "at": now(),
        "by": by.ref,
        "role": str(by.role),
        "reason": reason,
        "rules": " ".join(rules),
    }
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, values)


def _inside() -> None:
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("a state moves inside a transaction only")


def begin(row: Stateful, *, by: Actor, reason: str, rules: Sequence[str] = ()) -> None:
    """Write the first history row of a row just created; in the caller's transaction."""
    _inside()
    _write(row, "", by=by, reason=reason, rules=rules)


def move(
    row: Stateful,
    to: str,
    *,
    by: Actor,
    reason: str,
    rules: Sequence[str] = (),
    fence: int | None = None,
    **also: Any,
) -> None:
    """Move a row to another state and write its history, in the caller's transaction.

    ``also`` sets further columns in the same UPDATE; what moves is sound, so its failures are forgotten. Raises
    Conflict when the edge is not in ``row.TRANSITIONS``, when the row is no longer in the state we saw, or when the
    lease numbered ``fence`` is no longer ours.
    """
    _inside()
    old = row.state
    if to not in row.TRANSITIONS.get(old, frozenset()):
        raise Conflict("error.conflict")
    held = Q(pk=row.pk, state=old) if fence is None else Q(pk=row.pk, state=old, lease_token=fence)
    if type(row)._base_manager.filter(held).update(state=to, failures=0, **also) == 0:
        raise Conflict("error.conflict")
    row.state = to
    for name, value in also.items():
        setattr(row, name, value)
    _write(row, old, by=by, reason=reason, rules=rules)


def movements_of(row: Stateful) -> models.QuerySet[Movement]:
    """The row's history, oldest first."""
    return Movement.objects.filter(subject_type=row._meta.label_lower, subject_ref=row.ref).order_by("seq")


_CLAIM = """
UPDATE {table} SET lease_token = lease_token + 1, lease_until = clock_timestamp() + %(lease)s
WHERE id IN (
    SELECT id FROM {table} WHERE due_at <= %(now)s AND (lease_until IS NULL OR lease_until < clock_timestamp()) {only}
    ORDER BY due_at LIMIT %(limit)s FOR NO KEY UPDATE SKIP LOCKED
) RETURNING id, lease_token
"""

_TAKE = """
UPDATE {table} SET lease_token = lease_token + 1, lease_until = clock_timestamp() + %(lease)s
WHERE id = %(pk)s AND (lease_until IS NULL OR lease_until < clock_timestamp()) RETURNING lease_token
"""


def claim_due(model: type[Stateful], *, limit: int, lease_s: int, states: Iterable[str] = ()) -> list[tuple[int, int]]:
    """Lease the rows most overdue, commit, and return ``(id, fence)`` of each; work comes after, one row at a time.

    ``due_at`` is judged by the portal's clock, the lease by the database's. ``states`` narrows the claim.
    """
    wanted = list(states)
    only = sql.SQL("AND state = ANY(%(states)s)" if wanted else "")
    query = sql.SQL(_CLAIM).format(table=sql.Identifier(model._meta.db_table), only=only)
    values: dict[str, Any] = {"lease": timedelta(seconds=lease_s), "now": now(), "limit": limit, "states": wanted}
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute(query.as_string(cursor.cursor), values)
        return [(int(pk), int(fence)) for pk, fence in cursor.fetchall()]


def take_lease(model: type[Stateful], pk: int, *, lease_s: int) -> int | None:
    """Lease one row for ``lease_s`` seconds and return its fence; None while another holds it."""
    values: dict[str, Any] = {"lease": timedelta(seconds=lease_s), "pk": pk}
    query = sql.SQL(_TAKE).format(table=sql.Identifier(model._meta.db_table))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(query.as_string(cursor.cursor), values)
        row = cursor.fetchone()
    return int(row[0]) if row else None


def release_lease(model: type[Stateful], pk: int, fence: int) -> None:
    """Give a lease back, if it is still ours."""
    with transaction.atomic():
        model._base_manager.filter(pk=pk, lease_token=fence).update(lease_until=None)
