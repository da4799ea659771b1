"""Step 3: what hangs on the number elsewhere; one acknowledgement suffices (C-10)."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render

from closure import states
from closure.models import Case, Quote
from closure.pages.opening import case_or_missing, head
from closure.queries import answers_of, current_quote, needs_route
from closure.rules.leaving import Going, goings
from closure.services import payment, unbinding, untying
from closure.words import tail
from portal.lexicon import say
from portal.requests import PortalRequest

THINGS = ("bank", "wallet", "insurance", "travel", "mail", "family")


def page(request: PortalRequest, ref: str) -> HttpResponse:
    """GET: template closure/unbind.html, context: head(), goings [{name, words, how}], things (the same),
    quote_seq, roaming (tail.note).

    POST: acknowledged; then to the money step, or straight to closing when nothing is to be paid or refunded.
    """
    case = case_or_missing(request, ref)
    quote = current_quote(case)
    if case.state != states.QUOTED or quote is None:
        return redirect("closure-progress", case.ref)
    going = goings(answers_of(case))
    if request.method == "POST":
        shown = [*THINGS, *(f"{one.key}-{n}" for n, one in enumerate(going))]
        unbinding.acknowledge(case, shown=shown, ticked=request.POST.getlist("seen")[: len(shown)], by=request.actor)
        return _onward(request, case, quote)
    context = head(case, request, "unbind") | {"things": _things(request.lang), "quote_seq": quote.seq}
    context["roaming"] = tail.note(case, request.lang)
    context["goings"] = [_going(n, one, request.lang) for n, one in enumerate(going)]
    return render(request, "closure/unbind.html", context)


def _things(lang: str) -> list[dict[str, str]]:
    return [
        {"name": name, "words": say(f"closure.unbind.{name}", lang), "how": say(f"closure.unbind.{name}_how", lang)}
        for name in THINGS
    ]


def _going(n: int, one: Going, lang: str) -> dict[str, str]:
    """One thing that goes with the number, and what to do about it."""
    words = say(f"leaving.{one.key}", lang, **one.facts)
    how = f"leaving.{one.key}_how{'_free' if one.facts.get('price_fen') == 0 else ''}"
    return {"name": f"{one.key}-{n}", "words": words, "how": say(how, lang, **one.facts)}


def _onward(request: PortalRequest, case: Case, quote: Quote) -> HttpResponse:
    if untying.unready(case):
        return redirect("closure-progress", case.ref)
    if quote.total_fen > 0:
        return redirect("closure-pay", case.ref)
    if needs_route(quote):
        return redirect("closure-refund", case.ref)
    payment.settle_without_payment(case, quote.seq, by=request.actor)
    return redirect("closure-progress", case.ref)
