"""Invoices: the list and one of them for finance, its paper, and the public check its code leads to (S-04)."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portal.errors import Missing
from portal.keyset import page_of
from portal.requests import PortalRequest
from portal.signing import is_genuine
from settlement.models import Invoice
from settlement.pages.shown import books_frame, download, paging
from settlement.queries_invoices import invoices_visible_to, paper_bytes
from settlement.words import company_words
from settlement.words_invoices import paper_words, rate_words, rows_of, title_of

HERE = "settlement-invoices"


@require_safe
def listed(request: PortalRequest) -> HttpResponse:
    """Fifty invoices and red notes a page, the newest first."""
    rows = invoices_visible_to(request.actor)
    page = page_of(rows, before=request.GET.get("before", ""), after=request.GET.get("after", ""))
    lang = request.lang
    context = books_frame(request, HERE) | {
        "rows": [
            {"row": one, "title": title_of(one, lang), "seller": company_words(f"{one.operator}_{one.province}", lang)}
            for one in page.rows
        ],
        "paging": paging(page),
    }
    return render(request, "settlement/invoices.html", context)


@require_safe
def invoice(request: PortalRequest, number: str) -> HttpResponse:
    """One invoice with its lines, its red notes and its transfer; 404 outside the scope."""
    row = _found(request, number)
    lang = request.lang
    context = books_frame(request, HERE) | {
        "row": row,
        "title": title_of(row, lang),
        "rows": rows_of(row, lang),
        "lines": [
            {"line": one, "words": f"invoice.kind.{one.kind}", "rate": rate_words(one.rate)} for one in row.lines.all()
        ],
        "reds": list(row.reds.order_by("pk")),
        "printed": paper_bytes(row) is not None,
    }
    return render(request, "settlement/invoice.html", context)


@require_safe
def pdf(request: PortalRequest, number: str) -> HttpResponse:
    """The stored bytes, as they were signed; 404 outside the scope, and until they are there."""
    return invoice_file(_found(request, number))


@require_safe
def check(request: PortalRequest, ref: str) -> HttpResponse:
    """Public: what the code on the paper leads to. Template settlement/invoice_check.html; masked facts only."""
    row = Invoice.objects.select_related("of").filter(ref=ref).first()
    paper = paper_bytes(row) if row is not None else None
    if row is None or (paper is not None and not is_genuine(paper)):
        return render(request, "settlement/invoice_check.html", {"found": False}, status=404)
    context = paper_words(row, request.lang) | {"found": True, "reds": list(row.reds.order_by("pk"))}
    return render(request, "settlement/invoice_check.html", context)


def invoice_file(row: Invoice) -> HttpResponse:
    """The signed PDF as a download; raises Missing until it is there."""
    stored = paper_bytes(row)
    if stored is None:
        raise Missing("error.missing")
    return download(stored, "application/pdf", f"{row.number}.pdf")


def _found(request: PortalRequest, number: str) -> Invoice:
    row = invoices_visible_to(request.actor).filter(number=number).first()
    if row is None:
        raise Missing("error.missing")
    return row
