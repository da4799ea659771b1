"""The description itself, and a page of it for people: rendered here, without a script or a foreign host."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator

ORDER = ("get", "post", "put", "patch", "delete")


@cache
def description() -> dict[str, Any]:
    """The OpenAPI document; the routes do not change while a process lives."""
    document: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return document


@require_safe
def schema(request: HttpRequest) -> HttpResponse:
    """The document as JSON."""
    body = json.dumps(description(), ensure_ascii=False, indent=1)
    return HttpResponse(body, content_type="application/vnd.oai.openapi+json")


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """Template api/docs.html, context: info, groups [{name, operations}], schemas."""
    document = description()
    groups: dict[str, list[dict[str, Any]]] = {}
    for path, methods in document["paths"].items():
        for method in [one for one in ORDER if one in methods]:
            operation = methods[method]
            groups.setdefault(operation["tags"][0], []).append(_row(path, method, operation))
    context = {
        "info": document["info"],
        "groups": [{"name": name, "operations": rows} for name, rows in groups.items()],
        "schemas": [
            {"name": name, "words": schema.get("description", ""), "members": _members(schema)}
            for name, schema in document["components"]["schemas"].items()
        ],
    }
    return render(request, "api/docs.html", context)


def _row(path: str, method: str, operation: dict[str, Any]) -> dict[str, Any]:
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    done = next(iter(operation["responses"].items()))
    media: dict[str, Any] = next(iter(done[1].get("content", {}).values()), {})
    examples = [one["value"] for one in body.get("examples", {}).values()]
    return {
        "id": operation["operationId"],
        "method": method.upper(),
        "path": path,
        "summary": operation["summary"],
        "words": operation.get("description", ""),
        "parameters": operation.get("parameters", []),
        "body": _name(body.get("schema", {})),
        "example": json.dumps(examples[0], ensure_ascii=False) if examples else "",
        "done": done[0],
        "answer": _name(media.get("schema", {})),
        "refusals": [http for http in operation["responses"] if http >= "400"],
    }


def _members(schema: dict[str, Any]) -> list[dict[str, Any]]:
    required = schema.get("required", [])
    return [
        {"name": name, "kind": _kind(one), "required": name in required, "words": one.get("description", "")}
        for name, one in schema.get("properties", {}).items()
    ]


def _kind(schema: dict[str, Any]) -> str:
    if named := _name(schema):
        return named
    if "items" in schema:
        return f"[{_kind(schema['items'])}]"
    kinds = schema.get("type", "any")
    words = " | ".join(kinds) if isinstance(kinds, list) else str(kinds)
    enum = schema.get("enum")
    return " | ".join(str(one) for one in enum) if enum and len(enum) <= 12 else words


def _name(schema: dict[str, Any]) -> str:
    inner = schema.get("$ref") or next(
        (one["$ref"] for kind in ("allOf", "oneOf", "anyOf") for one in schema.get(kind, []) if "$ref" in one), ""
    )
    return str(inner).rsplit("/", 1)[-1]
