"""Every contact with the subscriber during a case (C-14)."""

from __future__ import annotations

from django.db import models

from closure.models.case import Case

CHANNELS = ("phone", "sms", "counter", "other")
PURPOSES = ("missing", "identity", "refund", "appointment")
OUTCOMES = ("reached", "not_reached", "agreed", "declined")


class Contact(models.Model):
    """One contact, or a second one that was refused, or one the subscriber tells of and nobody entered."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="contact_log")
    channel = models.CharField(max_length=8)
    purpose = models.CharField(max_length=12)
    outcome = models.CharField(max_length=12, default="")
    refused = models.BooleanField(default=False)
    reported = models.BooleanField(default=False)
    by_ref = models.CharField(max_length=64)
    by_role = models.CharField(max_length=24)
    who = models.CharField(max_length=60, default="")
    store = models.CharField(max_length=60, default="")
    at = models.DateTimeField()
