"""How far a case is, and opening it when the number is gone: case number, ID, code to the contact number (C-05)."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render

from closure.forms.find import FindCodeForm, FindForm
from closure.pages.progress import told
from closure.queries import visible_to
from closure.services import finding
from portal.errors import TongbanError
from portal.forms.track import TrackForm
from portal.requests import PortalRequest, address_of, typed
from portal.sessions import begin_case_session

FIND = "find"


def track(request: PortalRequest) -> HttpResponse:
    """Template closure/track.html, context: form; found, closure/tracked.html: told(). Nothing is opened.

    The form stands on the start page as well: three inputs, and whoever asks knows whose turn it is (UX 6.7).
    """
    form = TrackForm(typed(request), lang=request.lang)
    if request.method == "POST" and form.is_valid():
        clean = form.cleaned_data
        try:
            case = finding.track(clean["case_no"], clean["tail"], address=address_of(request))
        except TongbanError as error:
            form.blame(error)
        else:
            return render(request, "closure/tracked.html", told(case, request.lang))
    return render(request, "closure/track.html", {"form": form}, status=422 if form.errors else 200)


def page(request: PortalRequest) -> HttpResponse:
    """Template closure/find.html, context: form. The next page is the same whether the case exists or not."""
    form = FindForm(typed(request), lang=request.lang)
    if request.method == "POST" and form.is_valid():
        clean = form.cleaned_data
        try:
            asked = finding.ask_code(
                clean["case_no"], clean["id_number"], address=address_of(request), by=request.actor
            )
        except TongbanError as error:
            form.blame(error)
        else:
            request.session[FIND] = [asked.challenge, asked.case_ref]
            return redirect("closure-find-code")
    return render(request, "closure/find.html", {"form": form}, status=422 if form.errors else 200)


def code(request: PortalRequest) -> HttpResponse:
    """Template closure/find_code.html, context: form. A right code opens that one case in this browser."""
    challenge, case_ref = request.session.get(FIND, ["", ""])
    if not challenge:
        return redirect("closure-find")
    form = FindCodeForm(typed(request), lang=request.lang)
    if request.method == "POST" and form.is_valid():
        try:
            finding.open_case(challenge, case_ref, form.cleaned_data["code"], by=request.actor)
        except TongbanError as error:
            form.blame(error)
        else:
            if not visible_to(request.actor).filter(ref=case_ref).exists():
                begin_case_session(request, case_ref)
            return redirect("closure-progress", case_ref)
    return render(request, "closure/find_code.html", {"form": form}, status=422 if form.errors else 200)
