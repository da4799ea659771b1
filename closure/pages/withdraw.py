"""Withdrawal until the money step (C-12): a page that asks once, then the proof on the progress page."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render

from closure import states
from closure.pages.opening import case_or_missing, head
from closure.services import withdrawal
from portal.requests import PortalRequest


def page(request: PortalRequest, ref: str) -> HttpResponse:
    """GET: template closure/withdraw.html, context: head(). POST: withdrawn, once; again leads to the same page."""
    case = case_or_missing(request, ref)
    if request.method == "POST":
        withdrawal.withdraw(case, by=request.actor)
        return redirect("closure-progress", case.ref)
    if case.state not in states.BEFORE_MONEY:
        return redirect("closure-progress", case.ref)
    return render(request, "closure/withdraw.html", head(case, request, "result"))
