"""Paying a suspended line's arrears by its number, so that it can receive the code again (C-08, C-15)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from portal.masked import Phone
from portal.moving import Stateful
from portal.sealing import Sealed

ASKED, PAID, RESTORED, FAILED, RETURNED = "ASKED", "PAID", "RESTORED", "FAILED", "RETURNED"


class Restoring(Stateful):
    """One payment into a line: ASKED → PAID → RESTORED; FAILED when not paid, RETURNED when the province refused it."""

    TRANSITIONS: ClassVar[dict[str, frozenset[str]]] = {
        ASKED: frozenset({PAID, FAILED}),
        PAID: frozenset({RESTORED, RETURNED}),
    }

    number_box = models.BinaryField()
    number = Sealed("number_box", Phone)
    operator = models.CharField(max_length=4)
    province = models.CharField(max_length=2)
    visiting_province = models.CharField(max_length=2)
    fen = models.BigIntegerField()
    payment_ref = models.CharField(max_length=26)
    payout_ref = models.CharField(max_length=26, default="")
    command_ref = models.CharField(max_length=36, default="")
    tries = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()

    class Meta:
        constraints = (models.CheckConstraint(condition=models.Q(fen__gt=0), name="closure_restoring_positive"),)
