"""The certificate (C-11), and the way to a closure without its line (C-05)."""

from __future__ import annotations

from rest_framework import serializers

from closure.api.shapes.answered import Answered
from closure.queries.after import STANDINGS


class CertificateRow(Answered):
    """One fact of a certificate, masked."""

    label = serializers.CharField()  # type: ignore[assignment]  # a member, not the attribute
    value = serializers.CharField()


class CertificateShown(Answered):
    """A certificate as it is printed."""

    ref = serializers.CharField()
    title = serializers.CharField()
    sentence = serializers.CharField()
    rows = CertificateRow(many=True)
    address = serializers.CharField()
    issued_at = serializers.DateTimeField()
    rendered_at = serializers.DateTimeField(allow_null=True)
    sha256 = serializers.CharField()


class CertificateVerdict(Answered):
    """A genuine certificate's masked facts."""

    genuine = serializers.BooleanField()
    standing = serializers.ChoiceField(sorted(STANDINGS))
    in_force = serializers.BooleanField(help_text="Whether it still proves that the number is closed.")
    title = serializers.CharField()
    rows = CertificateRow(many=True)


class FoundTicket(Answered):
    """The same whether the closure exists or not."""

    ticket = serializers.CharField()
    digits = serializers.IntegerField()
    expires_at = serializers.DateTimeField()
