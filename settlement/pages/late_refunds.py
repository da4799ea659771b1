"""Refunds that were or are later than promised, and what that would cost (S-05)."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portal import clock
from portal.keyset import page_of
from portal.lexicon import say
from portal.requests import PortalRequest
from settlement.models import Payout
from settlement.pages.shown import books_frame, paging
from settlement.queries import numbers_of
from settlement.queries_late import late_refunds_visible_to, still_out, totals
from settlement.words import company_words

HERE = "settlement-late-refunds"
MOST_OUT = 50


@require_safe
def listed(request: PortalRequest) -> HttpResponse:
    """Fifty late refunds a page, the newest first, with their sum; above them what is still out, the longest first."""
    lang, today = request.lang, clock.today()
    rows = late_refunds_visible_to(request.actor)
    page = page_of(rows, before=request.GET.get("before", ""), after=request.GET.get("after", ""))
    out = list(still_out(request.actor, today=today)[:MOST_OUT])
    numbers = numbers_of({one.case_ref for one in page.rows} | {one.case_ref for one in out})
    context = books_frame(request, HERE) | {
        "out": [
            {
                "row": one,
                "number": numbers.get(one.case_ref, ""),
                "company": _company(one, lang),
                "state": say(f"payout.state.{one.state}", lang),
                "days": (today - one.promised_on).days if one.promised_on else 0,
            }
            for one in out
        ],
        "rows": [
            {
                "row": one,
                "number": numbers.get(one.case_ref, ""),
                "company": company_words(f"{one.operator}_{one.province}", lang),
            }
            for one in page.rows
        ],
        "sum": totals(rows),
        "paging": paging(page),
    }
    return render(request, "settlement/late_refunds.html", context)


def _company(payout: Payout, lang: str) -> str:
    return company_words(f"{payout.operator}_{payout.home_province}", lang)
