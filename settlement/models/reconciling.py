"""Runs of the reconciliation between the ledger and a province's own book, and what they found (S-03)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from bss.provinces import Bss
from portal.moving import Stateful
from settlement import states


class Reconciliation(Stateful):
    """One run: one company's book up to a day, looked back over some days; asked again on demand is another turn."""

    TRANSITIONS: ClassVar[dict[str, frozenset[str]]] = states.RECONCILIATIONS

    operator = models.CharField(max_length=8)
    province = models.CharField(max_length=2)
    day = models.DateField()
    turn = models.PositiveIntegerField(default=1)
    first_on = models.DateField(help_text="The first day that is looked at; `day` is the last.")
    attempts = models.PositiveIntegerField(default=0)
    code = models.CharField(max_length=64, blank=True, default="", help_text="Why the last try came to nothing.")
    asked_at = models.DateTimeField(null=True, blank=True)
    evidence_ref = models.CharField(max_length=26, blank=True, default="", help_text="The exchange of the digest.")
    ours_digest = models.CharField(max_length=20, blank=True, default="")
    theirs_digest = models.CharField(max_length=20, blank=True, default="")
    nets = models.PositiveIntegerField(default=0, help_text="Rows of our digest.")
    buckets_read = models.PositiveIntegerField(default=0)
    found = models.PositiveIntegerField(default=0, help_text="Differences of this run, old and new.")
    moving = models.PositiveIntegerField(default=0, help_text="Cases that differ only because a command is open.")
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["operator", "province", "day", "turn"], name="settlement_reconciliation_one"
            ),
            models.UniqueConstraint(
                fields=["operator", "province", "day"],
                condition=models.Q(state=states.WAITING),
                name="settlement_reconciliation_waiting",
            ),
        )
        indexes = (
            models.Index(
                fields=["due_at"], condition=models.Q(state=states.WAITING), name="settlement_reconciliation_due"
            ),
        )

    @property
    def bss(self) -> Bss:
        """Whose book it is."""
        return Bss(self.operator, self.province)


class Difference(Stateful):
    """One place where ledger and book differ, with its work order. It is never deleted: the run that sees it agree
    closes it. The case's ref is as whoever has the row says it.
    """

    TRANSITIONS: ClassVar[dict[str, frozenset[str]]] = states.DIFFERENCES

    run = models.ForeignKey(Reconciliation, on_delete=models.PROTECT, related_name="differences")
    operator = models.CharField(max_length=8)
    province = models.CharField(max_length=2)
    kind = models.CharField(max_length=20)
    case_ref = models.CharField(max_length=40, db_index=True)
    account = models.CharField(max_length=40)
    on = models.DateField()
    ours_fen = models.BigIntegerField()
    theirs_fen = models.BigIntegerField()
    theirs_on = models.DateField(null=True, blank=True, help_text="The day on which the province has what is ours.")
    evidence_ref = models.CharField(max_length=26)
    order_key = models.CharField(max_length=80)
    found_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    gone_at = models.DateTimeField(null=True, blank=True)
    gone_in = models.ForeignKey(
        Reconciliation,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="agreed",
        help_text="Saw it agree.",
    )

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["operator", "province", "case_ref", "account", "on"],
                condition=models.Q(state=states.STANDING),
                name="settlement_difference_once",
            ),
        )
        indexes = (
            models.Index(
                fields=["operator", "province"],
                condition=models.Q(state=states.STANDING),
                name="settlement_difference_open",
            ),
        )

    @property
    def apart_fen(self) -> int:
        """Ours less theirs."""
        return self.ours_fen - self.theirs_fen
