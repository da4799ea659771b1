"""The double-entry ledger (S-02). Its laws are triggers of the migration `0002_laws`; it holds no personal data.

Fen are signed: a debit is positive, a credit negative, and the entries of one transfer sum to zero.
"""

from __future__ import annotations

from django.db import models

from portal.refs import new_ref


class CurrentTransaction(models.Func):
    """The database transaction that writes."""

    function = "txid_current"
    output_field = models.BigIntegerField()


class Account(models.Model):
    """One account of one operator's company in one province; `counterpart` names the other company, if there is one."""

    operator = models.CharField(max_length=8)
    province = models.CharField(max_length=2)
    kind = models.CharField(max_length=40)
    counterpart = models.CharField(max_length=16, blank=True, default="")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["operator", "province", "kind", "counterpart"], name="settlement_account_one"
            ),
        )


class Transfer(models.Model):
    """A balanced set of entries, never changed; `reverses` points back to the transfer this one undoes (冲正)."""

    ref = models.CharField(max_length=26, unique=True, default=new_ref, editable=False)
    key = models.CharField(max_length=128, unique=True)
    purpose = models.CharField(max_length=40)
    case_ref = models.CharField(max_length=26, blank=True, db_index=True)
    command_ref = models.CharField(max_length=26, blank=True, db_index=True)
    at = models.DateTimeField(db_index=True)
    by_ref = models.CharField(max_length=64)
    reverses = models.OneToOneField("self", null=True, blank=True, on_delete=models.PROTECT, related_name="reversed_by")
    xact = models.BigIntegerField(db_default=CurrentTransaction(), editable=False)

    class Meta:
        indexes = (models.Index(fields=["xact"], name="settlement_transfer_xact"),)


class Voucher(models.Model):
    """The number that all papers of a case stand under: bill, slip, ledger entries and credit notes (C-18).

    Several subjects may share it: a case, and what is claimed or kept of it. Transfers find it by their `case_ref`.
    """

    number = models.CharField(max_length=24, db_index=True)
    case_ref = models.CharField(max_length=26, unique=True)
    at = models.DateTimeField()


class Entry(models.Model):
    """One leg of a transfer: signed whole fen on one account."""

    transfer = models.ForeignKey(Transfer, on_delete=models.PROTECT, related_name="entries")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="entries", db_index=False)
    fen = models.BigIntegerField()

    class Meta:
        constraints = (models.CheckConstraint(condition=~models.Q(fen=0), name="settlement_entry_not_zero"),)
        indexes = (models.Index(fields=["account", "transfer"], name="settlement_entry_of_account"),)
        verbose_name_plural = "entries"
