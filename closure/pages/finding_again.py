"""A held case is checked again: with another name and ID after a mismatch, or as it is (C-08)."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render

from closure import states
from closure.forms.identity import HolderForm
from closure.forms.other import HolderPhotoForm, PhotoForm
from closure.models import Case
from closure.pages.opening import case_or_missing, head
from closure.queries import latest_findings
from closure.services import standing, verification
from portal.actors import Actor
from portal.errors import Invalid, TooMany
from portal.forms.words import WordForm
from portal.requests import PortalRequest, typed
from realname.authority import Match

SECOND_FACTOR = ("identity.photo", "identity.no_picture", "identity.password")


def act(request: PortalRequest, ref: str) -> HttpResponse:
    """GET: template closure/again.html, context: head(), form (name and ID, photo, both or None).

    POST: HELD → VERIFYING. A photo counts only for the name and ID it is sent with (C-08).
    """
    case = case_or_missing(request, ref)
    if case.state != states.HELD:
        return redirect("closure-progress", case.ref)
    form = _form(request, case)
    if request.method == "POST" and (form is None or form.is_valid()):
        try:
            _again(case, form.cleaned_data if form else {}, by=request.actor)
        except (Invalid, TooMany) as error:
            if form is None:
                raise
            form.blame(error)
        else:
            return redirect("closure-result", case.ref)
    status = 422 if form is not None and form.errors else 200
    return render(request, "closure/again.html", head(case, request, "result") | {"form": form}, status=status)


def _form(request: PortalRequest, case: Case) -> WordForm | None:
    """What must be given anew: the holder after a mismatch, and the photo where the proof rests on one."""
    keys = set(latest_findings(case).values_list("key", flat=True))
    files = request.FILES if request.method == "POST" else None
    by_photo = not keys.isdisjoint(SECOND_FACTOR)
    if "identity.mismatch" in keys:
        kind = HolderPhotoForm if case.proof == "other_line" else HolderForm
        return kind(typed(request), files=files, lang=request.lang)
    return PhotoForm(typed(request), files=files, lang=request.lang) if by_photo else None


def _again(case: Case, clean: dict[str, Any], *, by: Actor) -> None:
    holder = (clean["name"], clean["id_number"]) if "name" in clean else None
    match, password = _match(case, clean, by=by), str(clean.get("password", ""))
    verification.again(case, holder=holder, photo_match=match, password=password, by=by)


def _match(case: Case, clean: dict[str, Any], *, by: Actor) -> Match | None:
    """How the authority judges the photo that was sent, None when none was asked for."""
    if not clean.get("photo"):
        return None
    holder = (clean["name"], clean["id_number"]) if "name" in clean else (case.name, case.id_number)
    return standing.compare(case, standing.HOLDER, holder, clean["photo"].read(), by=by)
