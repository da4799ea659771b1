"""The closures of a signed-in line."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from closure.queries import draft_of, visible_to
from portal.lexicon import say
from portal.requests import PortalRequest


def page(request: PortalRequest) -> HttpResponse:
    """Template closure/list.html, context: items [{number, case_no, state_words, url}], has_draft."""
    cases = visible_to(request.actor).order_by("-filed_at")[:50]
    items = [
        {
            "number": case.number.masked,
            "case_no": case.case_no,
            "state_words": say(f"closure.state.{case.state}", request.lang),
            "url": reverse("closure-progress", args=[case.ref]),
        }
        for case in cases
    ]
    return render(request, "closure/list.html", {"items": items, "has_draft": draft_of(request.actor) is not None})
