"""Step 4: pay the one sum. The provider is reached by a plain link after the POST."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render

from closure import states
from closure.forms.money import PayForm
from closure.models import Case
from closure.pages.opening import case_or_missing, head
from closure.queries import current_quote
from closure.services import payment
from closure.words import shown
from portal.requests import PortalRequest, typed
from settlement.models import Payment


def page(request: PortalRequest, ref: str) -> HttpResponse:
    """GET: template closure/pay.html, context: head(), form (PayForm or None), fees, total_fen, pay_url, limit_at.

    While PAYING the page has no form: it links to the provider (`pay_url`, "" until the charge is open) and polls.
    POST: QUOTED → PAYING; again while PAYING leads to the same page.
    """
    case = case_or_missing(request, ref)
    if case.state == states.PAYING:
        return _waiting(request, case)
    quote = current_quote(case)
    if case.state != states.QUOTED or quote is None or quote.total_fen <= 0:
        return redirect("closure-progress", case.ref)
    if case.acknowledged_at is None:
        return redirect("closure-unbind", case.ref)
    form = PayForm(typed(request), lang=request.lang, initial={"quote": quote.seq})
    if request.method == "POST" and form.is_valid():
        payment.pay(case, form.cleaned_data["method"], form.cleaned_data["quote"], by=request.actor)
        return redirect("closure-pay", case.ref)
    context = head(case, request, "pay") | {"form": form, "fees": shown.fees(quote, request.lang)}
    context |= {"total_fen": quote.total_fen, "polling": False}
    return render(request, "closure/pay.html", context, status=422 if form.errors else 200)


def _waiting(request: PortalRequest, case: Case) -> HttpResponse:
    open_payment = Payment.objects.get(ref=case.payment_ref)
    context = head(case, request, "pay") | {
        "form": None,
        "total_fen": open_payment.fen,
        "pay_url": open_payment.pay_url,
        "unknown": open_payment.state == "UNKNOWN",
        "limit_at": case.limit_at,
        "polling": True,
    }
    return render(request, "closure/pay.html", context)
