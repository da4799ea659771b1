"""What the person or the visited store sent after an order came back (C-17)."""

from __future__ import annotations

from django.db import models

from closure.models.case import Case


class Supplement(models.Model):
    """One sending: words and at most one file, sealed under the case's data key. The file's name is not kept."""

    ref = models.CharField(max_length=26, unique=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="supplements")
    order_ref = models.CharField(max_length=26, db_index=True)
    note_box = models.BinaryField(default=bytes)
    content_box = models.BinaryField(default=bytes)
    kind = models.CharField(max_length=4, default="")
    bytes = models.PositiveIntegerField(default=0)
    sha256 = models.CharField(max_length=64, default="")
    by_ref = models.CharField(max_length=64)
    by_role = models.CharField(max_length=24)
    at = models.DateTimeField()
