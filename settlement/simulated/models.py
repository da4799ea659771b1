"""The simulated payment provider's own rows: a bank that the portal can only ask, never look into."""

from __future__ import annotations

from django.db import models


class SimulatedCharge(models.Model):
    """One charge as the provider keeps it. `ending` is what it answers when asked."""

    ref = models.CharField(max_length=26, unique=True)
    fen = models.BigIntegerField()
    ending = models.CharField(max_length=12, default="pending")  # pending paid refused unknown
    opened = models.BooleanField(default=True)  # False: decided beforehand by a test or the demo, not asked yet
    not_after = models.DateTimeField(null=True)
    paid_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "settlement"


class SimulatedPayout(models.Model):
    """One payout as the provider keeps it."""

    ref = models.CharField(max_length=26, unique=True)
    fen = models.BigIntegerField(default=0)
    route = models.CharField(max_length=20, blank=True)
    ending = models.CharField(max_length=12, default="paid")
    opened = models.BooleanField(default=True)
    not_after = models.DateTimeField(null=True)
    paid_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "settlement"
