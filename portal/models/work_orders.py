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
        "ESCALATED": frozenset({"ANSWERED", "RETURNED", "CANCELLED", "OPEN"}),  # OPEN: sent again, though late
        "RETURNED": frozenset({"OPEN", "ESCALATED", "CANCELLED"}),
        "ANSWERED": frozenset({"DONE", "CANCELLED", "OPEN"}),  # OPEN: the user did what the answer asked for
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
    chased_at = models.DateTimeField(null=True)
    sends = models.PositiveSmallIntegerField(default=1)
    opened_at = models.DateTimeField()

    class Meta:
        indexes = (
            models.Index(
                fields=["due_at"], condition=~models.Q(state__in=["CANCELLED", "DONE"]), name="orders_by_deadline"
            ),
        )

    @property
    def waits_for(self) -> str:
        """Whose turn it is: `person` (something is missing, or asked of the user), `province`, or nobody's: ""."""
        if self.state == "RETURNED" or (self.state == "ANSWERED" and self.result == OrderResult.USER_REASON):
            return "person"
        if self.state == "ESCALATED" and self.result in RETURNING:
            return "person"
        return "province" if self.state in ("OPEN", "CHASED", "ESCALATED") else ""


class OrderAnswer(models.Model):
    """One answer to an order, kept when the order is sent again: what came back, from which store, when (C-21)."""

    order = models.ForeignKey(WorkOrder, on_delete=models.PROTECT, related_name="answers")
    result = models.CharField(max_length=20, choices=OrderResult.choices)
    missing = models.JSONField(default=list)
    store = models.CharField(max_length=60, default="")
    by_ref = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=["at"], name="order_answers_by_time"),)
