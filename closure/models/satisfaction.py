"""How content a person was with a case that ended (T-15): one question, once, with words if they like."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from closure.models.case import Case
from portal.sealing import Indexes

WORDS_LIMIT = 500


class Satisfaction(models.Model):
    """Asked when the case ends, answered at most once; the words are sealed under the case's data key."""

    INDEXED: ClassVar[Indexes] = {"contact_index": ("phone", "case.contact")}

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="satisfaction")
    contact_index = models.CharField(max_length=64, db_index=True)
    operator = models.CharField(max_length=4)
    province = models.CharField(max_length=2)
    asked_at = models.DateTimeField()
    score = models.PositiveSmallIntegerField(null=True)
    words_box = models.BinaryField(default=bytes)
    channel = models.CharField(max_length=4, default="")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(score__isnull=True, answered_at__isnull=True)
                | Q(score__range=(1, 5), answered_at__isnull=False),
                name="closure_score_1_to_5",
            ),
        )
        indexes = (models.Index(fields=["operator", "province"], name="closure_satisfaction_place"),)
