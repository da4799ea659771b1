"""Who may close from when, by home province and channel; and who was turned away before that (C-13, C-16)."""

from __future__ import annotations

from django.db import models

WEB, STORE = "web", "store"
SINGLE, ALL = "single", "all"


class Opening(models.Model):
    """From a day on a channel is open to single-card lines, or to all, for numbers of an operator's home province.

    Rows are only added: the latest row set for the same place, channel and circle counts.
    """

    operator = models.CharField(max_length=4)
    province = models.CharField(max_length=2)
    channel = models.CharField(max_length=5, choices=[(WEB, WEB), (STORE, STORE)])
    circle = models.CharField(max_length=6, choices=[(SINGLE, SINGLE), (ALL, ALL)])
    from_on = models.DateField()
    set_by = models.CharField(max_length=64)
    set_at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=["operator", "province", "channel"], name="closure_opening_place"),)


class TurnedAway(models.Model):
    """A filing that was not taken: that time counts too (C-04, C-13). The number stands as its blind index only."""

    number_index = models.CharField(max_length=64, db_index=True)
    operator = models.CharField(max_length=4)
    province = models.CharField(max_length=2)
    channel = models.CharField(max_length=5)
    at = models.DateTimeField()
