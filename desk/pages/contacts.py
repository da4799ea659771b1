"""The contact log of a case at the desk: entered before the call, refused and recorded past the cap (C-14)."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render

from closure.forms.contacts import ContactForm
from closure.pages.contacts import rows_of
from closure.pages.opening import case_or_missing
from closure.parameters import CONTACT_CAP
from closure.queries import term
from closure.services import contacts
from closure.words.named import home_words
from desk.pages.shown import staff_frame
from portal.errors import Refused
from portal.requests import PortalRequest, typed


def page(request: PortalRequest, ref: str) -> HttpResponse:
    """404 outside the clerk's scope; past the cap the page says so with 403, and the attempt stands in the log."""
    case = case_or_missing(request, ref)
    form = ContactForm(typed(request), lang=request.lang)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            contacts.note(case, **form.cleaned_data, by=request.actor)
        except Refused as error:
            form.blame(error)
            status = 403
        else:
            return redirect("desk-contacts", case.ref)
    context = staff_frame(request) | {
        "case": case,
        "number": case.number.masked,
        "home": home_words(case, request.lang),
        "rows": rows_of(case, request.lang),
        "form": form,
        "cap": term(case, CONTACT_CAP),
        "made": case.contacts_made,
        "refused": form.non_field_errors(),
    }
    return render(
        request, "desk/contacts.html", context, status=status if status != 200 else 422 if form.errors else 200
    )
