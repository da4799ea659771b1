"""Rows of oversight: so far only what each verification of the audit chain found."""

from __future__ import annotations

from django.db import models


class ChainCheck(models.Model):
    """One verification of every chain from its first link (D-03): how many links held, and where the first did not."""

    at = models.DateTimeField()
    by_ref = models.CharField(max_length=80)
    entries = models.PositiveBigIntegerField()
    broken_chain = models.CharField(max_length=8, blank=True)
    broken_at = models.CharField(max_length=40, blank=True)
    problem = models.CharField(max_length=20, blank=True)

    @property
    def whole(self) -> bool:
        """Whether every link of every chain held."""
        return self.problem == ""

    @property
    def position(self) -> int:
        """The place of the first link that does not hold, counted from 1 over all chains."""
        return self.entries + 1
