"""Between the server and the pages: language, actor, permission, refusals, headers.

Order in settings: SafeHeaders, Django's security and session, Language, csrf, authentication, WhoAsks, then
DefaultDeny. A refusal raised by a verb (`TongbanError`) becomes a page or a problem document here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast
from urllib.parse import urlencode

from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import override
from django.utils.translation.trans_real import parse_accept_lang_header

from portal.api.entry import actor_by_token, speaks_for_itself
from portal.checks import undeclared
from portal.errors import Missing, Refused, TongbanError, Unknown
from portal.pages.errors import error_response
from portal.pages.repeats import repeated
from portal.permissions import roles_of
from portal.requests import PortalRequest
from portal.roles import Role
from portal.routes import all_routes, permission_of, words_of
from portal.sessions import actor_of

GetResponse = Callable[[HttpRequest], HttpResponseBase]

LANGUAGES = {"zh": "zh-hans", "en": "en"}
LANGUAGE_COOKIE = "lang"
BIG_COOKIE = "big"
FIXED_HEADERS = {
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Permitted-Cross-Domain-Policies": "none",
}


class SafeHeaders:
    """Headers Django and django-csp do not set, on every response; a signed-in page is never stored."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        for name, value in FIXED_HEADERS.items():
            response.headers.setdefault(name, value)
        session = getattr(request, "session", None)
        if session is not None and session.accessed:
            response.headers.setdefault("Cache-Control", "no-store")
        return response


def _spoken(request: HttpRequest) -> str:
    """What a client of the API would rather read, by its Accept-Language."""
    if not request.path.startswith("/api/"):
        return ""
    wanted = parse_accept_lang_header(request.headers.get("Accept-Language", "")[:200])
    return next((tag[:2] for tag, _weight in wanted if tag[:2] in LANGUAGES), "")


class Language:
    """Chinese unless `?lang=`, the cookie or the API's Accept-Language says English; large type by its cookie."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        asked = request.GET.get("lang") or _spoken(request) or request.COOKIES.get(LANGUAGE_COOKIE, "")
        portal_request = cast(PortalRequest, request)
        portal_request.lang = asked if asked in LANGUAGES else "zh"
        portal_request.big = request.COOKIES.get(BIG_COOKIE) == "1"
        with override(LANGUAGES[portal_request.lang]):
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", "en" if portal_request.lang == "en" else "zh-CN")
        return response


class WhoAsks:
    """`request.actor`, read once and only when somebody asks for it: of the API's token, else of the session."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        find = actor_by_token if speaks_for_itself(request) else actor_of
        vars(request)["actor"] = SimpleLazyObject(lambda: find(request))
        return self.get_response(request)


class DefaultDeny:
    """Each route names one permission; who does not hold it goes to sign in, or is refused."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        if lost := undeclared(all_routes()):
            names = ", ".join(one.template for one in lost)
            raise ImproperlyConfigured(f"Routes without a declared permission: {names}")

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: PortalRequest, view: Callable[..., HttpResponseBase], args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        """Compare the actor's role with the route's permission before the view runs."""
        if any("\x00" in str(value) for value in kwargs.values()):  # PostgreSQL has no such text: nothing is there
            return error_response(request, Missing("error.missing"))
        if words_of(view) and not permission_of(view, str(request.method)):
            return None  # the resource has no such method, and says so (405)
        allowed = roles_of(permission_of(view, str(request.method)))
        if Role.ANONYMOUS in allowed or request.actor.role in allowed:
            return None
        if request.actor.role != Role.ANONYMOUS:
            return error_response(request, Refused("error.refused"))
        if request.path.startswith("/api/"):
            return error_response(request, Unknown("error.api.token", rule_id="D-04"))
        return _to_sign_in(request, "sign-in" if Role.SUBSCRIBER in allowed else "staff-sign-in")

    def process_exception(self, request: PortalRequest, error: Exception) -> HttpResponseBase | None:
        """A refusal of ours, wherever it was raised, is a page with its own words and number."""
        if isinstance(error, TongbanError):
            return repeated(request, error) or error_response(request, error)
        return None


def _to_sign_in(request: HttpRequest, name: str) -> HttpResponseBase:
    back = request.get_full_path() if request.method == "GET" else ""
    target = reverse(name) + (f"?{urlencode({'next': back})}" if back else "")
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": target})
    return redirect(target)
