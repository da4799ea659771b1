"""Step 4, the other way: where the refund goes (C-05)."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render

from closure import states
from closure.forms.money import RefundForm
from closure.models import Case
from closure.pages.opening import case_or_missing, head
from closure.parameters import REFUND_ROUTES
from closure.queries import bounced_payout, current_quote, needs_route, term
from closure.services import paying_out, payment, refund
from closure.words import shown
from closure.words.large import denied_words
from portal.errors import Invalid
from portal.requests import PortalRequest, typed
from settlement.models import Payout


def page(request: PortalRequest, ref: str) -> HttpResponse:
    """GET: template closure/refund.html, context: head(), form (RefundForm), fees, total_fen. POST: → closing.

    The same page asks for another way when a refund, or a returned payment, came back (`bounced` in the context).
    """
    case = case_or_missing(request, ref)
    if (failed := bounced_payout(case)) is not None:
        return _again(request, case, failed)
    quote = current_quote(case)
    if case.state != states.QUOTED or quote is None or not needs_route(quote):
        return redirect("closure-progress", case.ref)
    if case.acknowledged_at is None:
        return redirect("closure-unbind", case.ref)
    form = _form(request, case, quote.seq)
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


def _form(request: PortalRequest, case: Case, quote_seq: int) -> RefundForm:
    routes = term(case, REFUND_ROUTES)
    return RefundForm(typed(request), lang=request.lang, routes=routes, initial={"quote": quote_seq})


def _again(request: PortalRequest, case: Case, failed: Payout) -> HttpResponse:
    form = _form(request, case, 1)
    del form.fields["quote"]
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data
        try:
            paying_out.choose_again(case, chosen["route"], chosen["destination"], by=request.actor)
        except Invalid as error:
            form.blame(error)
        else:
            return redirect("closure-progress", case.ref)
    context = head(case, request, "done") | {"form": form, "total_fen": failed.fen, "bounced": True}
    context["denied"] = denied_words(failed, request.lang)
    return render(request, "closure/refund.html", context, status=422 if form.errors else 200)
