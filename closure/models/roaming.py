"""The roaming tail of a case: what may still come, how the person agreed to pay it, and what became of it (C-06)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from closure.models.case import Case
from portal.moving import Stateful

AGREED, WATCHING, SETTLING, OVER = "AGREED", "WATCHING", "SETTLING", "OVER"


class RoamingTail(Stateful):
    """One a case, made with the quote. It holds nothing up.

    AGREED → WATCHING (the line is closed; home is asked until the last day) → SETTLING (kept money is taken and given
    back) → OVER. What kept money does not cover is a claim with a pay page of its own.
    """

    TRANSITIONS: ClassVar[dict[str, frozenset[str]]] = {
        AGREED: frozenset({WATCHING, OVER}),
        WATCHING: frozenset({SETTLING, OVER}),
        SETTLING: frozenset({OVER}),
    }

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="tail")
    way = models.CharField(max_length=4, default="bill")
    agreed_at = models.DateTimeField(null=True)
    expected_on = models.DateField(null=True)
    until_on = models.DateField(null=True)
    kept_fen = models.BigIntegerField(default=0)
    charges = models.JSONField(default=list)  # [{id, where, on, fen}] that have come and count
    charged_fen = models.BigIntegerField(default=0)
    taken_fen = models.BigIntegerField(default=0)
    back_fen = models.BigIntegerField(default=0)
    looked_at = models.DateTimeField(null=True)
    take_ref = models.CharField(max_length=36, default="")
    give_ref = models.CharField(max_length=36, default="")
    payout_ref = models.CharField(max_length=26, default="")

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(kept_fen__gte=0) & models.Q(taken_fen__gte=0) & models.Q(back_fen__gte=0),
                name="closure_tail_never_negative",
            ),
        )
        indexes = (models.Index(fields=["due_at"], name="closure_tail_due", condition=models.Q(due_at__isnull=False)),)
