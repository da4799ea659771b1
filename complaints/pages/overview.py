"""The overview: true counts of what is in scope, each with the way to its rows."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from complaints.pages.shown import bss_words, place, staff_frame
from complaints.queries import Standing, last_check, late_cases, standings
from portal import clock
from portal.requests import PortalRequest

LATE_SHOWN = 20


def overview(request: PortalRequest) -> HttpResponse:
    """Counts by operator with their sum, the latest cases beyond their limit, and the chain's last verification."""
    now = clock.now()
    rows = standings(request.actor, now=now)
    context = staff_frame(request, "oversight") | {
        "now": now,
        "total": _total(rows),
        "rows": [{"operator": place("operator", row.operator, request), "n": row} for row in rows],
        "late": [
            {"case": case, "bss": bss_words(case.operator, case.province, request)}
            for case in late_cases(request.actor, now=now, limit=LATE_SHOWN)
        ],
        "check": last_check(),
    }
    return render(request, "complaints/overview.html", context)


def _total(rows: list[Standing]) -> Standing:
    return Standing(
        "",
        open=sum(row.open for row in rows),
        closed=sum(row.closed for row in rows),
        withdrawn=sum(row.withdrawn for row in rows),
        late=sum(row.late for row in rows),
        obstructions=sum(row.obstructions for row in rows),
    )
