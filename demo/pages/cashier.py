"""The simulated payment company's till: three endings and a late reply, then back to the case."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from demo.forms import EndingForm
from demo.queries import charge_of
from demo.services import cashier as services
from portal.actors import robot
from portal.errors import Invalid
from portal.lexicon import say
from portal.requests import PortalRequest
from portal.rules.money import grouped


def cashier(request: PortalRequest, ref: str) -> HttpResponse:
    """GET shows the charge and its endings; POST decides it. `ref` is the payment's own random reference."""
    charge = charge_of(ref)
    if charge is None:
        raise Http404
    if request.method == "POST":
        form = EndingForm(request.POST)
        if not form.is_valid():
            raise Invalid("error.demo.ending", field="ending")
        services.decide(ref, form.cleaned_data["ending"], by=robot("provider"))
        return redirect("demo-cashier", ref)
    context = {
        "amount": say("chrome.yuan", request.lang, yuan=grouped(charge.fen)),
        "state": charge.ending,
        "state_words": say(f"demo.cashier.ended.{charge.ending}", request.lang),
        "ways": _ways(request.lang) if charge.ending in ("pending", "unknown") else [],
        "back_url": f"{reverse('closure-progress', args=[charge.case_ref])}?paid=1",
    }
    return render(request, "demo/cashier.html", context)


def _ways(lang: str) -> list[dict[str, str]]:
    return [
        {
            "ending": one,
            "words": say(f"demo.cashier.{one}", lang),
            "how": say(f"demo.cashier.how.{one}", lang),
        }
        for one in services.ENDINGS
    ]
