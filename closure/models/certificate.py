"""The closure certificate: rendered once after the case is closed, bytes stored once (C-11)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from closure.models.case import Case
from portal.sealing import Indexes


class Certificate(models.Model):
    """Masked facts, the PDF and its signature. `ref` is what the QR holds, `number` the printed twelve digits.

    What it says never changes; whether it still holds is told by `closure.queries.after.standing_of`.
    """

    ref = models.CharField(max_length=26, unique=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="certificates")
    number = models.CharField(max_length=12, unique=True)
    facts = models.JSONField()
    last4_index = models.CharField(max_length=64)
    INDEXED: ClassVar[Indexes] = {"last4_index": ("last4", "case.number.last4")}
    pdf = models.BinaryField(null=True)
    sha256 = models.CharField(max_length=64, default="")
    issued_at = models.DateTimeField()
    rendered_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_for = models.CharField(max_length=10, default="")  # "replaced" by a later one, or "revoked"

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["case"], condition=models.Q(ended_at__isnull=True), name="closure_one_certificate_in_force"
            ),
        )
