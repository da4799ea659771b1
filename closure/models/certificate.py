"""The closure certificate: rendered once after the case is closed, bytes stored once (C-11)."""

from __future__ import annotations

from django.db import models

from closure.models.case import Case


class Certificate(models.Model):
    """Masked facts, the PDF and its signature. `ref` is what the QR holds, `number` the printed twelve digits."""

    ref = models.CharField(max_length=26, unique=True)
    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="certificate")
    number = models.CharField(max_length=12, unique=True)
    facts = models.JSONField()
    last4_index = models.CharField(max_length=64)
    pdf = models.BinaryField(null=True)
    sha256 = models.CharField(max_length=64, default="")
    issued_at = models.DateTimeField()
    rendered_at = models.DateTimeField(null=True)
