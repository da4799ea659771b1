"""Step 4, the other way: where the refund goes (C-05)."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render

from closure import states
from closure.forms.money import RefundForm
from closure.pages import shown
from closure.pages.opening import case_or_missing, head
from closure.queries import current_quote
from closure.services import payment, refund
from portal.errors import Invalid
from portal.requests import PortalRequest, typed


def page(request: PortalRequest, ref: str) -> HttpResponse:
    """GET: template closure/refund.html, context: head(), form (RefundForm), fees, total_fen. POST: → closing."""
    case = case_or_missing(request, ref)
    quote = current_quote(case)
    if case.state != states.QUOTED or quote is None or quote.total_fen >= 0:
        return redirect("closure-progress", case.ref)
    if case.acknowledged_at is None:
        return redirect("closure-unbind", case.ref)
    form = RefundForm(typed(request), lang=request.lang, initial={"quote": quote.seq})
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data
        try:
            refund.choose_route(case, chosen["route"], chosen["destination"], by=request.actor)
        except Invalid as error:
            form.blame(error)
        else:
            payment.settle_without_payment(case, chosen["quote"], by=request.actor)
            return redirect("closure-progress", case.ref)
    context = head(case, request, "pay") | {"form": form, "fees": shown.fees(quote, request.lang)}
    context["total_fen"] = -quote.total_fen
    return render(request, "closure/refund.html", context, status=422 if form.errors else 200)
