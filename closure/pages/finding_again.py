"""A held case is checked again: with another name and ID after a mismatch, or as it is (C-08)."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render

from closure import states
from closure.forms.identity import HolderForm
from closure.pages.opening import case_or_missing, head
from closure.queries import latest_findings
from closure.services import verification
from portal.requests import PortalRequest, typed


def act(request: PortalRequest, ref: str) -> HttpResponse:
    """GET: template closure/again.html, context: head(), form (HolderForm or None). POST: HELD → VERIFYING."""
    case = case_or_missing(request, ref)
    if case.state != states.HELD:
        return redirect("closure-progress", case.ref)
    mismatch = latest_findings(case).filter(key="identity.mismatch").exists()
    form = HolderForm(typed(request), lang=request.lang) if mismatch else None
    if request.method == "POST" and (form is None or form.is_valid()):
        holder = (form.cleaned_data["name"], form.cleaned_data["id_number"]) if form else None
        verification.again(case, holder=holder, by=request.actor)
        return redirect("closure-result", case.ref)
    status = 422 if form is not None and form.errors else 200
    return render(request, "closure/again.html", head(case, request, "result") | {"form": form}, status=status)
