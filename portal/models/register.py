"""The number register: who runs which beginning of numbers, and the numbers that went elsewhere (G-02)."""

from django.db import models


class Operator(models.Model):
    """A network operator."""

    code = models.CharField(max_length=8, primary_key=True)
    name_zh = models.CharField(max_length=20)
    name_en = models.CharField(max_length=40)
    hotline = models.CharField(max_length=12)


class Province(models.Model):
    """A province by its GB/T 2260 code; ``region`` is the first digit."""

    code = models.CharField(max_length=2, primary_key=True)
    zh = models.CharField(max_length=10)
    en = models.CharField(max_length=20)
    region = models.CharField(max_length=1)


class Segment(models.Model):
    """A 7-digit beginning as allocated; about a hundred thousand in the country, held in process."""

    prefix = models.CharField(max_length=7, primary_key=True)
    operator = models.CharField(max_length=8)
    province = models.CharField(max_length=2)


class Rung(models.TextChoices):
    """The ladder of a number (C-11): in use → frozen → in use (had back), or recyclable → in use by somebody else.

    Returned: with its original operator again and not frozen yet (P-09); a closing does both in one step.
    """

    IN_USE = "in_use"
    IN_PORT = "in_port"
    FROZEN = "frozen"
    RETURNED = "returned"
    RECYCLABLE = "recyclable"


class NumberEntry(models.Model):
    """A number that is not simply what its segment says: ported, frozen, returned or recyclable."""

    number = models.BigIntegerField(primary_key=True)
    operator = models.CharField(max_length=8)
    original_operator = models.CharField(max_length=8)
    province = models.CharField(max_length=2)
    state = models.CharField(max_length=10, choices=Rung.choices, default=Rung.IN_USE)
    frozen_until = models.DateTimeField(null=True, blank=True)
    held_since = models.DateTimeField(null=True, blank=True)  # by a new holder
    changed_at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=["frozen_until"], condition=models.Q(state="frozen"), name="frozen_numbers"),)
