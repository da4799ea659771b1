"""Having a closed number back within its freeze (C-11): asked for in person, reopened by the home province."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from closure.models.case import Case
from portal.moving import Stateful
from portal.sealing import Indexes

ASKED, RESTORED, REFUSED = "ASKED", "RESTORED", "REFUSED"


class HavingBack(Stateful):
    """One wish to have the number back, with the identity check of the store as it was recorded.

    REFUSED when the check failed or the province refused; then it may be asked for again.
    """

    INDEXED: ClassVar[Indexes] = {"number_index": ("phone", "case.number"), "id_index": ("id", "case.id_number")}
    TRANSITIONS: ClassVar[dict[str, frozenset[str]]] = {ASKED: frozenset({RESTORED, REFUSED})}

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="havings_back")
    number_index = models.CharField(max_length=64, db_index=True)
    id_index = models.CharField(max_length=64)
    document = models.CharField(max_length=24)
    read_by = models.CharField(max_length=8)  # "reader": the card's chip · "eye": the clerk's own look
    photo = models.CharField(max_length=12)  # how the live photo was judged
    holder = models.BooleanField()  # whether name and ID are the closed case's
    store = models.CharField(max_length=40)
    seen_by = models.CharField(max_length=64)
    asked_at = models.DateTimeField()
    restored_at = models.DateTimeField(null=True)
    code = models.CharField(max_length=64, default="")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["case"], condition=models.Q(state__in=[ASKED, RESTORED]), name="closure_one_having_back_a_case"
            ),
        )
        indexes = (models.Index(fields=["due_at"], name="closure_having_back_due"),)
