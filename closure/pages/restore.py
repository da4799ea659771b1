"""C-08, second way: pay by number without signing in; the service comes back, then the code can come."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render

from closure.forms.money import ReturnForm
from closure.forms.other import RestoreForm
from closure.models import Restoring
from closure.pages.places import store_facts
from closure.services import restoring, returning
from portal.errors import Invalid, Missing, TongbanError
from portal.queries.places import province_choices
from portal.requests import PortalRequest, address_of, typed
from portal.rules.money import fen
from settlement.models import Payment

MINE = "restorings"


def no_sms(request: PortalRequest) -> HttpResponse:
    """Template closure/no_sms.html: the three ways, shown to everybody (C-08). Context: store facts."""
    return render(request, "closure/no_sms.html", store_facts())


def page(request: PortalRequest) -> HttpResponse:
    """GET: template closure/restore.html, context: form (RestoreForm). POST: to the payment."""
    form = RestoreForm(typed(request), lang=request.lang)
    form.fields["province"].choices = [("", ""), *province_choices(request.lang)]  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid():
        clean = form.cleaned_data
        try:
            row = _ask(request, clean)
        except TongbanError as error:
            form.blame(error)
        else:
            return redirect("closure-restored", row.ref)
    return render(request, "closure/restore.html", {"form": form}, status=422 if form.errors else 200)


def _ask(request: PortalRequest, clean: dict[str, Any]) -> Restoring:
    """The payment, and the mark in this browser by which it may say where returned money goes."""
    row = restoring.ask(
        clean["number"],
        _amount(clean["amount"]),
        clean["province"],
        address=address_of(request),
        by=request.actor,
    )
    request.session[MINE] = [*request.session.get(MINE, []), row.ref][-5:]
    return row


def _amount(text: str) -> int:
    value = fen(text)
    if not 100 <= value <= 500_000:
        raise Invalid("error.closure.amount", field="amount", rule_id="C-15")
    return value


def progress(request: PortalRequest, ref: str) -> HttpResponse:
    """Template closure/restored.html, context: state and arrives_on (see returning.standing), form or None,
    pay_url, total_fen, polling.

    Shows nothing about the line, only how this payment went; renews itself until that is known. POST: another card for
    what came back, from the browser that paid only.
    """
    row = Restoring.objects.filter(ref=ref).first()
    if row is None:
        raise Missing("error.missing")
    state, arrives_on = returning.standing(row)
    mine = row.ref in request.session.get(MINE, [])
    form = ReturnForm(typed(request), lang=request.lang) if state == "BOUNCED" and mine else None
    if request.method == "POST" and form is not None and form.is_valid():
        try:
            returning.choose_again(row, form.cleaned_data["card"], by=request.actor)
        except Invalid as error:
            form.blame(error)
        else:
            return redirect("closure-restored", row.ref)
    payment = Payment.objects.get(ref=row.payment_ref)
    context = {
        "state": state,
        "arrives_on": arrives_on,
        "form": form,
        "pay_url": payment.pay_url if row.state == "ASKED" else "",
        "total_fen": row.fen,
        "polling": state in ("ASKED", "PAID", "RETURNING", "CHECKING"),
    }
    return render(request, "closure/restored.html", context, status=422 if form is not None and form.errors else 200)
