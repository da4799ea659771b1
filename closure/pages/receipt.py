"""The receipt: what was paid or is due back, who collected for whom, and the chain's head (C-18, S-01, D-03)."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render

from closure.models import Case
from closure.pages.opening import case_or_missing, head
from closure.rules.balance import papers_number
from closure.words import shown
from closure.words.receipt import GIVEN_BACK, Paper, entries, invoices_of, paper_of, paper_rows, paper_words
from portal.errors import Missing
from portal.lexicon import say
from portal.requests import PortalRequest
from settlement.pages.invoices import invoice_file
from settlement.queries_invoices import invoices_under


def page(request: PortalRequest, ref: str) -> HttpResponse:
    """Template closure/receipt.html, context: head(), title, rows, invoices, fees, entries, chain_head.

    A case that is not settled has none: back to its progress.
    """
    case = case_or_missing(request, ref)
    paper = paper_of(case)
    if paper is None:
        return redirect("closure-progress", case.ref)
    lang = request.lang
    context = head(case, request, "done") | {
        "title": paper_words(paper, lang),
        "invoice": paper.payment is not None,
        "rows": paper_rows(case, paper, lang),
        "invoices": invoices_of(case, lang),
        "fees": _fees(case, paper, lang),
        "entries": entries(case, lang),
        "chain_head": say("closure.receipt.chain", lang, head=paper.link.hash[:16]),
        "owner": settings.SITE_OWNER or say("chrome.demo", lang),
    }
    return render(request, "closure/receipt.html", context)


def invoice_pdf(request: PortalRequest, ref: str, number: str) -> HttpResponse:
    """An invoice of the case, or a red note of it, as it was signed; 404 until it is there (S-04)."""
    case = case_or_missing(request, ref)
    row = invoices_under(papers_number(case.case_no)).filter(number=number).first()
    if row is None:
        raise Missing("error.missing")
    return invoice_file(row)


def _fees(case: Case, paper: Paper, lang: str) -> dict[str, Any]:
    """The quote's lines; what was still to be paid is paid, or is taken back with the case."""
    fees = shown.fees(paper.quote, lang)
    if paper.payment is None:
        return fees
    what = "credited" if case.state in GIVEN_BACK else "paid"
    return fees | {"total_label": say(f"closure.receipt.total.{what}", lang)}
