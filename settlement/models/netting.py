"""Daily totals, and the monthly statement of what the companies of one operator owe each other (S-01).

Laws in PostgreSQL (`sql/netting.sql`): a statement's figures are written once, with its lines, in one transaction.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from portal.moving import Stateful
from settlement import states
from settlement.models.ledger import Account, CurrentTransaction, Transfer


class Counted(models.Model):
    """How far the daily totals reach: every transfer of a database transaction below `up_to` is in them.

    One row. `up_to` is a horizon, not a row's key: keys do not commit in their order (decision 23).
    """

    name = models.CharField(max_length=20, unique=True)
    up_to = models.BigIntegerField(default=0)
    at = models.DateTimeField(null=True)


class DailyTotal(models.Model):
    """The turnover of one account on one day in Shanghai, in signed fen; derived from the entries, and rebuildable.

    `fen` = debits minus credits; `debit_fen` the debits alone, `n` the entries. What settled a statement is apart.
    """

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="days", db_index=False)
    on = models.DateField()
    settling = models.BooleanField()
    fen = models.BigIntegerField()
    debit_fen = models.BigIntegerField()
    n = models.BigIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["account", "on", "settling"], name="settlement_daily_one"),
            models.CheckConstraint(condition=models.Q(n__gt=0, debit_fen__gte=0), name="settlement_daily_counts"),
        )


class Statement(Stateful):
    """One month of one operator, frozen: number, how far it reaches, its hash and the signed text of its figures.

    A transfer belongs to the first statement whose `last_on` is not before its day and whose `up_to` is above its
    transaction; what is posted later for an earlier day goes to the next one.
    """

    TRANSITIONS: ClassVar[dict[str, frozenset[str]]] = states.STATEMENTS

    number = models.CharField(max_length=24, unique=True)
    operator = models.CharField(max_length=8)
    first_on = models.DateField()
    last_on = models.DateField()
    up_to = models.BigIntegerField()
    before = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="after")
    book = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    frozen_at = models.DateTimeField()
    frozen_by = models.CharField(max_length=64)
    xact = models.BigIntegerField(db_default=CurrentTransaction(), editable=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["operator", "first_on"], name="settlement_statement_one"),
            models.CheckConstraint(
                condition=models.Q(last_on__gt=models.F("first_on")), name="settlement_statement_month"
            ),
        )


class StatementLine(models.Model):
    """One account of a statement: its turnover within it, in signed fen, and from how many entries."""

    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, related_name="lines")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    fen = models.BigIntegerField()
    n = models.BigIntegerField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["statement", "account"], name="settlement_line_one"),)


class StatementCorrection(models.Model):
    """A transfer of a statement that belongs to an earlier, frozen one: posted late, or undoing one of its own."""

    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, related_name="corrections")
    of = models.ForeignKey(Statement, on_delete=models.PROTECT, related_name="corrected_by")
    transfer = models.ForeignKey(Transfer, on_delete=models.PROTECT, related_name="+")
    why = models.CharField(max_length=10)  # late, reversal

    class Meta:
        constraints = (models.UniqueConstraint(fields=["statement", "transfer"], name="settlement_correction_one"),)


class StatementPaper(models.Model):
    """The printed statement: signed PDF bytes, stored once."""

    statement = models.OneToOneField(Statement, on_delete=models.PROTECT, related_name="paper")
    pdf = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    at = models.DateTimeField()
