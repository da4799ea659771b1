"""Refunds that arrived later than promised, and what that would cost: written down once, never changed (S-05)."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from settlement.models.money import Payout


class LateRefund(models.Model):
    """One late payout with the rate of the day it was promised for; whole fen. Reported, and nothing posted."""

    payout = models.OneToOneField(Payout, on_delete=models.PROTECT, related_name="lateness")
    case_ref = models.CharField(max_length=26, db_index=True)
    operator = models.CharField(max_length=8)
    province = models.CharField(max_length=2)  # of the home company, which owes it
    fen = models.BigIntegerField()
    promised_on = models.DateField()
    arrived_on = models.DateField()  # or came back, or lay ready in the store
    days = models.PositiveIntegerField()
    permille = models.PositiveIntegerField()
    compensation_fen = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(days__gt=0, compensation_fen__gte=0, arrived_on__gt=F("promised_on")),
                name="settlement_late_refund_is_late",
            ),
        )
