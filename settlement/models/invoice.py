"""Invoices and red notes: issued once, never changed; a red note points to the invoice it takes back (S-04).

Laws in PostgreSQL (`sql/invoicing.sql`). The facts are masked, as a certificate's are.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from portal.moving import Stateful
from settlement import states
from settlement.models.ledger import CurrentTransaction, Transfer


class Invoice(Stateful):
    """One invoice of the home company for one unit of the ledger, or a red note of it; whole fen, red below zero.

    `voucher` is the number the case's slip and ledger entries stand under (C-18), `posted` the transfer of its tax.
    """

    TRANSITIONS: ClassVar[dict[str, frozenset[str]]] = states.INVOICES

    number = models.CharField(max_length=32, unique=True)
    kind = models.CharField(max_length=5, choices=[("final", "final"), ("red", "red")])
    of = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="reds")
    key = models.CharField(max_length=128, unique=True)
    operator = models.CharField(max_length=8)
    province = models.CharField(max_length=2)
    case_ref = models.CharField(max_length=26, db_index=True)
    voucher = models.CharField(max_length=24, db_index=True)
    facts = models.JSONField()
    lang = models.CharField(max_length=2)
    net_fen = models.BigIntegerField()
    vat_fen = models.BigIntegerField()
    gross_fen = models.BigIntegerField()
    issued_at = models.DateTimeField()
    issued_by = models.CharField(max_length=64)
    posted = models.OneToOneField(Transfer, null=True, on_delete=models.PROTECT, related_name="invoice")
    xact = models.BigIntegerField(db_default=CurrentTransaction(), editable=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["case_ref"], condition=Q(kind="final"), name="settlement_invoice_one"),
            models.CheckConstraint(
                condition=Q(kind="final", of=None, gross_fen__gt=0) | Q(kind="red", of__isnull=False, gross_fen__lt=0),
                name="settlement_invoice_red_points_back",
            ),
            models.CheckConstraint(
                condition=Q(gross_fen=F("net_fen") + F("vat_fen")), name="settlement_invoice_adds_up"
            ),
        )


class InvoiceLine(models.Model):
    """One kind of charge: rate in per mille, whole fen without tax, tax, with tax."""

    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="lines")
    kind = models.CharField(max_length=16)
    rate = models.PositiveSmallIntegerField()
    net_fen = models.BigIntegerField()
    vat_fen = models.BigIntegerField()
    gross_fen = models.BigIntegerField()

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(fields=["invoice", "kind"], name="settlement_invoice_line_one"),
            models.CheckConstraint(
                condition=Q(gross_fen=F("net_fen") + F("vat_fen")) & ~Q(gross_fen=0),
                name="settlement_invoice_line_adds_up",
            ),
        )


class InvoicePaper(models.Model):
    """The printed invoice as it was signed; its bytes are stored once."""

    invoice = models.OneToOneField(Invoice, on_delete=models.PROTECT, related_name="paper")
    pdf = models.BinaryField()
    sha256 = models.CharField(max_length=64, db_index=True)
    at = models.DateTimeField()
