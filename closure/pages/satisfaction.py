"""The one question after a case (T-15)."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render

from closure.forms.satisfaction import SatisfactionForm
from closure.models import Case, Satisfaction
from closure.pages.opening import case_or_missing, head
from closure.services import satisfaction
from portal.errors import TongbanError
from portal.requests import PortalRequest, typed


def page(request: PortalRequest, ref: str) -> HttpResponse:
    """Template closure/satisfaction.html, context: head(), form or None, done. A case that goes on has no question."""
    case = case_or_missing(request, ref)
    asked = Satisfaction.objects.filter(case=case).first()
    if asked is None:
        return redirect("closure-progress", case.ref)
    form = None if asked.score else SatisfactionForm(typed(request), lang=request.lang)
    if form is not None and request.method == "POST" and form.is_valid():
        try:
            _rate(case, form, request)
        except TongbanError as error:
            form.blame(error)
        else:
            return redirect("closure-satisfaction", case.ref)
    context = head(case, request, "done") | {"form": form, "done": form is None}
    return render(
        request, "closure/satisfaction.html", context, status=422 if form is not None and form.errors else 200
    )


def _rate(case: Case, form: SatisfactionForm, request: PortalRequest) -> None:
    typed_words = form.cleaned_data["words"].strip()
    satisfaction.rate(case, int(form.cleaned_data["score"]), typed_words, channel="page", by=request.actor)
