"""Differences between the ledger and the provinces' books: whose order, until when, and each company's last check."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from bss.provinces import Bss
from portal import clock
from portal.errors import Missing
from portal.keyset import page_of
from portal.lexicon import near_day, say, texts
from portal.permissions import roles_of
from portal.requests import PortalRequest
from portal.work_orders import WorkOrder
from settlement.models import Difference, Reconciliation
from settlement.pages.shown import books_frame, paging
from settlement.queries import numbers_of
from settlement.queries_reconciling import differences_visible_to, latest_runs, orders_of
from settlement.rules.reconciling import DATE
from settlement.services import reconciling
from settlement.states import GONE, STANDING
from settlement.words import company_words

HERE = "settlement-differences"
STATES = {"standing": STANDING, "gone": GONE}


@require_safe
def listed(request: PortalRequest) -> HttpResponse:
    """Fifty differences a page, the newest first, standing or gone; below, the latest run of each company."""
    lang, tab = request.lang, request.GET.get("tab", "")
    tab = tab if tab in STATES else "standing"
    visible = differences_visible_to(request.actor)
    page = page_of(
        visible.filter(state=STATES[tab]), before=request.GET.get("before", ""), after=request.GET.get("after", "")
    )
    orders, numbers = orders_of(page.rows), numbers_of({row.case_ref for row in page.rows})
    context = books_frame(request, HERE) | {
        "tabs": [
            {"url": f"?tab={one}", "words": say(f"books.differences.tab.{one}", lang), "here": one == tab}
            for one in STATES
        ],
        "gone": tab == "gone",
        "standing": visible.filter(state=STANDING).count(),
        "rows": [
            _row(row, orders.get(row.order_key), lang) | {"number": numbers.get(row.case_ref, "")} for row in page.rows
        ],
        "runs": [_run(run, lang) for run in latest_runs(request.actor)],
        "acts": request.actor.role in roles_of("settlement.act"),
        "paging": paging(page, tab=tab),
    }
    return render(request, "settlement/differences.html", context)


@require_POST
def again(request: PortalRequest, province: str) -> HttpResponse:
    """Have one company of the own operator checked again up to yesterday; 404 for one the ledger does not know."""
    bss = Bss(request.actor.operator, province)
    if not any((run.operator, run.province) == (bss.operator, bss.province) for run in latest_runs(request.actor)):
        raise Missing("error.missing")
    reconciling.start(bss, clock.today() - timedelta(days=1), by=request.actor)
    return redirect(HERE)


def _row(row: Difference, order: WorkOrder | None, lang: str) -> dict[str, Any]:
    place = company_words(f"{row.operator}_{row.province}", lang)
    return {
        "row": row,
        "on": near_day(row.on, lang),
        "sentence": _sentence(row, order, place, lang),
        "kind": say(f"books.differences.kind.{row.kind}", lang),
        "account": _account(row.account, lang),
        "theirs_on": say("books.differences.theirs_on", lang, on=row.theirs_on) if row.theirs_on else "",
    }


def _account(account: str, lang: str) -> str:
    """An account of a book; what a province calls something else stands as it says it."""
    key = f"books.differences.account.{account}"
    return say(key, lang) if key in texts() else account


def _sentence(row: Difference, order: WorkOrder | None, place: str, lang: str) -> str:
    """By how much, whose work order, until when."""
    by = "by_day" if row.kind == DATE else "by"
    apart = say(f"books.differences.{by}", lang, apart_fen=abs(row.ours_fen if row.kind == DATE else row.apart_fen))
    facts: dict[str, Any] = {"by": apart, "place": place, "order": order.ref[-4:].lower() if order else ""}
    if row.gone_at is not None:
        return say("books.differences.gone", lang, gone_on=clock.day_of(row.gone_at), **facts)
    if order is None or order.state == "ANSWERED":
        return say("books.differences.answered", lang, **facts)
    if order.due_at is None:
        return say("books.differences.late", lang, **facts)
    return say("books.differences.until", lang, due_on=clock.day_of(order.due_at), **facts)


def _run(run: Reconciliation, lang: str) -> dict[str, Any]:
    tags = {"WAITING": "warn", "AGREED": "ok", "DIFFERS": "block"}
    return {
        "run": run,
        "company": company_words(f"{run.operator}_{run.province}", lang),
        "state": say(f"reconciliation.state.{run.state}", lang),
        "tag": tags[run.state],
    }
