"""Rows about talking to provinces. Personal data stands only in sealed boxes, under the case's data key."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.db import models

from bss import states
from bss.provinces import Bss
from portal.moving import Stateful
from portal.refs import new_ref


class Evidence(models.Model):
    """One exchange with a province, kept whole: who asked what, and the reply as it came (codes cut out)."""

    ref = models.CharField(max_length=26, unique=True, default=new_ref, editable=False)
    case_ref = models.CharField(max_length=26, blank=True, db_index=True)
    operator = models.CharField(max_length=8)
    province = models.CharField(max_length=2)
    question = models.CharField(max_length=40)  # the question, or the verb of an order, or "enquire"
    command_ref = models.CharField(max_length=26, blank=True, db_index=True)
    ending = models.CharField(max_length=12)
    code = models.CharField(max_length=64, blank=True)
    asked_box = models.BinaryField()
    answer_box = models.BinaryField()
    sha = models.CharField(max_length=64)  # SHA-256 of the reply as stored, before sealing
    at = models.DateTimeField()
    ms = models.PositiveIntegerField()
    by_ref = models.CharField(max_length=64)
    by_role = models.CharField(max_length=32)

    class Meta:
        indexes = (models.Index(fields=["operator", "province", "at"], name="bss_evidence_place"),)

    @property
    def bss(self) -> Bss:
        """Where the exchange went."""
        return Bss(self.operator, self.province)


class Command(Stateful):
    """One order to a province; its `ref` is the command id, and the same id is used for as long as it lives."""

    TRANSITIONS: ClassVar[dict[str, frozenset[str]]] = states.TRANSITIONS

    case_ref = models.CharField(max_length=26, blank=True, db_index=True)
    operator = models.CharField(max_length=8)
    province = models.CharField(max_length=2)
    verb = models.CharField(max_length=40)
    payload_box = models.BinaryField()
    facts = models.JSONField(default=dict)  # the province's answer as checked; holds no personal data
    not_after = models.DateTimeField()
    effective_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    code = models.CharField(max_length=64, blank=True)
    words = models.CharField(max_length=500, blank=True)
    evidence_ref = models.CharField(max_length=26, blank=True)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    legs = models.JSONField(default=dict)  # whole fen by account of the province's book (bss.legs); {}: moves no money
    booked_on = models.DateField(null=True, blank=True)  # the day the province says its book took them; None: not done

    class Meta:
        indexes = (
            models.Index(fields=["due_at"], condition=models.Q(state__in=sorted(states.OPEN)), name="bss_command_due"),
            models.Index(
                fields=["operator", "province", "booked_on"],
                condition=models.Q(booked_on__isnull=False),
                name="bss_command_booked",
            ),
        )

    @property
    def bss(self) -> Bss:
        """Where the order goes."""
        return Bss(self.operator, self.province)

    @property
    def next_at(self) -> datetime | None:
        """When it is looked at again: its `due_at`; None once ended."""
        return self.due_at

    @property
    def ended(self) -> bool:
        """Whether it has its end: DONE, REFUSED, EXPIRED or DISPROVED."""
        return self.state in states.ENDS


class Obstruction(models.Model):
    """A refusal or delay outside the published conditions (P-02, B-1, B-2): a fact with its evidence row."""

    ref = models.CharField(max_length=26, unique=True, default=new_ref, editable=False)
    case_ref = models.CharField(max_length=26, db_index=True)
    operator = models.CharField(max_length=8)
    province = models.CharField(max_length=2)
    kind = models.CharField(max_length=40)
    rules = models.JSONField(default=list)
    evidence_ref = models.CharField(max_length=26)
    against_ref = models.CharField(max_length=26, blank=True, default="")  # the answer that contradicts the first
    words = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField()
    by_ref = models.CharField(max_length=64)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["case_ref", "kind", "evidence_ref"], name="bss_obstruction_once"),
        )
        indexes = (models.Index(fields=["operator", "province", "at"], name="bss_obstruction_place"),)

    @property
    def bss(self) -> Bss:
        """Whose obstruction it is."""
        return Bss(self.operator, self.province)


class Health(models.Model):
    """The breaker of one province, visible to everybody and never a reason to refuse a subscriber."""

    operator = models.CharField(max_length=8)
    province = models.CharField(max_length=2)
    failures = models.PositiveIntegerField(default=0)
    open_until = models.DateTimeField(null=True, blank=True)
    last_ok_at = models.DateTimeField(null=True, blank=True)
    last_failed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["operator", "province"], name="bss_health_one"),)
        verbose_name_plural = "health"
