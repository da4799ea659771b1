"""C-08, first way: a number that gets no messages, closed from another live number of the same holder."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render

from closure.forms.other import OtherForm
from closure.pages.opening import to_sign_in
from closure.services import filing
from portal.errors import TongbanError
from portal.queries.people import account_of
from portal.requests import PortalRequest, typed
from realname.authority import authority, checked_photo


def page(request: PortalRequest) -> HttpResponse:
    """GET: template closure/other.html (enctype multipart), context: form (OtherForm), number (masked, signed in).

    POST: the photo goes to the identity authority once and is not kept; then the contact step.
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
    context = {"form": form, "number": account_of(request.actor).number.masked}
    return render(request, "closure/other.html", context, status=422 if form.errors else 200)


def _point(request: PortalRequest, form: OtherForm) -> None:
    clean = form.cleaned_data
    photo = checked_photo(clean["photo"].read())
    match = authority().match(clean["name"], clean["id_number"], photo)
    draft = filing.open_draft(account_of(request.actor), by=request.actor, language=request.lang)
    filing.set_holder(draft, clean["name"], clean["id_number"], by=request.actor)
    filing.point_at(draft, clean["number"], match, by=request.actor)
