"""Key rotation: seal again under the active key what an older key sealed (D-01).

A cell that already begins like a token of the active key is skipped and each batch commits, so that a killed run goes
on where it stopped; a cell that changed meanwhile is left to its new value.
"""

from typing import Any

from django.apps import apps
from django.db import models, transaction
from django.db.models import BinaryField, Func, Value

from portal.actors import Actor
from portal.cipher import Sealed, active_prefix, cell_aad, seal, unseal


def sealed_cells() -> list[tuple[type[models.Model], str]]:
    """Every model and box of the installed apps that a Sealed property opens."""
    return [
        (model, value.box) for model in apps.get_models() for value in vars(model).values() if isinstance(value, Sealed)
    ]


def _due(model: type[models.Model], box: str, prefix: bytes) -> models.QuerySet[Any]:
    begins = Func(box, Value(1), Value(len(prefix)), function="substring", output_field=BinaryField())
    rows: models.QuerySet[Any] = model._base_manager.exclude(**{box: None}).annotate(_begins=begins)
    return rows.exclude(_begins=prefix).order_by("pk")


def rewrap(model: type[models.Model], box: str, *, by: Actor, batch: int = 500) -> int:
    """Seal one kind of cell again; returns how many were changed."""
    prefix, changed, last = active_prefix(), 0, 0
    while True:
        with transaction.atomic(durable=True):
            rows = list(_due(model, box, prefix).filter(pk__gt=last)[:batch])
            for row in rows:
                old, aad = getattr(row, box), cell_aad(row, box)
                fresh = seal(unseal(bytes(old), aad), aad)
                changed += model._base_manager.filter(pk=row.pk, **{box: old}).update(**{box: fresh})
        if not rows:
            return changed
        last = rows[-1].pk


def rewrap_all(*, by: Actor) -> dict[str, int]:
    """Seal everything again that is not under the active key; returns the counts per cell."""
    return {f"{model._meta.label}.{box}": rewrap(model, box, by=by) for model, box in sealed_cells()}
