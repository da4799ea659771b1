"""What a signed-in line may see of who looked at it."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from portal.actors import Actor
from portal.models import Look

LATEST = 50


def looks_at(subject_ref: str) -> QuerySet[Look]:
    """Each look at the unmasked data of a line account or of a case, newest first (D-02)."""
    if not subject_ref:
        return Look.objects.none()
    return Look.objects.filter(Q(subject_ref=subject_ref) | Q(case_ref=subject_ref)).order_by("-at", "-pk")[:LATEST]


def looks_at_mine(actor: Actor) -> QuerySet[Look]:
    """The looks at a signed-in line; a browser that only opened a case sees those at that case."""
    return looks_at(actor.line_ref or actor.ref.removeprefix("case:"))
