"""Having the number back: until when, how, and what comes of it (C-11); and what a certificate says today."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render

from closure import states
from closure.models import Case
from closure.pages.opening import case_or_missing, head
from closure.words.afterwards import back_words
from portal.queries.stores import own_stores
from portal.requests import PortalRequest


def page(request: PortalRequest, ref: str) -> HttpResponse:
    """Template closure/having_back.html, context: head(), title, text, until_at, possible, stores.

    Nothing is ordered here: the number is had back in person, at any own store.
    """
    case = case_or_missing(request, ref)
    if case.state != states.CLOSED:
        return redirect("closure-progress", case.ref)
    return render(request, "closure/having_back.html", head(case, request, "done") | _context(case, request.lang))


def _context(case: Case, lang: str) -> dict[str, Any]:
    words = back_words(case, lang)
    stores = own_stores(operator=case.operator, province=case.visiting_province) if words["possible"] else []
    return words | {"stores": stores}
