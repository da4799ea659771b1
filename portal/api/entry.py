"""Who calls: a bearer token, or a browser's session with its CSRF token; then whether the token is wide enough."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from rest_framework.authentication import BaseAuthentication, CSRFCheck
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from portal.actors import ANONYMOUS, Actor
from portal.errors import Refused, Unknown
from portal.models import ApiToken
from portal.permissions import roles_of
from portal.queries.tokens import actor_of_token, live_token
from portal.roles import Role

SAFE = ("GET", "HEAD", "OPTIONS")
SCHEME = "Bearer "


def speaks_for_itself(request: HttpRequest) -> bool:
    """Whether a call of the API says who it is in the header meant for it; then its cookies count for nothing."""
    return request.path.startswith("/api/") and "Authorization" in request.headers


def actor_by_token(request: HttpRequest) -> Actor:
    """The actor of the bearer token, kept on the request with its row; ANONYMOUS, marked, when it holds no more."""
    text = request.headers["Authorization"]
    token = live_token(text.removeprefix(SCHEME)) if text.startswith(SCHEME) else None
    actor = actor_of_token(token) if token else None
    vars(request)["api_token"] = token if actor else None
    vars(request)["bad_token"] = actor is None
    return actor or ANONYMOUS


def token_of(request: HttpRequest) -> ApiToken | None:
    """The token a call came with, None for a session or a stranger."""
    found = vars(request).get("api_token")
    return found if isinstance(found, ApiToken) else None


class Entrance(BaseAuthentication):
    """Turns the request's actor into DRF's user; a session that writes needs its CSRF token."""

    def authenticate(self, request: Request) -> tuple[Any, Any]:
        """Raises Unknown (401) for a token that holds no more, Refused (403) for a write without CSRF token."""
        raw = request._request
        actor: Actor = raw.actor  # type: ignore[attr-defined]
        signed_in = actor.signed_in  # the actor is read when first asked for, and then marks a bad token
        if vars(raw).get("bad_token"):
            raise Unknown("error.api.token", rule_id="D-04")
        if signed_in and token_of(raw) is None and raw.method not in SAFE:
            _check_csrf(raw)
        return actor, token_of(raw)

    def authenticate_header(self, request: Request) -> str:
        """What a 401 asks for."""
        return "Bearer"


def _check_csrf(request: HttpRequest) -> None:
    check = CSRFCheck(lambda _request: None)  # type: ignore[arg-type]
    check.process_request(request)
    if check.process_view(request, lambda: None, (), {}):  # type: ignore[arg-type,return-value]
        raise Refused("error.api.csrf")


class Scoped(BasePermission):
    """The operation's permission word: held by the role, and not left out of the token's scopes (D-05)."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Raises Unknown (401) for a stranger, Refused (403) for anybody else."""
        operation = view.operation_or_none
        if operation is None:  # this resource has no such method, and says so next
            return True
        actor: Actor = request.user  # type: ignore[assignment]
        allowed = roles_of(operation.permission)
        token = token_of(request._request)
        narrowed = token is not None and token.scopes and operation.permission not in token.scopes
        if Role.ANONYMOUS in allowed or (actor.role in allowed and not narrowed):
            return True
        if actor.role == Role.ANONYMOUS:
            raise Unknown("error.api.token", rule_id="D-04")
        raise Refused("error.api.scope" if narrowed else "error.api.refused", rule_id="D-05")
