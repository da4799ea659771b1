"""Language and large type: a link sets a cookie and leads back to where one was."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from portal.requests import local_path

YEAR = 365 * 24 * 3600


@require_safe
def switch_language(request: HttpRequest) -> HttpResponse:
    """`?to=en` or `?to=zh`."""
    return _remember(request, "lang", "en" if request.GET.get("to") == "en" else "zh")


@require_safe
def switch_size(request: HttpRequest) -> HttpResponse:
    """`?to=1` for large type, anything else for normal."""
    return _remember(request, "big", "1" if request.GET.get("to") == "1" else "0")


def _remember(request: HttpRequest, cookie: str, value: str) -> HttpResponse:
    response = redirect(local_path(request.GET.get("next", "")))
    response.set_cookie(
        cookie, value, max_age=YEAR, httponly=True, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
    )
    return response
