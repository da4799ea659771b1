"""The orders between provinces: those to answer here, and those sent from here, by deadline only (C-17)."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from closure.models import Case
from closure.words.named import home_words
from closure.words.order import title_of
from closure.words.shown import left
from desk.pages.paging import next_url, place_of
from desk.pages.shown import pace_of, staff_frame
from desk.queries import ALL, PAGE_SIZE, TABS, orders_after, waiting_orders
from portal import clock
from portal.lexicon import say
from portal.requests import PortalRequest
from portal.work_orders import WorkOrder


def order_list(request: PortalRequest) -> HttpResponse:
    """Orders of the clerk's scope that wait for an answer, fifty a page; late ones stand on top."""
    tab = request.GET.get("tab", ALL)
    tab = tab if tab in TABS else ALL
    orders = waiting_orders(request.actor, tab)
    if (place := place_of(request.GET.get("after", ""))) is not None:
        orders = orders_after(orders, *place)
    rows = list(orders[: PAGE_SIZE + 1])
    found = rows[:PAGE_SIZE]
    cases = {case.ref: case for case in Case.objects.filter(ref__in=[order.case_ref for order in found])}
    lang = request.lang
    context = staff_frame(request) | {
        "now": clock.now(),
        "order_tabs": [
            {"words": say(f"desk.orders.tab.{one}", lang), "url": f"?tab={one}", "here": one == tab} for one in TABS
        ],
        "paging": {
            "older": next_url(tab, found[-1].due_at, found[-1].pk) if len(rows) > PAGE_SIZE else "",
            "newer": "",
        },
        "rows": [_row(order, cases[order.case_ref], lang) for order in found if order.case_ref in cases],
    }
    return render(request, "desk/orders.html", context)


def _row(order: WorkOrder, case: Case, lang: str) -> dict[str, Any]:
    return {
        "order": order,
        "title": title_of(order, lang),
        "number": case.number.masked,
        "case_no": case.case_no,
        "home": home_words(case, lang),
        "visiting": say(f"province.{case.visiting_province}", lang) if case.visiting_province else "",
        "state": say(f"order.state.{order.state}", lang),
        "left": left(order.due_at, lang) if order.due_at else "",
        "pace": pace_of(order.due_at) if order.due_at else "late" if order.state == "ESCALATED" else "calm",
    }
