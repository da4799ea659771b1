"""Every refusal of the API as problem+json (RFC 9457), in the language asked for, with the words the pages use."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpResponse, HttpResponseBase
from rest_framework import exceptions

from portal.errors import TongbanError
from portal.lexicon import say, texts

MEDIA = "application/problem+json"
TYPE = "urn:tongban:problem:"
WORDS = {
    400: "error.api.unreadable",
    401: "error.api.token",
    403: "error.api.refused",
    404: "error.api.missing",
    405: "error.api.method",
    406: "error.api.accept",
    413: "error.api.large",
    415: "error.api.media",
    422: "error.api.shape",
    500: "error.api.failed",
}


class Malformed(exceptions.APIException):
    """Not JSON at all."""

    status_code = 400


class TooLarge(exceptions.APIException):
    """More bytes than this operation takes."""

    status_code = 413


def said(error: TongbanError, lang: str) -> exceptions.ErrorDetail:
    """A rule's refusal as DRF carries it to the answer: our words, and key and rule where DRF keeps its code."""
    return exceptions.ErrorDetail(error.message(lang), f"{error.key}|{error.rule_id}")


def problem(
    http: int,
    lang: str,
    *,
    key: str = "",
    detail: str = "",
    field: str = "",
    rule_id: str = "",
    errors: Sequence[Mapping[str, str]] = (),
) -> HttpResponse:
    """One problem document; what is empty is left out."""
    key = key or WORDS.get(http, WORDS[500 if http >= 500 else 400])
    body: dict[str, Any] = {
        "type": TYPE + key,
        "title": say(f"problem.{http}" if f"problem.{http}" in texts() else "problem.400", lang),
        "status": http,
        "detail": detail or say(key, lang),
    }
    body |= {name: value for name, value in (("field", field), ("rule_id", rule_id), ("errors", list(errors))) if value}
    response = HttpResponse(json.dumps(body, ensure_ascii=False), status=http, content_type=MEDIA)
    if http == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def problem_of(error: TongbanError, lang: str) -> HttpResponse:
    """One of our own refusals."""
    response = problem(
        error.http, lang, key=error.key, detail=error.message(lang), field=error.field, rule_id=error.rule_id
    )
    if retry_after := getattr(error, "retry_after", None):
        response.headers["Retry-After"] = str(int(retry_after))
    return response


def problem_response(error: Exception, context: Mapping[str, Any]) -> HttpResponseBase | None:
    """DRF's exception handler; None (raise it, 500) for what nobody foresaw."""
    lang = context["request"]._request.lang
    if isinstance(error, TongbanError):
        return problem_of(error, lang)
    if isinstance(error, exceptions.ValidationError):
        return _fields(error, lang)
    if isinstance(error, exceptions.NotAuthenticated | exceptions.AuthenticationFailed):
        return problem(401, lang)
    if isinstance(error, exceptions.APIException):
        key = error.default_code if error.default_code.startswith("error.") else ""
        response = problem(error.status_code, lang, key=key)
        if isinstance(error, exceptions.MethodNotAllowed):
            response.headers["Allow"] = ", ".join(context["view"].allowed_methods)
        return response
    plain: tuple[tuple[type[Exception], int], ...] = ((Http404, 404), (PermissionDenied, 403))
    for kind, http in plain:
        if isinstance(error, kind):
            return problem(http, lang)
    return problem(400, lang) if isinstance(error, SuspiciousOperation) else None


def _fields(error: exceptions.ValidationError, lang: str) -> HttpResponse:
    """422 with every field that is wrong; the first one stands at the top as well."""
    found = [_one(name, detail, lang) for name, detail in _flat(error.detail, "")]
    first = found[0]
    return problem(
        422,
        lang,
        key=first["type"].removeprefix(TYPE),
        detail=first["detail"],
        field=first["field"],
        rule_id=first.get("rule_id", ""),
        errors=found,
    )


def _flat(detail: Any, before: str) -> Iterator[tuple[str, exceptions.ErrorDetail]]:
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            yield from _flat(inner, f"{before}.{name}" if before else str(name))
    elif isinstance(detail, list | tuple):
        for inner in detail:
            yield from _flat(inner, before)
    else:
        yield before.removesuffix(".non_field_errors"), detail


def _one(name: str, detail: exceptions.ErrorDetail, lang: str) -> dict[str, str]:
    key, bar, rule_id = str(detail.code).partition("|")
    if bar:
        body = {"field": name, "type": TYPE + key, "detail": str(detail)}
        return body | ({"rule_id": rule_id} if rule_id else {})
    key = f"error.api.field.{detail.code}"
    key = key if key in texts() else "error.api.field.invalid"
    return {"field": name, "type": TYPE + key, "detail": say(key, lang)}
