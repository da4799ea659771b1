"""The worklist: the legal clock is the only order."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from closure.models import Case
from closure.words.named import home_words
from desk.pages.paging import next_url, place_of
from desk.pages.shown import staff_frame, waiting
from desk.queries import ALL, PAGE_SIZE, TABS, after_deadline, open_cases
from portal import clock
from portal.lexicon import say
from portal.requests import PortalRequest


def worklist(request: PortalRequest) -> HttpResponse:
    """Open cases of the clerk's scope by deadline, fifty a page; late ones stand on top because they fall due first."""
    tab = request.GET.get("tab", ALL)
    tab = tab if tab in TABS else ALL
    cases = open_cases(request.actor, tab)
    if (place := place_of(request.GET.get("after", ""))) is not None:
        cases = after_deadline(cases, *place)
    found = list(cases[: PAGE_SIZE + 1])
    shown = found[:PAGE_SIZE]
    context = staff_frame(request) | {
        "now": clock.now(),
        "tabs": [
            {"words": say(f"desk.tab.{one}", request.lang), "url": f"?tab={one}", "here": one == tab} for one in TABS
        ],
        "rows": [_row(case, request.lang) for case in shown],
        "paging": {
            "older": next_url(tab, shown[-1].limit_at, shown[-1].pk) if len(found) > PAGE_SIZE else "",
            "newer": "",
        },
    }
    return render(request, "desk/worklist.html", context)


def _row(case: Case, lang: str) -> dict[str, Any]:
    return {
        "case": case,
        "number": case.number.masked,
        "home": home_words(case, lang),
        "visiting": say(f"province.{case.visiting_province}", lang) if case.visiting_province else "",
        "waiting": waiting(case, lang),
    }
