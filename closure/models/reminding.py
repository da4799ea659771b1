"""Reminders of a filed case that nobody settles (C-19)."""

from __future__ import annotations

from django.db import models

from closure.models.case import Case


class Reminder(models.Model):
    """One reminder, planned at the filing; told once, or dropped because the case went on."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="reminders")
    day = models.PositiveSmallIntegerField()
    due_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True)
    dropped_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["case", "day"], name="closure_one_reminder_a_day"),)
        indexes = (
            models.Index(
                fields=["due_at"],
                condition=models.Q(told_at__isnull=True, dropped_at__isnull=True),
                name="closure_reminder_due",
            ),
        )
