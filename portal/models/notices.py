"""What we told people, and every text message in and out."""

from typing import ClassVar

from django.db import models

from portal.cipher import Indexes, Sealed
from portal.masked import Phone
from portal.refs import new_ref


class Outcome(models.TextChoices):
    """How a notice ended (N-09)."""

    WAITING = ""
    DELIVERED = "delivered"
    FAILED = "failed"
    BELIEVED_FRAUD = "believed_fraud"
    BELIEVED_MARKETING = "believed_marketing"
    REFUSED = "refused"
    NOT_UNDERSTOOD = "not_understood"
    PROMISED = "promised"
    DONE = "done"


class Notice(models.Model):
    """A message to a line, with the check code anyone can look up together with the line's last four digits."""

    ref = models.CharField(max_length=26, unique=True, default=new_ref, editable=False)
    check_code = models.CharField(max_length=8, unique=True)
    number_box = models.BinaryField()
    number = Sealed("number_box", Phone)
    number_index = models.CharField(max_length=64, db_index=True)
    INDEXED: ClassVar[Indexes] = {"number_index": ("phone", "number")}
    text_box = models.BinaryField()
    text = Sealed("text_box")
    key = models.CharField(max_length=80)
    lang = models.CharField(max_length=2, default="zh")
    channel = models.CharField(max_length=8, default="sms")
    operator = models.CharField(max_length=8, blank=True, default="")
    case_ref = models.CharField(max_length=26, blank=True, default="", db_index=True)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    next_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    outcome = models.CharField(max_length=20, choices=Outcome.choices, blank=True, default="")

    class Meta:
        indexes = (
            models.Index(
                fields=["next_at"], condition=models.Q(sent_at__isnull=True, outcome=""), name="notices_to_send"
            ),
        )


class SmsMessage(models.Model):
    """A text message: out to a line, or in from a line to a service number.

    ``word`` is the command word of an inbound message (CXXZ, SQXZ, 40 …), by which the apps' sweeps claim theirs.
    """

    class Direction(models.TextChoices):
        """Seen from the portal."""

        IN = "in"
        OUT = "out"

    class State(models.TextChoices):
        """Outbound: QUEUED, SENT or FAILED. Inbound: RECEIVED, CLAIMED, DONE."""

        QUEUED = "QUEUED"
        SENT = "SENT"
        FAILED = "FAILED"
        RECEIVED = "RECEIVED"
        CLAIMED = "CLAIMED"
        DONE = "DONE"

    ref = models.CharField(max_length=26, unique=True, default=new_ref, editable=False)
    direction = models.CharField(max_length=3, choices=Direction.choices)
    number_box = models.BinaryField()
    number = Sealed("number_box", Phone)
    number_index = models.CharField(max_length=64, db_index=True)
    INDEXED: ClassVar[Indexes] = {"number_index": ("phone", "number")}
    text_box = models.BinaryField()
    text = Sealed("text_box")
    service = models.CharField(max_length=20, help_text="The service number at our end.")
    word = models.CharField(max_length=8, blank=True, default="")
    at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices)
    claimed_by = models.CharField(max_length=20, blank=True, default="")
    claimed_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    notice = models.OneToOneField(Notice, on_delete=models.PROTECT, null=True, related_name="message")
    code_ref = models.CharField(max_length=26, blank=True, default="")

    class Meta:
        indexes = (models.Index(fields=["word", "at"], condition=models.Q(state="RECEIVED"), name="messages_to_claim"),)
        constraints = (
            models.UniqueConstraint(fields=["code_ref"], condition=~models.Q(code_ref=""), name="one_message_a_code"),
        )
