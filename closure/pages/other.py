"""C-08, first way: a number that gets no messages, closed from another live number of the same holder."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render

from closure.forms.other import OtherForm
from closure.pages.opening import to_sign_in
from closure.queries import draft_of
from closure.services import filing, mandate, standing
from portal.errors import TongbanError
from portal.queries.people import account_of
from portal.requests import PortalRequest, typed


def page(request: PortalRequest) -> HttpResponse:
    """GET: template closure/other.html (enctype multipart), context: form (OtherForm), number (masked, signed in),
    pointed (the draft closes another number than the signed-in line's by now).

    POST: a photo goes to the identity authority once and is not kept, or the service password is sealed until the
    home province was asked once; then the contact step.
    """
    if not request.actor.line_ref:
        return to_sign_in("closure-other")
    files = request.FILES if request.method == "POST" else None
    form = OtherForm(typed(request), files=files, lang=request.lang)
    if request.method == "POST" and form.is_valid():
        try:
            _point(request, form)
        except TongbanError as error:
            form.blame(error)
        else:
            return redirect("closure-identity")
    draft = draft_of(request.actor)
    context = {"form": form, "number": account_of(request.actor).number.masked}
    context["pointed"] = draft is not None and draft.proof == "other_line"
    return render(request, "closure/other.html", context, status=422 if form.errors else 200)


def _point(request: PortalRequest, form: OtherForm) -> None:
    clean = form.cleaned_data
    holder, by = (clean["name"], clean["id_number"]), request.actor
    draft = filing.open_draft(account_of(by), by=by, language=request.lang)
    photo = clean["photo"].read() if clean.get("photo") else b""
    match = standing.compare(draft, standing.HOLDER, holder, photo, by=by) if photo else None
    mandate.drop(draft, by=by)
    filing.point_at(draft, clean["number"], match, holder=holder, password=clean["password"], by=by)
