"""What a second person has to approve: a reversal (冲正), the settling of a statement, a large refund (D-10)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from portal.moving import Stateful
from settlement import states
from settlement.models.ledger import Transfer
from settlement.models.money import Payout
from settlement.models.netting import Statement

REVERSE = "reverse"
SETTLE_STATEMENT = "settle"
PAY_REFUND = "refund"


class Approval(Stateful):
    """One request about one transfer, statement or payout; whoever asks never decides, and the database holds it too.

    A refund's is asked by whoever wants the money: the subscriber's line, or the person who acted for them.
    """

    TRANSITIONS: ClassVar[dict[str, frozenset[str]]] = states.APPROVALS

    verb = models.CharField(max_length=10)
    operator = models.CharField(max_length=8)
    transfer = models.ForeignKey(Transfer, null=True, on_delete=models.PROTECT, related_name="approvals")
    statement = models.ForeignKey(Statement, null=True, on_delete=models.PROTECT, related_name="approvals")
    payout = models.OneToOneField(Payout, null=True, on_delete=models.PROTECT, related_name="approval")
    reason = models.CharField(max_length=200)
    asked_by = models.CharField(max_length=64)
    asked_label = models.CharField(max_length=40, blank=True)
    asked_at = models.DateTimeField()
    decided_by = models.CharField(max_length=64, blank=True, default="")
    decided_label = models.CharField(max_length=40, blank=True, default="")
    decided_at = models.DateTimeField(null=True)
    because = models.CharField(max_length=200, blank=True, default="")
    posted = models.OneToOneField(Transfer, null=True, on_delete=models.PROTECT, related_name="approval")

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=~models.Q(decided_by=models.F("asked_by")), name="settlement_approval_four_eyes"
            ),
            models.CheckConstraint(
                condition=models.Q(decided_by="") | models.Q(decided_by__startswith="person:"),
                name="settlement_approval_by_person",
            ),
            models.CheckConstraint(
                condition=models.Q(state=states.ASKED, decided_by="", decided_at=None)
                | models.Q(state__in=[states.APPROVED, states.DENIED], decided_at__isnull=False)
                & ~models.Q(decided_by=""),
                name="settlement_approval_decided",
            ),
            models.CheckConstraint(
                condition=models.Q(state=states.APPROVED, posted__isnull=False) & ~models.Q(verb=PAY_REFUND)
                | models.Q(verb=PAY_REFUND, posted=None)
                | ~models.Q(state=states.APPROVED) & models.Q(posted=None),
                name="settlement_approval_posted",
            ),
            models.CheckConstraint(
                condition=models.Q(verb=REVERSE, transfer__isnull=False, statement=None, payout=None)
                | models.Q(verb=SETTLE_STATEMENT, transfer=None, statement__isnull=False, payout=None)
                | models.Q(verb=PAY_REFUND, transfer=None, statement=None, payout__isnull=False),
                name="settlement_approval_subject",
            ),
            models.CheckConstraint(
                condition=~models.Q(asked_by="") & ~models.Q(reason=""), name="settlement_approval_said"
            ),
            models.UniqueConstraint(
                fields=["transfer"], condition=models.Q(state=states.ASKED), name="settlement_approval_transfer"
            ),
            models.UniqueConstraint(
                fields=["statement"], condition=models.Q(state=states.ASKED), name="settlement_approval_statement"
            ),
        )
