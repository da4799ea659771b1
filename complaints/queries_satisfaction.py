"""Scores after cases, counted in one query; scope as everywhere in oversight (D-05)."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q, Sum

from closure.models import Satisfaction
from complaints.queries import scoped
from portal.actors import Actor

FEW = 10


@dataclass(frozen=True)
class Scores:
    """Counts of one operator in one province: asked, answered, points, 4 and 5, 1 and 2."""

    operator: str
    province: str
    asked: int
    n: int
    points: int
    high: int
    low: int


def scores(actor: Actor) -> list[Scores]:
    """By operator and province, in the order of their codes; who was asked and did not answer counts as asked only."""
    rows = (
        scoped(Satisfaction.objects.all(), actor, "province")
        .order_by()
        .values("operator", "province")
        .annotate(
            asked=Count("pk"),
            n=Count("score"),
            points=Sum("score", default=0),
            high=Count("pk", filter=Q(score__gte=4)),
            low=Count("pk", filter=Q(score__lte=2)),
        )
    )
    return sorted((Scores(**row) for row in rows), key=lambda one: (one.operator, one.province))
