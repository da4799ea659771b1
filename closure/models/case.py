"""A closure case and what the six checks found for it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from closure import states
from portal.masked import IdNumber, PersonName, Phone
from portal.moving import Stateful
from portal.sealing import Indexes, Sealed


class Case(Stateful):
    """One number to be closed (C-01). Personal facts are sealed; the ledger and URLs know only `ref`."""

    TRANSITIONS: ClassVar[dict[str, frozenset[str]]] = states.TRANSITIONS

    case_no = models.CharField(max_length=24, unique=True, null=True)
    account_ref = models.CharField(max_length=26, db_index=True)
    proof = models.CharField(max_length=16, default="code")
    photo_match = models.CharField(max_length=12, default="")
    password_box = models.BinaryField(default=bytes)
    password = Sealed("password_box")
    proved_at = models.DateTimeField(null=True)
    sitting_ref = models.CharField(max_length=26, default="", db_index=True)
    operator = models.CharField(max_length=4)
    province = models.CharField(max_length=2)
    visiting_province = models.CharField(max_length=2, default="")
    language = models.CharField(max_length=2, default="zh")

    number_box = models.BinaryField()
    number = Sealed("number_box", Phone)
    number_index = models.CharField(max_length=64, db_index=True)
    name_box = models.BinaryField(default=bytes)
    name = Sealed("name_box", PersonName)
    id_box = models.BinaryField(default=bytes)
    id_number = Sealed("id_box", IdNumber)
    id_index = models.CharField(max_length=64, default="", db_index=True)
    INDEXED: ClassVar[Indexes] = {"number_index": ("phone", "number"), "id_index": ("id", "id_number")}
    contact_box = models.BinaryField(default=bytes)
    contact = Sealed("contact_box", Phone)
    contact_challenge = models.CharField(max_length=26, default="")
    contact_verified_at = models.DateTimeField(null=True)

    created_at = models.DateTimeField()
    filed_at = models.DateTimeField(null=True)
    counted_from = models.DateTimeField(null=True)
    verified_at = models.DateTimeField(null=True)
    acknowledged_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    charging_stopped_at = models.DateTimeField(null=True)
    charging_resumed_at = models.DateTimeField(null=True)
    stops = models.PositiveSmallIntegerField(default=1)
    stopped_from = models.DateTimeField(null=True)
    limit_at = models.DateTimeField(null=True)
    lapse_at = models.DateTimeField(null=True)
    frozen_until = models.DateTimeField(null=True)

    collected_fen = models.BigIntegerField(default=0)
    refund_route = models.CharField(max_length=8, default="")
    refund_box = models.BinaryField(default=bytes)
    refund_account = Sealed("refund_box")
    refund_last4 = models.CharField(max_length=4, default="")
    payment_ref = models.CharField(max_length=26, default="")
    payout_ref = models.CharField(max_length=26, default="")
    contacts_made = models.PositiveSmallIntegerField(default=0)
    proof_lines = models.JSONField(default=list)

    class Meta:
        constraints = (
            # Whoever has not proved yet that the number is theirs stops nobody else from closing it (C-08).
            models.UniqueConstraint(
                fields=["number_index"],
                condition=models.Q(state__in=sorted(states.OPEN), proved_at__isnull=False),
                name="closure_one_open_case_a_number",
            ),
            models.UniqueConstraint(
                fields=["account_ref"], condition=models.Q(state=states.DRAFT), name="closure_one_draft_an_account"
            ),
            models.CheckConstraint(
                condition=models.Q(state=states.DRAFT) | models.Q(filed_at__isnull=False), name="closure_filed_has_time"
            ),
        )
        indexes = (
            models.Index(fields=["due_at"], name="closure_case_due", condition=models.Q(due_at__isnull=False)),
            models.Index(fields=["operator", "province", "limit_at"], name="closure_case_scope"),
        )

    def __str__(self) -> str:
        return self.case_no or self.ref


class Check(models.Model):
    """One question to the home province and how it ended; the facts are sealed under the case's data key."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="checks")
    question = models.CharField(max_length=16)
    ending = models.CharField(max_length=12, default="")
    facts_box = models.BinaryField(default=bytes)
    code = models.CharField(max_length=32, default="")
    evidence_ref = models.CharField(max_length=26, default="")
    answered_at = models.DateTimeField(null=True)
    ms = models.PositiveIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["case", "question"], name="closure_one_check_a_question"),)


class FindingRow(models.Model):
    """A finding as it was shown: key into the lexicon, severity, rule, figures (never personal data)."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="findings")
    round = models.PositiveSmallIntegerField()
    key = models.CharField(max_length=48)
    severity = models.CharField(max_length=5)
    rules = models.JSONField()
    facts = models.JSONField(default=dict)
    fen = models.BigIntegerField(null=True)
    question = models.CharField(max_length=16, default="")
    settled_by_quote = models.BooleanField(default=False)

    class Meta:
        indexes = (models.Index(fields=["case", "round"], name="closure_finding_round"),)


class CaseOrder(models.Model):
    """Which command carries which step of a case; a step that surely failed gets a new command, `seq` + 1."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="orders")
    step = models.CharField(max_length=64)
    seq = models.PositiveSmallIntegerField(default=1)
    command_ref = models.CharField(max_length=36, unique=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["case", "step", "seq"], name="closure_one_command_a_try"),)
