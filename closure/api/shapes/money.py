"""The quote, and the money that follows from it (C-05, C-18)."""

from __future__ import annotations

from rest_framework import serializers

from closure.api.shapes.answered import Answered
from closure.api.shapes.certificate import CertificateRow


class PenaltyTerms(Answered):
    """Which formula of the province's, when it was published, and when the contract was signed (C-03)."""

    version = serializers.CharField()
    published_on = serializers.DateField(allow_null=True)
    signed_on = serializers.DateField(allow_null=True)
    published_before_signing = serializers.BooleanField()
    words = serializers.CharField()


class QuoteLineShown(Answered):
    """One line, with everything needed to work it out again."""

    position = serializers.IntegerField()
    kind = serializers.CharField()
    words = serializers.CharField()
    formula = serializers.CharField()
    terms = PenaltyTerms(allow_null=True, help_text="Of a penalty: what decides whether its formula holds (C-03).")
    figures = serializers.DictField(child=serializers.JSONField(allow_null=True))
    fen = serializers.IntegerField()
    claimed_fen = serializers.IntegerField(allow_null=True)
    document = serializers.CharField()
    item = serializers.CharField()
    rule_id = serializers.CharField()


class QuoteChange(Answered):
    """One line that differs from the quote before; null where it was, or is, not there."""

    kind = serializers.CharField()
    item = serializers.CharField()
    words = serializers.CharField()
    before_fen = serializers.IntegerField(allow_null=True)
    after_fen = serializers.IntegerField(allow_null=True)


class QuoteReplaced(Answered):
    """What this quote changes in the one it replaces, line by line."""

    seq = serializers.IntegerField()
    total_fen = serializers.IntegerField()
    changes = QuoteChange(many=True)


class QuoteShown(Answered):
    """A quote: above zero is to be paid, below zero to be refunded. `seq` is what If-Match takes."""

    seq = serializers.IntegerField()
    in_force = serializers.BooleanField()
    total_fen = serializers.IntegerField()
    made_at = serializers.DateTimeField()
    valid_until = serializers.DateTimeField()
    parameters = serializers.DictField(child=serializers.JSONField(allow_null=True))
    lines = QuoteLineShown(many=True)
    replaces = QuoteReplaced(allow_null=True, help_text="Null for the first quote.")


class QuoteList(Answered):
    """Every quote of a closure, newest first."""

    items = QuoteShown(many=True)


class PaymentShown(Answered):
    """One payment. `pay_url` is the provider's page, empty until the charge is open."""

    ref = serializers.CharField()
    fen = serializers.IntegerField()
    method = serializers.ChoiceField(["card", "wallet", "cash"])
    state = serializers.ChoiceField(["INTENDED", "SENT", "UNKNOWN", "PAID", "REFUSED", "EXPIRED"])
    pay_url = serializers.CharField()
    not_after = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)


class PaymentList(Answered):
    """The payments of a closure, newest first."""

    items = PaymentShown(many=True)


class RefundShown(Answered):
    """Where a refund goes, and by when; `number` is the slip's, the ledger's and the credit note's (C-18)."""

    number = serializers.CharField()
    fen = serializers.IntegerField()
    route = serializers.CharField()
    words = serializers.CharField()
    last4 = serializers.CharField()
    state = serializers.CharField()
    arrives_by_on = serializers.DateField(allow_null=True)
    days_late = serializers.IntegerField(help_text="Whole days after the promised one (S-05).")
    compensation_fen = serializers.IntegerField(help_text="What that would cost; reported, and not paid by itself.")
    check_until = serializers.DateTimeField(allow_null=True, help_text="Until when a second person checks a large one.")


class LedgerEntry(Answered):
    """A transfer that stands under the number; a credit note is below zero and names what it undoes."""

    n = serializers.IntegerField()
    ref = serializers.CharField()
    purpose = serializers.CharField()
    words = serializers.CharField()
    at = serializers.DateTimeField()
    fen = serializers.IntegerField()
    reverses = serializers.CharField()


class Receipt(Answered):
    """The receipt of a settled closure: bill, slip, ledger entries and credit notes under one number (C-18)."""

    number = serializers.CharField()
    entries = LedgerEntry(many=True)
    title = serializers.CharField()
    rows = CertificateRow(many=True)
    chain_head = serializers.CharField()


class RestoringShown(Answered):
    """A payment into a line by its number; nothing about the line is said."""

    ref = serializers.CharField()
    state = serializers.ChoiceField(["ASKED", "PAID", "RESTORED", "FAILED", "RETURNED"])
    fen = serializers.IntegerField()
    pay_url = serializers.CharField()
