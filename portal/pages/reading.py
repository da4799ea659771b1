"""Pages one only reads: help, accessibility, privacy."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from portal.pages.errors import lang_of
from portal.pages.showing import show
from portal.queries.places import hotlines


@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    """How it works and whom to call."""
    return show(request, "portal/help.html", {"hotlines": hotlines(lang_of(request))})


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """What works for whom."""
    return show(request, "portal/accessibility.html", {})


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """What is kept, why and until when."""
    return show(request, "portal/privacy.html", {})


@require_safe
def language(request: HttpRequest) -> HttpResponse:
    """The two languages, each by a link that works without scripts."""
    return show(request, "portal/language.html", {})
