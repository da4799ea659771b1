"""The receipt: what was paid or is due back, who collected for whom, and the chain's head (C-18, S-01, D-03)."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render

from closure.models import Case
from closure.pages.opening import case_or_missing, head
from closure.words import shown
from closure.words.receipt import GIVEN_BACK, Paper, entries, paper_of, paper_rows, paper_words
from portal.lexicon import say
from portal.requests import PortalRequest


def page(request: PortalRequest, ref: str) -> HttpResponse:
    """Template closure/receipt.html, context: head(), title, rows [{label, value}], fees, entries, chain_head.

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
        "fees": _fees(case, paper, lang),
        "entries": entries(case, lang),
        "chain_head": say("closure.receipt.chain", lang, head=paper.link.hash[:16]),
        "owner": settings.SITE_OWNER or say("chrome.demo", lang),
    }
    return render(request, "closure/receipt.html", context)


def _fees(case: Case, paper: Paper, lang: str) -> dict[str, Any]:
    """The quote's lines; what was still to be paid is paid, or is taken back with the case."""
    fees = shown.fees(paper.quote, lang)
    if paper.payment is None:
        return fees
    what = "credited" if case.state in GIVEN_BACK else "paid"
    return fees | {"total_label": say(f"closure.receipt.total.{what}", lang)}
