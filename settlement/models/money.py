"""Money on its way through the payment provider. The row's `ref` is the provider's idempotency key."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from portal.moving import Stateful
from portal.sealing import Sealed
from settlement import states


class Payment(Stateful):
    """One charge to a payer, collected by the company of `province` as agent (S-01)."""

    TRANSITIONS: ClassVar[dict[str, frozenset[str]]] = states.TRANSITIONS

    case_ref = models.CharField(max_length=26, db_index=True)
    fen = models.BigIntegerField()
    method = models.CharField(max_length=20)
    operator = models.CharField(max_length=8)
    province = models.CharField(max_length=2)  # of the company that acts as agent
    provider_ref = models.CharField(max_length=64, blank=True)
    pay_url = models.CharField(max_length=400, blank=True)
    not_after = models.DateTimeField()
    nudge = models.CharField(max_length=80, blank=True)  # name of the task told (with the case's ref) at the end
    attempts = models.PositiveIntegerField(default=0)
    code = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (models.CheckConstraint(condition=models.Q(fen__gt=0), name="settlement_payment_positive"),)
        indexes = (
            models.Index(
                fields=["due_at"], condition=models.Q(state__in=sorted(states.OPEN)), name="settlement_payment_due"
            ),
        )


class Payout(Stateful):
    """One refund on its way to the holder; where to is sealed, its last four characters may be shown (C-05)."""

    TRANSITIONS: ClassVar[dict[str, frozenset[str]]] = states.PAYOUTS

    case_ref = models.CharField(max_length=26, db_index=True)
    fen = models.BigIntegerField()
    route = models.CharField(max_length=20)
    destination_box = models.BinaryField(null=True)  # None: back the way it came, or cash at the store
    destination = Sealed("destination_box", str)
    last4 = models.CharField(max_length=4, blank=True)
    operator = models.CharField(max_length=8)
    province = models.CharField(max_length=2)  # of the company that acts as agent
    home_province = models.CharField(max_length=2, default="")  # of the company that owes it; "" before it was kept
    provider_ref = models.CharField(max_length=64, blank=True)
    not_after = models.DateTimeField()
    arrives_by_on = models.DateField(null=True, blank=True)
    promised_on = models.DateField(null=True, blank=True)  # what lateness counts from (S-05): a later try keeps it
    nudge = models.CharField(max_length=80, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    code = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (models.CheckConstraint(condition=models.Q(fen__gt=0), name="settlement_payout_positive"),)
        indexes = (
            models.Index(
                fields=["due_at"], condition=models.Q(state__in=sorted(states.OPEN)), name="settlement_payout_due"
            ),
            models.Index(
                fields=["promised_on"],
                condition=~models.Q(state__in=sorted(states.ENDS)),
                name="settlement_payout_promised",
            ),
        )
