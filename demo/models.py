"""The demo's only rows: which handset pages exist."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from portal.cipher import Indexes, Sealed
from portal.masked import Phone
from portal.refs import new_ref


class Handset(models.Model):
    """A phone one can look at. `ref` stands in the address, so no number does; `story` names a line of the cast."""

    ref = models.CharField(max_length=26, unique=True, default=new_ref, editable=False)
    number_box = models.BinaryField()
    number = Sealed("number_box", Phone)
    number_index = models.CharField(max_length=64, unique=True)
    INDEXED: ClassVar[Indexes] = {"number_index": ("phone", "number")}
    story = models.CharField(max_length=40, blank=True)
    position = models.PositiveIntegerField(default=1000)

    class Meta:
        ordering = ("position", "id")

    def __str__(self) -> str:
        return self.ref


class SeededProvince(models.Model):
    """A simulated province whose database is filled; written last, so that a broken seeding starts it anew.

    `template` names the schema it was cloned from: a later version of the demo makes it anew from its own.
    """

    operator = models.CharField(max_length=8)
    province = models.CharField(max_length=2)
    template = models.CharField(max_length=40, default="")
    seeded_at = models.DateTimeField()

    class Meta:
        ordering = ("operator", "province")
        constraints = (models.UniqueConstraint(fields=["operator", "province"], name="demo_province_once"),)
