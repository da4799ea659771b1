"""C-08, second way: pay by number without signing in; the service comes back, then the code can come."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render

from closure.forms.other import RestoreForm
from closure.models import Restoring
from closure.services import restoring
from portal.errors import Invalid, Missing, TongbanError
from portal.queries.places import province_choices
from portal.requests import PortalRequest, typed
from portal.rules.money import fen
from settlement.models import Payment


def no_sms(request: PortalRequest) -> HttpResponse:
    """Template closure/no_sms.html: the three ways, shown to everybody (C-08). No context."""
    return render(request, "closure/no_sms.html")


def page(request: PortalRequest) -> HttpResponse:
    """GET: template closure/restore.html, context: form (RestoreForm). POST: to the payment."""
    form = RestoreForm(typed(request), lang=request.lang)
    form.fields["province"].choices = [("", ""), *province_choices(request.lang)]  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid():
        clean = form.cleaned_data
        try:
            row = restoring.ask(clean["number"], _amount(clean["amount"]), clean["province"], by=request.actor)
        except TongbanError as error:
            form.blame(error)
        else:
            return redirect("closure-restored", row.ref)
    return render(request, "closure/restore.html", {"form": form}, status=422 if form.errors else 200)


def _amount(text: str) -> int:
    value = fen(text)
    if not 100 <= value <= 500_000:
        raise Invalid("error.closure.amount", field="amount", rule_id="C-15")
    return value


def progress(request: PortalRequest, ref: str) -> HttpResponse:
    """Template closure/restored.html, context: state (of Restoring), pay_url, total_fen, polling.

    Shows nothing about the line, only how this payment went.
    """
    row = Restoring.objects.filter(ref=ref).first()
    if row is None:
        raise Missing("error.missing")
    payment = Payment.objects.get(ref=row.payment_ref)
    context = {
        "state": row.state,
        "pay_url": payment.pay_url if row.state == "ASKED" else "",
        "total_fen": row.fen,
        "polling": row.state in ("ASKED", "PAID"),
    }
    return render(request, "closure/restored.html", context)
