"""Step 3: what hangs on the number elsewhere; one acknowledgement suffices (C-10)."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render

from closure import states
from closure.models import Case
from closure.pages.opening import case_or_missing, head
from closure.queries import current_quote
from closure.services import payment, unbinding
from portal.lexicon import say
from portal.requests import PortalRequest

THINGS = ("bank", "wallet", "insurance", "travel", "mail", "family")


def page(request: PortalRequest, ref: str) -> HttpResponse:
    """GET: template closure/unbind.html, context: head(), things [{name, words, how}], quote_seq.

    POST: acknowledged; then to the money step, or straight to closing when nothing is to be paid or refunded.
    """
    case = case_or_missing(request, ref)
    quote = current_quote(case)
    if case.state != states.QUOTED or quote is None:
        return redirect("closure-progress", case.ref)
    if request.method == "POST":
        unbinding.acknowledge(case, by=request.actor)
        return _onward(request, case, quote.total_fen, quote.seq)
    things = [
        {
            "name": name,
            "words": say(f"closure.unbind.{name}", request.lang),
            "how": say(f"closure.unbind.{name}_how", request.lang),
        }
        for name in THINGS
    ]
    context = head(case, request, "unbind") | {"things": things, "quote_seq": quote.seq}
    return render(request, "closure/unbind.html", context)


def _onward(request: PortalRequest, case: Case, total_fen: int, seq: int) -> HttpResponse:
    if total_fen > 0:
        return redirect("closure-pay", case.ref)
    if total_fen < 0:
        return redirect("closure-refund", case.ref)
    payment.settle_without_payment(case, seq, by=request.actor)
    return redirect("closure-progress", case.ref)
