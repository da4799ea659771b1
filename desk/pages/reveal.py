"""One unmasked value of a case, for a stated reason, shown once (D-02)."""

from __future__ import annotations

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from closure.models import Case
from closure.pages.opening import case_or_missing
from desk.pages.shown import staff_frame
from portal.errors import Invalid, Missing, TooMany
from portal.forms.words import WordForm, text_field
from portal.lexicon import say
from portal.masked import Masked
from portal.requests import PortalRequest
from portal.services.reveal import LONGEST_REASON
from portal.services.reveal import reveal as revealed

BOXES = {"number": "number_box", "name": "name_box", "id_number": "id_box", "contact": "contact_box"}


class RevealForm(WordForm):
    """Which value, and why."""

    what = forms.CharField(widget=forms.HiddenInput)
    reason = text_field(
        "desk.reveal.reason",
        empty="desk.reveal.reason",
        hint="desk.reveal.hint",
        maxlength=str(LONGEST_REASON),
        autocomplete="off",
    )


def kept(case: Case) -> list[str]:
    """Which values a case holds, in the order they are offered."""
    return [what for what, box in BOXES.items() if getattr(case, box)]


@sensitive_post_parameters()
@never_cache
@require_POST
def reveal(request: PortalRequest, ref: str) -> HttpResponse:
    """200 with the value, once; 422 when the reason is missing; 404 for a case outside the scope (D-05)."""
    found = case_or_missing(request, ref)
    what = request.POST.get("what", "")
    if what not in kept(found):
        raise Missing("error.missing")
    form = RevealForm(request.POST, lang=request.lang)
    context = staff_frame(request) | {"case": found, "what": say(f"look.{what}", request.lang), "form": form}
    try:
        context["value"] = _look(found, what, request)
    except (Invalid, TooMany) as error:
        form.errors.clear()
        form.errors[error.field or "reason"] = form.error_class([error.message(request.lang)])
        return render(request, "desk/reveal.html", context, status=error.http)
    return render(request, "desk/reveal.html", context)


def _look(case: Case, what: str, request: PortalRequest) -> str:
    value: Masked = getattr(case, what)
    return revealed(
        value,
        what,
        subject_ref=case.account_ref,
        case_ref=case.ref,
        province=case.province,
        reason=request.POST.get("reason", ""),
        by=request.actor,
    )
