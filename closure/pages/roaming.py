"""What may still come from abroad, and how it is paid: agreed before the money step, no condition of it (C-06)."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render

from closure import states
from closure.forms.roaming import WayForm
from closure.pages.opening import case_or_missing, head
from closure.queries import current_quote, most_kept, tail_of
from closure.services import agreement
from closure.words import tail
from portal.requests import PortalRequest, typed


def page(request: PortalRequest, ref: str) -> HttpResponse:
    """GET: template closure/roaming.html, context: head(), text, until_on, most_fen, form (WayForm). POST: → result."""
    case = case_or_missing(request, ref)
    quote, expected = current_quote(case), tail_of(case)
    if case.state != states.QUOTED or quote is None or expected is None or expected.until_on is None:
        return redirect("closure-progress", case.ref)
    form = WayForm(
        typed(request),
        lang=request.lang,
        ways=tail.ways(case, quote),
        initial={"quote": quote.seq, "way": expected.way},
    )
    if request.method == "POST" and form.is_valid():
        agreement.agree(case, form.cleaned_data["way"], form.cleaned_data["quote"], by=request.actor)
        return redirect("closure-result", case.ref)
    context = head(case, request, "result") | {
        "form": form,
        "text": tail.words(expected, case, request.lang),
        "until_on": expected.until_on,
        "most_fen": most_kept(case, quote),
    }
    return render(request, "closure/roaming.html", context, status=422 if form.errors else 200)
