"""Step 2: all findings on one page, with the sum and one button (C-01)."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from closure import states
from closure.models import Case, Quote
from closure.pages import shown
from closure.pages.opening import case_or_missing, head
from closure.queries import current_quote
from portal.lexicon import say
from portal.requests import PortalRequest

SHOWS_RESULT = (states.FILED, states.VERIFYING, states.HELD, states.QUOTED)


def page(request: PortalRequest, ref: str) -> HttpResponse:
    """Template closure/result.html (htmx asks for the same address while `polling`; then `parts/…` of the page).

    Context: head(), title, charging (note), cells (six), answered, asked, unanswered (sentence or ""), todo and mind
    (finding cards), fees (parts/fees) or None, valid_until, next_url, next_words, withdraw_url, polling.
    """
    case = case_or_missing(request, ref)
    if case.state not in SHOWS_RESULT:
        return redirect("closure-progress", case.ref)
    return render(request, "closure/result.html", _context(case, request))


def _context(case: Case, request: PortalRequest) -> dict[str, Any]:
    lang = request.lang
    quote = current_quote(case) if case.state == states.QUOTED else None
    checking = case.state in (states.FILED, states.VERIFYING)
    cards = shown.findings(case, lang) if not checking else {"todo": [], "mind": []}
    cells = shown.cells(case, lang)
    return {
        **head(case, request, "result"),
        **cards,
        "title": _title(case, cards, lang),
        "charging": shown.charging(case, lang),
        "cells": cells,
        "seconds": _seconds(case),
        "unanswered": _unanswered(case, cells, lang),
        "fees": shown.fees(quote, lang) if quote else None,
        "valid_until": quote.valid_until if quote else None,
        "next_url": _next(case, quote),
        "withdraw_url": reverse("closure-withdraw", args=[case.ref]),
        "polling": checking,
        "every": "600ms",
    }


def _title(case: Case, cards: dict[str, list[dict[str, Any]]], lang: str) -> str:
    if case.state in (states.FILED, states.VERIFYING):
        return say("closure.result.checking", lang)
    if cards["todo"]:
        return say("closure.result.todo", lang, n=len(cards["todo"]))
    return say("closure.result.clear", lang)


def _seconds(case: Case) -> int:
    last = max((check.answered_at for check in case.checks.all() if check.answered_at), default=None)
    return max(1, round((last - case.filed_at).total_seconds())) if last and case.filed_at else 0


def _unanswered(case: Case, cells: list[dict[str, str]], lang: str) -> str:
    if not any(cell.get("more") for cell in cells) or case.limit_at is None:
        return ""
    return say("closure.result.unanswered", lang, limit_at=case.limit_at)


def _next(case: Case, quote: Quote | None) -> str:
    return reverse("closure-unbind", args=[case.ref]) if quote else ""
