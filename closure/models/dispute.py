"""A disputed line of a quote, and what may become of it: a claim with a pay page of its own (C-03, C-06, C-15)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from closure.models.case import Case
from portal.moving import Stateful

SET_ASIDE, PROVED, CONTESTED, CLAIMED, DROPPED, ENDED = (
    "SET_ASIDE", "PROVED", "CONTESTED", "CLAIMED", "DROPPED", "ENDED",
)  # fmt: skip
OPEN, DISPUTED, PAYING, PAID, SETTLED, VOID = "OPEN", "DISPUTED", "PAYING", "PAID", "SETTLED", "VOID"


class Dispute(Stateful):
    """One line set aside (C-03). The operator owes evidence until `evidence_due_at`, else the line is 0 for good.

    SET_ASIDE → PROVED (evidence is there, the person looks) → CLAIMED (accepted) or CONTESTED (not accepted: the
    operator's supervisor looks). DROPPED: 0 for good. ENDED: taken back, or the case ended without closing.
    """

    TRANSITIONS: ClassVar[dict[str, frozenset[str]]] = {
        SET_ASIDE: frozenset({PROVED, DROPPED, ENDED}),
        PROVED: frozenset({CLAIMED, CONTESTED, DROPPED, ENDED}),
        CONTESTED: frozenset({PROVED, DROPPED, ENDED}),
    }

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="disputes")
    number = models.PositiveSmallIntegerField()
    # Of the line; "excess": what an abnormal bill has above the usual; "roaming": a claim for what came later.
    kind = models.CharField(max_length=16)
    item = models.CharField(max_length=64)
    label = models.CharField(max_length=48)
    figures = models.JSONField(default=dict)
    fen = models.BigIntegerField()
    late_fee_fen = models.BigIntegerField(default=0)
    reason = models.CharField(max_length=16)
    words_box = models.BinaryField(default=bytes)  # the person's own words, under the case's data key
    opened_at = models.DateTimeField()
    evidence_due_at = models.DateTimeField()
    document = models.CharField(max_length=40, default="")
    document_sha256 = models.CharField(max_length=64, default="")
    operator_words = models.CharField(max_length=500, default="")
    proved_at = models.DateTimeField(null=True)
    answer_reason = models.CharField(max_length=16, default="")
    answer_box = models.BinaryField(default=bytes)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["case", "kind", "item"], condition=~models.Q(state=ENDED), name="closure_one_dispute_a_line"
            ),
            models.UniqueConstraint(fields=["case", "number"], name="closure_dispute_numbered"),
            models.CheckConstraint(condition=models.Q(fen__gt=0), name="closure_dispute_positive"),
        )
        indexes = (
            models.Index(fields=["due_at"], name="closure_dispute_due", condition=models.Q(due_at__isnull=False)),
        )


class Claim(Stateful):
    """Money due after the closing, on a pay page of its own, never a block (C-03, C-06).

    OPEN → PAYING → PAID (the agent has it) → SETTLED (home has booked it). DISPUTED: a charge that came after the
    closing is not accepted, and asks for nothing until its evidence is. VOID: given up by the operator.
    """

    TRANSITIONS: ClassVar[dict[str, frozenset[str]]] = {
        OPEN: frozenset({PAYING, DISPUTED, VOID}),
        DISPUTED: frozenset({OPEN, VOID}),
        PAYING: frozenset({OPEN, PAID}),
        PAID: frozenset({SETTLED}),
    }

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="claims")
    dispute = models.OneToOneField(Dispute, on_delete=models.PROTECT, null=True, related_name="claim")
    kind = models.CharField(max_length=16)  # of the disputed line, or "roaming"
    label = models.CharField(max_length=48)
    figures = models.JSONField(default=dict)
    fen = models.BigIntegerField()
    parts = models.JSONField()  # purpose → fen, as the ledger names purposes
    bills = models.JSONField(default=list)  # [{month, fen}] that home marks as paid
    payment_ref = models.CharField(max_length=26, default="")
    command_ref = models.CharField(max_length=36, default="")
    opened_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.CheckConstraint(condition=models.Q(fen__gt=0), name="closure_claim_positive"),)
        indexes = (models.Index(fields=["due_at"], name="closure_claim_due", condition=models.Q(due_at__isnull=False)),)
