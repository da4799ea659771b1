"""The one view: enter, read, do once, answer. A resource is its operations by method."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import wraps
from typing import Any, ClassVar

from django.http import HttpResponse, HttpResponseBase
from django.urls import URLPattern, path
from rest_framework import serializers
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from portal.api import limits
from portal.api.entry import SAFE, Entrance, Scoped, token_of
from portal.api.fields import Nothing
from portal.api.operations import Answer, Call, Operation, Shape
from portal.api.problems import TooLarge, problem, problem_response
from portal.api.reading import StrictJson
from portal.requests import address_of
from portal.services import repeats

ROOT = "api/v1/"
KEPT = frozenset({200, 201, 202, 204, 400, 403, 404, 412, 422})
TRAVELS = ("Location", "ETag")
VERSION = re.compile(r'"([1-9][0-9]{0,4})"')


class ApiView(APIView):
    """One address; `operations` says what each method does there."""

    operations: ClassVar[Mapping[str, Operation]] = {}
    authentication_classes = (Entrance,)
    permission_classes = (Scoped,)
    parser_classes = (StrictJson,)

    @property
    def operation_or_none(self) -> Operation | None:
        """What the request's method does here."""
        method = self.request.method or ""
        return self.operations.get("GET" if method == "HEAD" else method)

    def get_renderers(self) -> list[BaseRenderer]:
        """What may be asked for in `Accept`."""
        operation = self.operation_or_none
        return [_Media(operation.media if operation else "application/json")]

    def answer(self, request: Request, **path: str) -> HttpResponseBase:
        """Count, read, then do; under an idempotency key only once."""
        operation = self.operation_or_none
        if operation is None:
            return problem(405, request._request.lang)  # type: ignore[attr-defined]
        raw = request._request
        limits.count(request.user, address_of(raw), writes=raw.method not in SAFE)  # type: ignore[arg-type]
        call = self._call(operation, request, path)
        key = request.headers.get("Idempotency-Key")
        if operation.needs_key and key is None:
            return problem(400, call.lang, key="error.repeat.none", field="Idempotency-Key")
        if key is not None and raw.method == "POST" and operation.keeps:
            return self._once(key, call)
        return written(operation, operation(call))

    def _call(self, operation: Operation, request: Request, path: Mapping[str, str]) -> Call:
        raw: Any = request._request
        context = {"lang": raw.lang}
        return Call(
            request=raw,
            operation=operation,
            actor=raw.actor,
            lang=raw.lang,
            address=address_of(raw),
            token=token_of(raw),
            path=path,
            query=_read(operation.query or Nothing, _single(raw.GET), context),
            body=_body(operation, request, context),
            version=_version(operation, request),
        )

    def _once(self, key: str, call: Call) -> HttpResponseBase:
        """The same key and the same call again get the first answer; what may still change is not kept."""
        said = json.dumps([call.request.path, call.version, _sent(self.request)], sort_keys=True)
        run = repeats.begin(key, by=call.actor, address=call.address, route=call.operation.id, body=said)
        if run.kept is not None:
            return _again(call.operation, run.kept)
        try:
            response = written(call.operation, call.operation(call))
        except Exception as error:
            answer = problem_response(error, {"request": self.request, "view": self})
            if answer is None or answer.status_code not in KEPT or not isinstance(answer, HttpResponse):
                repeats.drop(run)
                raise
            response = answer
        headers = {name: response.headers[name] for name in TRAVELS if name in response.headers}
        repeats.keep(run, repeats.Kept(response.status_code, headers, response.content.decode()))
        return response

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        """Nothing of the API is stored on the way."""
        final = super().finalize_response(request, response, *args, **kwargs)
        final.headers["Cache-Control"] = "no-store"
        final.headers["Vary"] = "Accept, Accept-Language, Authorization, Cookie"
        return final


class _Media(BaseRenderer):
    """Answers are written by `written`; this one only takes part in the choice of what to answer."""

    def __init__(self, media: str) -> None:
        self.media_type = media

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> Any:
        """Never called: every answer is an HttpResponse already."""
        raise NotImplementedError


def _single(query: Any) -> dict[str, Any]:
    return {name: values[0] if len(values) == 1 else values for name, values in query.lists() if name != "lang"}


def _read(shape: Shape, data: Any, context: Mapping[str, str]) -> Mapping[str, Any]:
    serializer = shape(data=data, context=dict(context))
    serializer.is_valid(raise_exception=True)
    return serializer.validated_data  # type: ignore[no-any-return]


def _body(operation: Operation, request: Request, context: Mapping[str, str]) -> Mapping[str, Any]:
    if request.method in SAFE:
        return {}
    if int(request.META.get("CONTENT_LENGTH") or 0) > operation.limit:
        raise TooLarge
    return _read(operation.body or Nothing, _sent(request), context)


def _sent(request: Request) -> dict[str, Any]:
    """The members as they were sent; none without a body."""
    return dict(request.data) if request.data else {}


def _version(operation: Operation, request: Request) -> int:
    """What the caller saw last, from If-Match: `"3"`."""
    if not operation.if_match:
        return 0
    text = request.headers.get("If-Match", "")
    found = VERSION.fullmatch(text.strip())
    if found is None:
        code = "if_match" if text else "no_if_match"
        raise serializers.ValidationError({"If-Match": [serializers.ErrorDetail("", code)]})
    return int(found[1])


def written(operation: Operation, result: Any) -> HttpResponse:
    """The answer as JSON with the members of its shape and no others; bytes go out as they are."""
    answer = result if isinstance(result, Answer) else Answer(result)
    http = answer.http or operation.http
    if operation.answer is None and isinstance(answer.data, bytes):
        response = HttpResponse(answer.data, status=http, content_type=operation.media)
    elif operation.answer is None or http == 204:
        response = HttpResponse(status=http)
        del response.headers["Content-Type"]
    else:
        body = json.dumps(operation.answer(answer.data).data, ensure_ascii=False)
        response = HttpResponse(body, status=http, content_type="application/json")
    for name, value in answer.headers.items():
        response.headers[name] = value
    return response


def _again(operation: Operation, kept: repeats.Kept) -> HttpResponse:
    media = "application/problem+json" if kept.http >= 400 else operation.media
    response = HttpResponse(kept.body, status=kept.http, content_type=media)
    for name, value in {**kept.headers, "Idempotent-Replayed": "true"}.items():
        response.headers[name] = value
    return response


def resource(address: str, *, name: str, **methods: Operation) -> URLPattern:
    """An address below /api/v1/ and what each method does there (`GET=…, POST=…`); the API's `route`.

    The permission words of its operations are the route's, by method: the middleware and the law test read them.
    """
    handlers: dict[str, Any] = {method.lower(): ApiView.answer for method in methods}
    names = [method.lower() for method in methods] + (["head"] if "GET" in methods else [])
    view_class = type("Resource", (ApiView,), {"operations": methods, "http_method_names": names, **handlers})
    view = view_class.as_view()  # type: ignore[attr-defined]

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> HttpResponseBase:
        return view(*args, **kwargs)  # type: ignore[no-any-return]

    vars(guarded)["permissions"] = {method: operation.permission for method, operation in methods.items()}
    return path(ROOT + address, guarded, name=name)
