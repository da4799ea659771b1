"""The printed invoice: rendered once after it was issued, signed, its bytes stored once (S-04)."""

from __future__ import annotations

import hashlib
import json
from importlib.resources import files
from pathlib import Path

import pylopdf_fonts_zh_cn
import segno
import typst
from django.conf import settings
from django.db import transaction
from django.urls import reverse

from portal import audit, clock
from portal.actors import Actor
from portal.moving import move, release_lease
from portal.signing import sign_document
from portal.sweeping import work_due
from settlement.models import Invoice, InvoicePaper
from settlement.states import ARCHIVED
from settlement.words_invoices import paper_words

FONTS = Path(pylopdf_fonts_zh_cn.__file__).parent
TEMPLATE = files("settlement") / "documents" / "invoice.typ"


def print_due(*, by: Actor, limit: int = 20) -> int:
    """Print the invoices that have no paper yet; returns how many were due."""

    def work(pk: int, fence: int) -> None:
        render(Invoice.objects.get(pk=pk), by=by)
        release_lease(Invoice, pk, fence)

    return work_due(Invoice, work, limit=limit)


def render(invoice: Invoice, *, by: Actor) -> InvoicePaper:
    """Render and sign the PDF when it is not there yet, and store it once. Outside transactions.

    Raises Conflict when another was faster.
    """
    made = InvoicePaper.objects.filter(invoice=invoice).first()
    if made is not None:
        return made
    pdf = sign_document(_pdf_of(invoice))
    digest = hashlib.sha256(pdf).hexdigest()
    with transaction.atomic(durable=True):
        move(invoice, ARCHIVED, by=by, reason="printed and signed", rules=("S-04",), due_at=None, owner="")
        made = InvoicePaper.objects.create(invoice=invoice, pdf=pdf, sha256=digest, at=clock.now())
        facts = {"number": invoice.number, "sha256": digest}
        name = "invoice.printed"
        audit.record(name, subject_ref=invoice.case_ref, by=by, chain=invoice.province, rules=("S-04",), facts=facts)
    return made


def address_of(invoice: Invoice) -> str:
    """The public address that checks this invoice."""
    return str(settings.SITE_URL) + reverse("invoice-check", args=[invoice.ref])


def sources_of(invoice: Invoice) -> dict[str, str]:
    """What the template is given: the words, and the QR of the check address as SVG (ECC Q)."""
    address = address_of(invoice)
    data = json.dumps(paper_words(invoice, invoice.lang) | {"address": address}, ensure_ascii=False)
    qr = segno.make(address, error="q", micro=False).svg_inline(border=2, omitsize=True)
    return {"data": data, "qr": str(qr)}


def _pdf_of(invoice: Invoice) -> bytes:
    """The unsigned PDF: one A4 page."""
    pdf = typst.compile(  # type: ignore[misc]
        TEMPLATE.read_bytes(), font_paths=[str(FONTS)], sys_inputs=sources_of(invoice), ignore_system_fonts=True
    )
    if not isinstance(pdf, bytes):
        raise TypeError("typst made no PDF")
    return pdf
