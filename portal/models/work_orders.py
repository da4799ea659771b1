"""Orders from one province to another, which nobody has to chase (C-07, C-17)."""

from collections.abc import Mapping
from typing import ClassVar

from django.db import models

from portal.refs import new_ref
from portal.stateful import Stateful

ENDED = frozenset({"CANCELLED", "DONE"})


class OrderResult(models.TextChoices):
    """What the home province may answer (C-17); the last three return the order."""

    CLOSED = "closed"
    USER_REASON = "user_reason"
    DATA_WRONG = "data_wrong"
    ATTACHMENT_MISSING = "attachment_missing"
    ATTACHMENT_UNUSABLE = "attachment_unusable"


RETURNING = frozenset({OrderResult.DATA_WRONG, OrderResult.ATTACHMENT_MISSING, OrderResult.ATTACHMENT_UNUSABLE})


class WorkOrder(Stateful):
    """A piece of work with a named province, a deadline and one of five results."""

    TRANSITIONS: ClassVar[Mapping[str, frozenset[str]]] = {
        "OPEN": frozenset({"ANSWERED", "RETURNED", "CHASED", "ESCALATED", "CANCELLED"}),
        "CHASED": frozenset({"ANSWERED", "RETURNED", "ESCALATED", "CANCELLED"}),
        "ESCALATED": frozenset({"ANSWERED", "RETURNED", "CANCELLED"}),
        "RETURNED": frozenset({"OPEN", "ESCALATED", "CANCELLED"}),
        "ANSWERED": frozenset({"DONE", "CANCELLED"}),
    }

    key = models.CharField(max_length=80, unique=True, default=new_ref, help_text="Opening again finds this one.")
    kind = models.CharField(max_length=40)
    case_ref = models.CharField(max_length=26, db_index=True)
    operator = models.CharField(max_length=8)
    province = models.CharField(max_length=2)
    facts = models.JSONField(default=dict)
    result = models.CharField(max_length=20, choices=OrderResult.choices, blank=True, default="")
    missing = models.JSONField(default=list, blank=True, help_text="What is missing, in the province's words.")
    chases = models.PositiveSmallIntegerField(default=0)
    opened_at = models.DateTimeField()

    class Meta:
        indexes = (
            models.Index(
                fields=["due_at"], condition=~models.Q(state__in=["CANCELLED", "DONE"]), name="orders_by_deadline"
            ),
        )
