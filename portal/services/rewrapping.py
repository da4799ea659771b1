"""Key rotation without downtime: cells sealed again, blind indexes computed again, under the active keys (D-01).

A cell or index that is right already is skipped and each batch commits, so that a killed run goes on where it
stopped; a row that changed meanwhile is left to its new value. Look-ups try every index key there is
(`portal.cipher.blind_indexes`), so each row is found before, during and after. What could not be done (a cell no key
opens, two rows that would be one) is counted as left: the old key must stay until nothing is left.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from typing import Any

from django.apps import apps
from django.db import IntegrityError, models, transaction
from django.db.models import BinaryField, Func, Value

from portal.actors import Actor
from portal.cipher import Indexes, Sealed, Unsealable, active_prefix, blind_index, cell_aad, seal, unseal

BATCH = 500


@dataclass(frozen=True, slots=True)
class Turned:
    """What became of one kind of cell: how many were changed, how many are left under another key."""

    changed: int = 0
    left: int = 0

    def __add__(self, other: "Turned") -> "Turned":
        return Turned(self.changed + other.changed, self.left + other.left)


def sealed_cells() -> list[tuple[type[models.Model], str]]:
    """Every model and box of the installed apps that a Sealed property opens."""
    return [
        (model, value.box) for model in apps.get_models() for value in vars(model).values() if isinstance(value, Sealed)
    ]


def indexed_columns() -> list[tuple[type[models.Model], str]]:
    """Every model and blind index that its ``INDEXED`` declares."""
    return [(model, column) for model in apps.get_models() for column in _declared(model)]


def _declared(model: type[models.Model]) -> Indexes:
    found: Indexes = getattr(model, "INDEXED", {})
    return found


def _due(model: type[models.Model], box: str, prefix: bytes) -> models.QuerySet[Any]:
    begins = Func(box, Value(1), Value(len(prefix)), function="substring", output_field=BinaryField())
    rows: models.QuerySet[Any] = model._base_manager.exclude(**{box: None}).exclude(**{box: b""})
    rows = rows.annotate(_begins=begins)
    return rows.exclude(_begins=prefix).order_by("pk")


def _batches(rows: models.QuerySet[Any], batch: int) -> Iterator[list[Any]]:
    last = 0
    while found := list(rows.filter(pk__gt=last)[:batch]):
        yield found
        last = found[-1].pk


def rewrap(model: type[models.Model], box: str, *, by: Actor, batch: int = BATCH) -> Turned:
    """Seal one kind of cell again."""
    done = Turned()
    for rows in _batches(_due(model, box, active_prefix()), batch):
        with transaction.atomic(durable=True):
            done = sum((_rewrap_cell(row, box) for row in rows), done)
    return done


def _rewrap_cell(row: Any, box: str) -> Turned:
    old, aad = getattr(row, box), cell_aad(row, box)
    try:
        fresh = seal(unseal(bytes(old), aad), aad)
    except Unsealable:
        return Turned(left=1)
    return Turned(type(row)._base_manager.filter(pk=row.pk, **{box: old}).update(**{box: fresh}))


def reindex(model: type[models.Model], column: str, *, by: Actor, batch: int = BATCH) -> Turned:
    """Compute one kind of blind index again; every row is opened and compared, only a wrong one is written."""
    field, path = _declared(model)[column]
    done = Turned()
    for rows in _batches(model._base_manager.exclude(**{column: ""}).order_by("pk"), batch):
        with transaction.atomic(durable=True):
            done = sum((_reindex_row(row, column, field, path) for row in rows), done)
    return done


def _reindex_row(row: Any, column: str, field: str, path: str) -> Turned:
    old = getattr(row, column)
    try:
        value = reduce(getattr, path.split("."), row)
        fresh = blind_index(field, getattr(value, "plain", value))
        if fresh == old:
            return Turned()
        with transaction.atomic():
            return Turned(type(row)._base_manager.filter(pk=row.pk, **{column: old}).update(**{column: fresh}))
    except (Unsealable, IntegrityError):
        return Turned(left=1)


def rotate_all(*, by: Actor) -> dict[str, Turned]:
    """Bring every cell and every index under the active keys; what happened, by column."""
    cells = {f"{model._meta.label}.{box}": rewrap(model, box, by=by) for model, box in sealed_cells()}
    return cells | {
        f"{model._meta.label}.{column}": reindex(model, column, by=by) for model, column in indexed_columns()
    }
