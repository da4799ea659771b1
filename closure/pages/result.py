"""Step 2: all findings on one page, with the sum and one button (C-01)."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from closure import states
from closure.models import Case, Quote
from closure.pages.opening import case_or_missing, head
from closure.parameters import KEEP_FEN
from closure.queries import current_quote, term
from closure.words import disputed, requoted, shown
from closure.words.named import money
from portal.lexicon import say
from portal.requests import PortalRequest

SHOWS_RESULT = (states.FILED, states.VERIFYING, states.HELD, states.QUOTED)


def page(request: PortalRequest, ref: str) -> HttpResponse:
    """Template closure/result.html (htmx asks for the same address while `polling`; then `parts/…` of the page).

    Context: head(), title, charging (note), cells (six), answered, asked, unanswered (sentence or ""), todo and mind
    (finding cards), fees (parts/fees), requoted (requoted.of) or None, valid_until, next_url, withdraw_url, polling.
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
        "title": _title(case, quote, cards, lang),
        "charging": shown.charging(case, lang),
        "cells": cells,
        "seconds": _seconds(case),
        "unanswered": _unanswered(case, cells, lang),
        "fees": shown.fees(quote, lang) if quote else None,
        "requoted": requoted.of(quote, lang) if quote else None,
        "disputes": disputed.rows(case, lang) if quote else [],
        "valid_until": quote.valid_until if quote else None,
        "next_url": _next(case, quote),
        "keep": _keep(case, lang) if quote else "",
        "withdraw_url": reverse("closure-withdraw", args=[case.ref]),
        "polling": checking,
        "every": "600ms",
    }


def _keep(case: Case, lang: str) -> str:
    """What keeping the number costs: said on this page, once, and never again (C-19)."""
    return say("closure.keep.text", lang, price=money(term(case, KEEP_FEN), lang))


def _title(case: Case, quote: Quote | None, cards: dict[str, list[dict[str, Any]]], lang: str) -> str:
    """What is to be done next, by whom: fix, pay, choose where the refund goes, or just go on."""
    if case.state in (states.FILED, states.VERIFYING):
        return say("closure.result.checking", lang)
    if case.state == states.HELD and case.owner == "counter":
        return str(cards["todo"][0]["title"])
    if quote is None and cards["todo"]:
        return say("closure.result.todo", lang, n=len(cards["todo"]))
    if quote is None or quote.total_fen == 0:
        return say("closure.result.clear", lang)
    return say("closure.result.refund" if quote.total_fen < 0 else "closure.result.pay", lang)


def _seconds(case: Case) -> int:
    last = max((check.answered_at for check in case.checks.all() if check.answered_at), default=None)
    return max(1, round((last - case.filed_at).total_seconds())) if last and case.filed_at else 0


def _unanswered(case: Case, cells: list[dict[str, str]], lang: str) -> str:
    if not any(cell.get("more") for cell in cells) or case.limit_at is None:
        return ""
    return say("closure.result.unanswered", lang, limit_at=case.limit_at)


def _next(case: Case, quote: Quote | None) -> str:
    return reverse("closure-unbind", args=[case.ref]) if quote else ""
