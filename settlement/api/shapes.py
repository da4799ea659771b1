"""What the API says of accounts, postings, statements and invoices: signed fen, debit positive; no personal data."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from settlement.models import Invoice, Statement


class AccountShown(serializers.Serializer[Any]):
    """One account of a company and its balance now; `counterpart` is the code of the company it is about."""

    id = serializers.IntegerField()
    operator = serializers.CharField()
    province = serializers.CharField()
    kind = serializers.CharField()
    counterpart = serializers.CharField(allow_blank=True)
    balance_fen = serializers.IntegerField()


class AccountList(serializers.Serializer[Any]):
    """A page of accounts."""

    items = AccountShown(many=True)
    next = serializers.CharField(allow_null=True)


class EntryShown(serializers.Serializer[Any]):
    """One leg of a transfer; `number` is the one its case's papers stand under."""

    id = serializers.IntegerField()
    account = serializers.IntegerField()
    operator = serializers.CharField()
    province = serializers.CharField()
    kind = serializers.CharField()
    counterpart = serializers.CharField(allow_blank=True)
    fen = serializers.IntegerField()
    at = serializers.DateTimeField()
    purpose = serializers.CharField()
    transfer = serializers.CharField()
    number = serializers.CharField(allow_blank=True)


class EntryList(serializers.Serializer[Any]):
    """A page of entries, newest first."""

    items = EntryShown(many=True)
    next = serializers.CharField(allow_null=True)


class TransferShown(serializers.Serializer[Any]):
    """One transfer with all its entries, which sum to zero."""

    ref = serializers.CharField()
    purpose = serializers.CharField()
    at = serializers.DateTimeField()
    number = serializers.CharField(allow_blank=True)
    case_ref = serializers.CharField(allow_blank=True)
    command_ref = serializers.CharField(allow_blank=True)
    reverses = serializers.CharField(allow_blank=True)
    reversed_by = serializers.CharField(allow_blank=True)
    entries = EntryShown(many=True)


class LineShown(serializers.Serializer[Any]):
    """What one account moved within a statement, and by how many entries."""

    province = serializers.CharField()
    kind = serializers.CharField()
    counterpart = serializers.CharField()
    fen = serializers.IntegerField()
    n = serializers.IntegerField()


class StatementShown(serializers.Serializer[Any]):
    """A month of one operator, frozen; `sha256` is that of its signed text, `before` the statement it follows."""

    ref = serializers.CharField()
    number = serializers.CharField()
    state = serializers.ChoiceField(choices=sorted(Statement.TRANSITIONS))
    operator = serializers.CharField()
    first_on = serializers.DateField()
    last_on = serializers.DateField()
    frozen_at = serializers.DateTimeField()
    sha256 = serializers.CharField()
    before = serializers.CharField(allow_blank=True)


class StatementList(serializers.Serializer[Any]):
    """A page of statements, newest first."""

    items = StatementShown(many=True)
    next = serializers.CharField(allow_null=True)


class WholeStatement(StatementShown):
    """A statement with the lines the reader may see."""

    lines = LineShown(many=True)


class InvoiceLineShown(serializers.Serializer[Any]):
    """One kind of charge; `rate` in per mille."""

    kind = serializers.CharField()
    rate = serializers.IntegerField()
    net_fen = serializers.IntegerField()
    vat_fen = serializers.IntegerField()
    gross_fen = serializers.IntegerField()


class InvoiceShown(serializers.Serializer[Any]):
    """An invoice or a red note; `of` is the invoice it takes back, `voucher` its case's number."""

    ref = serializers.CharField()
    number = serializers.CharField()
    kind = serializers.ChoiceField(choices=["final", "red"])
    of = serializers.CharField(allow_blank=True)
    operator = serializers.CharField()
    province = serializers.CharField()
    voucher = serializers.CharField()
    issued_at = serializers.DateTimeField()
    net_fen = serializers.IntegerField()
    vat_fen = serializers.IntegerField()
    gross_fen = serializers.IntegerField()
    lines = InvoiceLineShown(many=True)


class InvoiceList(serializers.Serializer[Any]):
    """A page of invoices, newest first."""

    items = InvoiceShown(many=True)
    next = serializers.CharField(allow_null=True)


def named(row: Any, shape: type[serializers.Serializer[Any]]) -> dict[str, Any]:
    """The members of a shape that the row has under the same name."""
    return {name: getattr(row, name) for name in map(str, shape().fields) if hasattr(row, name)}


def invoice_shown(row: Invoice) -> dict[str, Any]:
    """An invoice as `InvoiceShown`."""
    return named(row, InvoiceShown) | {"of": row.of.number if row.of else "", "lines": row.lines.all()}
