"""One order at the desk: the home province answers it, the visited store chases it and sends what was missing."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render

from closure.forms.supply import SupplyForm
from closure.models import Case, Supplement
from closure.pages.order import TAKES_A_FILE
from closure.parameters import ATTACHMENT_KB
from closure.queries import order_limit, term
from closure.services import answering, supplying
from closure.words.named import home_words
from closure.words.order import title_of
from closure.words.shown import left
from desk.forms import AnswerForm
from desk.pages.shown import staff_frame
from desk.queries import orders_here
from portal import work_orders
from portal.errors import Invalid, Missing, Refused
from portal.lexicon import say
from portal.requests import PortalRequest, typed
from portal.work_orders import WorkOrder

TYPES = {"pdf": "application/pdf", "jpeg": "image/jpeg", "png": "image/png"}


def page(request: PortalRequest, ref: str) -> HttpResponse:
    """404 outside the clerk's scope. POST `action` answer (home province), supply or chase (visited store)."""
    order, case = _found(request, ref)
    action = request.POST.get("action", "") if request.method == "POST" else ""
    answer = AnswerForm(typed(request) if action == "answer" else None, lang=request.lang)
    sent = request.FILES if action == "supply" else None
    supply = SupplyForm(
        typed(request) if action == "supply" else None, files=sent, lang=request.lang, initial={"sends": order.sends}
    )
    if action == "chase" and not _is_home(request, order):
        work_orders.chase(order.key, by=request.actor)
        return redirect("desk-order", order.ref)
    if action == "answer" and answer.is_valid() and _answered(request, case, order, answer):
        return redirect("desk-orders")
    if action == "supply" and supply.is_valid() and _supplied(request, case, order, supply):
        return redirect("desk-order", order.ref)
    context = _context(request, order, case) | {"answer": answer, "supply": supply}
    return render(request, "desk/order.html", context, status=422 if answer.errors or supply.errors else 200)


def file(request: PortalRequest, ref: str, file: str) -> HttpResponse:
    """POST: the attachment itself; that somebody looked is in the audit chain and on the holder's page (D-02)."""
    order, case = _found(request, ref)
    row = Supplement.objects.filter(case=case, order_ref=order.ref, ref=file).exclude(kind="").first()
    if request.method != "POST" or row is None:
        raise Missing("error.missing")
    answer = HttpResponse(supplying.content_of(row, by=request.actor), content_type=TYPES[row.kind])
    answer.headers["Content-Disposition"] = f'attachment; filename="{row.ref}.{row.kind}"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _found(request: PortalRequest, ref: str) -> tuple[WorkOrder, Case]:
    order = orders_here(request.actor).filter(ref=ref).first()
    case = Case.objects.filter(ref=order.case_ref).first() if order else None
    if order is None or case is None:
        raise Missing("error.missing")
    return order, case


def _is_home(request: PortalRequest, order: WorkOrder) -> bool:
    return order.province == request.actor.province


def _answered(request: PortalRequest, case: Case, order: WorkOrder, form: AnswerForm) -> bool:
    if not _is_home(request, order):
        raise Refused("error.refused", rule_id="C-17")
    try:
        answering.answer(case, order.key, form.cleaned_data["result"], missing=form.lines(), by=request.actor)
    except Invalid as error:
        form.blame(error)
        return False
    return True


def _supplied(request: PortalRequest, case: Case, order: WorkOrder, form: SupplyForm) -> bool:
    note, sends = form.cleaned_data["note"], form.cleaned_data["sends"]
    try:
        supplying.supply(case, order, note=note, content=form.content(), sends=sends, by=request.actor)
    except Invalid as error:
        form.blame(error)
        return False
    return True


def _context(request: PortalRequest, order: WorkOrder, case: Case) -> dict[str, Any]:
    lang, home = request.lang, _is_home(request, order)
    limit = order_limit(case, order)
    sent = Supplement.objects.filter(case=case, order_ref=order.ref).order_by("pk")
    return staff_frame(request) | {
        "order": order,
        "case": case,
        "title": title_of(order, lang),
        "number": case.number.masked,
        "home": home_words(case, lang),
        "visiting": say(f"province.{case.visiting_province}", lang) if case.visiting_province else "",
        "state": say(f"order.state.{order.state}", lang),
        "left": left(order.due_at, lang) if order.due_at else "",
        "reckoned": limit.arithmetic if limit else (),
        "answers": [
            {"row": one, "result": say(f"order.result.{one.result}", lang)} for one in order.answers.order_by("pk")
        ],
        "sent": [{"row": one, "note": supplying.note_of(one)} for one in sent],
        "may_answer": home and order.waits_for == "province",
        "may_chase": not home and order.waits_for == "province",
        "may_supply": not home and order.waits_for == "person" and case.state in supplying.TAKES,
        "takes_a_file": order.result in TAKES_A_FILE,
        "megabytes": term(case, ATTACHMENT_KB) // 1024,
    }
