"""One-time codes, and counters that hold under parallel requests."""

from typing import ClassVar

from django.db import models

from portal.cipher import Indexes, Sealed
from portal.masked import Phone
from portal.refs import new_ref


class OneTimeCode(models.Model):
    """A challenge. The code itself is nowhere: it is derived from this row and a key outside the database."""

    ref = models.CharField(max_length=26, unique=True, default=new_ref, editable=False)
    purpose = models.CharField(max_length=60)
    number_box = models.BinaryField()
    number = Sealed("number_box", Phone)
    number_index = models.CharField(max_length=64)
    INDEXED: ClassVar[Indexes] = {"number_index": ("phone", "number")}
    salt = models.CharField(max_length=32)
    tries_left = models.PositiveSmallIntegerField(default=5)
    lang = models.CharField(max_length=2, default="zh")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    voided_at = models.DateTimeField(null=True, blank=True)
    locked_until = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    next_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["number_index", "purpose"],
                condition=models.Q(used_at__isnull=True, voided_at__isnull=True),
                name="one_live_code",
            ),
        )
        indexes = (models.Index(fields=["next_at"], condition=models.Q(sent_at__isnull=True), name="codes_to_send"),)


class Budget(models.Model):
    """How often something happened in the window that began at ``since_at``."""

    key = models.CharField(max_length=120, primary_key=True)
    since_at = models.DateTimeField()
    used = models.PositiveIntegerField()


class IdempotencyKey(models.Model):
    """A client's key, written with the effect it names (CONVENTIONS 8)."""

    key = models.CharField(max_length=64, primary_key=True)
    actor_ref = models.CharField(max_length=80)
    route = models.CharField(max_length=80)
    body_hash = models.CharField(max_length=64)
    result_ref = models.CharField(max_length=60, blank=True, default="")
    created_at = models.DateTimeField()
    running_until = models.DateTimeField(null=True, blank=True, help_text="A call under way; null once it ended.")
    http = models.PositiveSmallIntegerField(default=0, help_text="The kept answer's number; 0 for a form.")
    answer_box = models.BinaryField(null=True, help_text="The kept answer, sealed.")
