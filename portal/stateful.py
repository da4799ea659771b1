"""The shape of every row that has a state (CONVENTIONS 4 and 5). ``portal.moving`` is the door other apps use."""

from collections.abc import Mapping
from typing import ClassVar

from django.db import models

from portal.refs import new_ref


class Stateful(models.Model):
    """A row with a state, one owner, one ``due_at`` and a lease.

    ``TRANSITIONS`` is the table of its states; only ``portal.moving.move`` changes ``state``. ``lease_token`` grows
    with each lease and is checked again in the writing UPDATE, so that a worker that slept too long loses.
    """

    TRANSITIONS: ClassVar[Mapping[str, frozenset[str]]] = {}

    ref = models.CharField(max_length=26, unique=True, default=new_ref, editable=False)
    state = models.CharField(max_length=20)
    due_at = models.DateTimeField(null=True, blank=True)
    owner = models.CharField(max_length=80, blank=True, default="")
    lease_token = models.PositiveBigIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveSmallIntegerField(default=0, help_text="since it last moved")

    class Meta:
        abstract = True
