"""One work order of a case: who has it, until when, what is missing, and the form to send it (C-07, C-17)."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from closure import states
from closure.forms.supply import SupplyForm
from closure.models import Case
from closure.pages.opening import case_or_missing, head
from closure.parameters import ATTACHMENT_KB
from closure.queries import order_limit, orders_of, term
from closure.services import supplying
from closure.words import shown
from closure.words.named import home_said, money
from closure.words.order import title_of, who_of
from portal import work_orders
from portal.errors import Invalid, Missing, TooMany
from portal.lexicon import say
from portal.parameters import CHASE_HOURS
from portal.requests import PortalRequest, typed
from portal.work_orders import OrderResult, WorkOrder

TAKES_A_FILE = (OrderResult.DATA_WRONG, OrderResult.ATTACHMENT_MISSING, OrderResult.ATTACHMENT_UNUSABLE)


def page(request: PortalRequest, ref: str, order: str) -> HttpResponse:
    """Template closure/order.html.

    Context: head(), title, change, rows (parts/list), missing, lead, form or None, form_error, button, chase or None,
    supplied sentence. POST `action=supply` sends what is missing; `action=chase` chases, at most once in two hours ⚙.
    """
    case = case_or_missing(request, ref)
    found = next((one for one in orders_of(case) if one.ref == order), None)
    if found is None:
        raise Missing("error.missing")
    if request.method == "POST" and request.POST.get("action") == "chase":
        return _chase(request, case, found)
    form = SupplyForm(typed(request), files=request.FILES or None, lang=request.lang, initial={"sends": found.sends})
    if request.method == "POST" and form.is_valid() and _sent(request, case, found, form):
        return redirect("closure-progress", case.ref)
    status = 422 if form.errors else 200
    return render(request, "closure/order.html", _context(request, case, found, form), status=status)


def _sent(request: PortalRequest, case: Case, order: WorkOrder, form: SupplyForm) -> bool:
    note, sends = form.cleaned_data["note"], form.cleaned_data["sends"]
    try:
        supplying.supply(case, order, note=note, content=form.content(), sends=sends, by=request.actor)
    except Invalid as error:
        form.blame(error)
        return False
    return True


def _chase(request: PortalRequest, case: Case, order: WorkOrder) -> HttpResponse:
    try:
        work_orders.chase(order.key, by=request.actor)
    except TooMany as error:
        form = SupplyForm(None, lang=request.lang)
        context = _context(request, case, order, form) | {"chase_error": error.message(request.lang)}
        return render(request, "closure/order.html", context, status=429)
    return redirect("closure-order", case.ref, order.ref)


def _context(request: PortalRequest, case: Case, order: WorkOrder, form: SupplyForm) -> dict[str, Any]:
    lang, home = request.lang, home_said(case, request.lang)
    asks = order.waits_for == "person" and case.state in supplying.TAKES
    form.fields["attachment"].help_text = say(
        "closure.order.attachment_hint", lang, megabytes=term(case, ATTACHMENT_KB) // 1024
    )
    return {
        **head(case, request, "done"),
        "order": order,
        "title": title_of(order, lang),
        "change": _change(order, lang),
        "rows": _rows(case, order, lang),
        "missing_title": say("closure.order.missing_title", lang, home=home),
        "missing": order.missing if asks else [],
        "lead": say(f"closure.order.lead.{order.result}", lang, home=home) if asks else "",
        "form": form if asks else None,
        "takes_a_file": order.result in TAKES_A_FILE,
        "button": say("closure.order.send" if order.result in TAKES_A_FILE else "closure.order.settled", lang),
        "can_chase": order.waits_for == "province" and case.state in states.OPEN,
        "chase_hours": term(case, CHASE_HOURS),
        "supplied": len(order.facts.get("supplied", [])),
        "reckoned": limit.arithmetic if (limit := order_limit(case, order)) else (),
    }


def _change(order: WorkOrder, lang: str) -> str:
    """What will be different, at what price, from when: told before the money (C-07)."""
    facts = order.facts
    if "change" not in facts:
        return ""
    if not facts["price_fen"] or not facts["on"]:
        return say("closure.order.change_free", lang, change=facts["change"])
    price, on = money(facts["price_fen"], lang), date.fromisoformat(facts["on"])
    return say("closure.order.change", lang, change=facts["change"], price=price, on=on)


def _rows(case: Case, order: WorkOrder, lang: str) -> list[dict[str, str]]:
    state = say(f"order.state.{order.state}", lang)
    if order.chases:
        state = f"{state} · {say('closure.order.chased', lang, n=order.chases)}"
    rows = [("state", state), ("who", who_of(case, order, lang))]
    if order.due_at:
        rows.append(("until", f"{say('closure.order.by', lang, at=order.due_at)} · {shown.left(order.due_at, lang)}"))
    if order.waits_for:
        rows.append(("if_late", _if_late(order, lang)))
    return [{"label": say(f"closure.order.{name}", lang), "value": value} for name, value in rows]


def _if_late(order: WorkOrder, lang: str) -> str:
    if order.waits_for == "person":
        return say("closure.order.late_person", lang)
    return say("closure.order.late_now" if order.state == "ESCALATED" else "closure.order.late_province", lang)


def lines(case: Case, lang: str) -> list[dict[str, Any]]:
    """The orders of a case as lines of its progress page: what, how it stands, whose turn, until when."""
    return [
        {
            "title": title_of(order, lang),
            "state": say(f"order.state.{order.state}", lang),
            "who": who_of(case, order, lang) if order.waits_for else "",
            "limit_at": order.due_at,
            "url": reverse("closure-order", args=[case.ref, order.ref]) if order.waits_for else "",
            "words": say("closure.order.supply" if order.waits_for == "person" else "closure.order.see", lang),
        }
        for order in orders_of(case)
        if order.state != "CANCELLED"
    ]


def asking(case: Case) -> WorkOrder | None:
    """The order that waits for the user, if one does and the case can take what is sent."""
    if case.state not in supplying.TAKES:
        return None
    return next((order for order in orders_of(case) if order.waits_for == "person"), None)
