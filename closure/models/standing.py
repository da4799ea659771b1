"""Who stood before us, and who acts for the holder: each check of a person, each paper (C-08, C-09, C-24, C-25)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from closure import mandates
from closure.models.case import Case
from portal.masked import IdNumber, PersonName
from portal.moving import Stateful
from portal.refs import new_ref
from portal.sealing import Indexes, Sealed


class Sighting(models.Model):
    """One check of one person, as it ended: who looked, where, how, when; the ID is sealed. Written once (C-08)."""

    ref = models.CharField(max_length=26, unique=True, default=new_ref, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="sightings")
    person = models.CharField(max_length=8)
    way = models.CharField(max_length=12)
    result = models.CharField(max_length=12)
    original_seen = models.BooleanField(default=False)
    id_box = models.BinaryField()
    seen_id = Sealed("id_box", IdNumber)
    id_index = models.CharField(max_length=64)
    INDEXED: ClassVar[Indexes] = {"id_index": ("id", "seen_id")}
    by_ref = models.CharField(max_length=64)
    by_role = models.CharField(max_length=24)
    operator = models.CharField(max_length=4, default="")
    province = models.CharField(max_length=2, default="")
    store = models.CharField(max_length=60, default="")
    at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=["case", "person"], name="closure_sighting_person"),)


class Mandate(Stateful):
    """Who acts for the holder and by what right: a delegate, an heir, a guardian, a unit's agent."""

    TRANSITIONS: ClassVar[dict[str, frozenset[str]]] = mandates.TRANSITIONS

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="mandate")
    kind = models.CharField(max_length=10)
    agent_name_box = models.BinaryField(default=bytes)
    agent_name = Sealed("agent_name_box", PersonName)
    agent_id_box = models.BinaryField(default=bytes)
    agent_id = Sealed("agent_id_box", IdNumber)
    agent_index = models.CharField(max_length=64, default="", db_index=True)
    INDEXED: ClassVar[Indexes] = {"agent_index": ("id", "agent_id")}
    consented_at = models.DateTimeField()
    exception = models.CharField(max_length=8, default="")
    exception_due_at = models.DateTimeField(null=True)
    exception_by = models.CharField(max_length=64, default="")
    exception_decided_by = models.CharField(max_length=64, default="")
    asked_because_box = models.BinaryField(default=bytes)
    decided_because_box = models.BinaryField(default=bytes)
    reviewed_by = models.CharField(max_length=64, default="")
    recalled_by = models.CharField(max_length=64, default="")
    reason_box = models.BinaryField(default=bytes)
    rounds = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()

    class Meta:
        constraints = (
            # A decision is a person's, and never of the one who asked or who read the papers (D-10).
            models.CheckConstraint(
                condition=~models.Q(exception__in=[mandates.GRANTED, mandates.DENIED])
                | (
                    models.Q(exception_decided_by__startswith="person:")
                    & ~models.Q(exception_decided_by=models.F("exception_by"))
                    & ~models.Q(exception_decided_by=models.F("reviewed_by"))
                ),
                name="closure_exception_four_eyes",
            ),
        )
        indexes = (
            models.Index(fields=["due_at"], name="closure_mandate_due", condition=models.Q(due_at__isnull=False)),
        )


class Paper(models.Model):
    """A picture of a document, marked with operator, purpose and date before it is stored (N-13), sealed under the
    case's data key. `content_box` is a PDF that holds the picture and its mark.
    """

    ref = models.CharField(max_length=26, unique=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="papers")
    kind = models.CharField(max_length=12)
    content_box = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    bytes = models.PositiveIntegerField()
    mark = models.CharField(max_length=120)
    by_ref = models.CharField(max_length=64)
    at = models.DateTimeField()
    replaced_at = models.DateTimeField(null=True)
    original_seen_at = models.DateTimeField(null=True)
    original_seen_by = models.CharField(max_length=64, default="")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["case", "kind"], condition=models.Q(replaced_at__isnull=True), name="closure_one_paper_a_kind"
            ),
        )
