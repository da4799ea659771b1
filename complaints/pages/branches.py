"""Branch watch: the two clocks, what branches answer and return, and who slows down at the month's end (C-13, C-21)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from closure.parameters import MEAN_MINUTES
from complaints.pages.shown import bss_words, staff_frame
from complaints.watch import DAYS, branches, clocks, days_of_month, dips
from portal import clock
from portal.lexicon import say
from portal.parameters import value_of
from portal.requests import PortalRequest

HERE = "oversight-branches"


def page(request: PortalRequest) -> HttpResponse:
    """The last ninety days of what is in scope; every figure is a count of rows, nothing is estimated."""
    now = clock.now()
    since = now - timedelta(days=DAYS)
    found = dips(request.actor, since=since, until=clock.today() - timedelta(days=1))
    context = staff_frame(request, HERE) | {
        "now": now,
        "days": DAYS,
        "clocks": [_clock_row(row, request) for row in clocks(request.actor, since=since)],
        "branches": [
            {"row": row, "bss": bss_words(row.operator, row.province, request)}
            for row in branches(request.actor, since=since)
        ],
        "months": [
            {
                "row": row,
                "bss": bss_words(row.operator, row.province, request),
                "settled": _span(row.settled_mean, request.lang),
            }
            for row in days_of_month(request.actor, since=since)
        ],
        "dips": [
            {
                "bss": bss_words(*place, request),
                "at_end": f"{float(dip.at_end):.1f}",
                "otherwise": f"{float(dip.otherwise):.1f}",
            }
            for place, dip in sorted(found.items())
        ],
    }
    return render(request, "complaints/branches.html", context)


def _clock_row(row: Any, request: PortalRequest) -> dict[str, Any]:
    mean = value_of(MEAN_MINUTES, operator=row.operator, province=row.province, on=clock.today())
    return {
        "row": row,
        "bss": bss_words(row.operator, row.province, request),
        "late": row.settled_mean is not None and row.settled_mean > mean,
        "settled": _span(row.settled_mean, request.lang),
        "longest": _span(row.settled_longest, request.lang),
        "filed": _span(row.filed_mean, request.lang),
    }


def _span(minutes: int | None, lang: str) -> str:
    """12 分钟, or 3 小时 5 分钟."""
    if minutes is None:
        return ""
    if minutes < 60:
        return say("oversight.branches.minutes", lang, n=minutes)
    return say("oversight.branches.hours", lang, hours=minutes // 60, minutes=minutes % 60)
