"""An exception asked for a delegate: a supervisor who signed in reads why, and grants or denies it (C-09, D-10)."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render

from closure import mandates
from closure.models import Case, Mandate
from closure.pages.opening import case_or_missing
from closure.services import exceptions, mandate
from desk.forms import DecisionForm
from desk.pages.shown import staff_frame
from portal.errors import Invalid, Missing
from portal.requests import PortalRequest, typed


def is_asked(case: Case) -> bool:
    """Whether an exception of this case waits to be decided."""
    return Mandate.objects.filter(case=case, exception=mandates.ASKED).exists()


def page(request: PortalRequest, ref: str) -> HttpResponse:
    """404 outside the scope, and where nothing is asked. POST `outcome` grant or deny, with a reason: → the case."""
    found = case_or_missing(request, ref)
    row = mandate.of(found)
    if row is None or row.exception != mandates.ASKED:
        raise Missing("error.missing")
    form = DecisionForm(typed(request), lang=request.lang)
    if request.method == "POST" and form.is_valid() and _decided(request, row, form):
        return redirect("desk-case", found.ref)
    context = staff_frame(request) | {
        "case": found,
        "form": form,
        "agent": row.agent_name.masked,
        "holder": found.name.masked,
        "because": exceptions.asked_because(row),
        "until_at": row.exception_due_at,
    }
    return render(request, "desk/exception.html", context, status=422 if form.errors else 200)


def _decided(request: PortalRequest, row: Mandate, form: DecisionForm) -> bool:
    clean = form.cleaned_data
    try:
        exceptions.decide(row.ref, grant=clean["outcome"] == "grant", reason=clean["reason"], by=request.actor)
    except Invalid as error:
        form.blame(error)
        return False
    return True
