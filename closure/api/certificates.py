"""The certificate: the holder's own, and the public check (C-11)."""

from __future__ import annotations

from typing import Any, ClassVar

from closure.api import shown
from closure.api.shapes import CertificateShown, CertificateVerdict
from closure.models import Certificate
from closure.queries import certificate_by_number, certificate_of
from closure.queries.after import standing_of
from closure.services import certificate as certificates
from portal.api.fields import Digits, Sent
from portal.api.operations import Answer, Call, operation
from portal.errors import Missing
from portal.signing import is_genuine


class CertificateAsked(Sent):
    """Twelve digits open nothing without the closed number's last four."""

    number = Digits(12)
    last4 = Digits(4)
    example: ClassVar[dict[str, Any]] = {"number": "000000000000", "last4": "0000"}


def _own(call: Call) -> Certificate:
    certificate = certificate_of(shown.case_of(call))
    if certificate is None:
        raise Missing(shown.MISSING)
    return certificate


def _rows(words: dict[str, Any]) -> list[dict[str, str]]:
    return [{"label": label, "value": value} for label, value in words["rows"]]


@operation("closures_certificate", "closure.look", answer=CertificateShown, rules=("C-11",))
def own(call: Call) -> dict[str, Any]:
    """Show the certificate of a closed number; `sha256` is of the PDF once that is rendered."""
    certificate = _own(call)
    words = certificates.words_of(certificate, call.lang)
    return {
        "ref": certificate.ref,
        "title": words["title"],
        "sentence": words["sentence"],
        "rows": _rows(words),
        "address": certificates.address_of(certificate),
        "issued_at": certificate.issued_at,
        "rendered_at": certificate.rendered_at,
        "sha256": certificate.sha256,
    }


@operation("closures_certificate_pdf", "closure.look", media="application/pdf", rules=("C-11",))
def pdf(call: Call) -> Answer:
    """Give the signed PDF: the stored bytes, as they were signed."""
    certificate = _own(call)
    if certificate.pdf is None:
        raise Missing(shown.MISSING)
    name = f'attachment; filename="{certificate.case.case_no}.pdf"'
    return Answer(bytes(certificate.pdf), headers={"Content-Disposition": name, "X-Content-Type-Options": "nosniff"})


@operation("certificates_read", "closure.check-certificate", answer=CertificateVerdict, rules=("C-11",))
def by_ref(call: Call) -> dict[str, Any]:
    """Check a certificate by the id its QR holds: masked facts, for everybody."""
    return _verdict(Certificate.objects.filter(ref=call.path["ref"]).first(), call.lang)


@operation(
    "certificates_check",
    "closure.check-certificate",
    answer=CertificateVerdict,
    body=CertificateAsked,
    rules=("C-11",),
)
def by_number(call: Call) -> dict[str, Any]:
    """Check a certificate by its printed number and the closed number's last four digits.

    Five looks in ten minutes for an address.
    """
    certificates.count_look_up(call.address)
    return _verdict(certificate_by_number(call.body["number"], call.body["last4"]), call.lang)


def _verdict(certificate: Certificate | None, lang: str) -> dict[str, Any]:
    if certificate is None or (certificate.pdf is not None and not is_genuine(bytes(certificate.pdf))):
        raise Missing("error.api.certificate", rule_id="C-11")
    words = certificates.words_of(certificate, lang)
    standing = standing_of(certificate)
    told = {"standing": standing.word, "in_force": standing.in_force}
    return {"genuine": True, **told, "title": words["title"], "rows": _rows(words)}
