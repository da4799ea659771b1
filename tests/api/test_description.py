"""The description: whole, closed, and equal to the routes; its page needs nothing from elsewhere."""

from __future__ import annotations

import json
import re
from typing import Any

import jsonschema  # type: ignore[import-untyped]  # dev only, and its stubs are not
import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from portal.api.description import description
from portal.api.views import ApiView
from portal.servers.provision import Addresses
from tests.api.test_objects import body_of, operations

READS = {"400", "401", "403", "404", "405", "406", "422", "429", "500"}
WRITES = READS | {"409", "413", "415"}
ALL = list(operations())
HAN = re.compile("[\u4e00-\u9fff]")
each = pytest.mark.parametrize(("path", "method", "one"), ALL, ids=[one["operationId"] for _, _, one in ALL])


def routed(resolver: URLResolver, before: str = "/") -> set[tuple[str, str]]:
    """Path and method of every resource in the URLconf."""
    found: set[tuple[str, str]] = set()
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            found |= routed(entry, before + str(entry.pattern))
        elif isinstance(entry, URLPattern) and issubclass(getattr(entry.callback, "cls", object), ApiView):
            path = re.sub(r"<str:(\w+)>", r"{\1}", before + str(entry.pattern))
            view: Any = entry.callback
            found |= {(path, method) for method in view.cls.operations}
    return found


def test_the_description_is_the_routes() -> None:
    assert {(path, method) for path, method, _ in ALL} == routed(get_resolver())
    assert len(ALL) >= 90


@each
def test_an_operation_says_what_it_is_and_how_it_is_refused(path: str, method: str, one: dict[str, Any]) -> None:
    assert re.fullmatch("[a-z_]+", one["operationId"])
    assert 5 <= len(one["summary"]) <= 120
    wanted = READS if method == "GET" else WRITES
    assert wanted <= set(one["responses"])
    assert len([http for http in one["responses"] if http < "400"]) == 1
    for http, answer in one["responses"].items():
        assert (list(answer.get("content", {})) == ["application/problem+json"]) == (http >= "400")


@each
def test_a_post_takes_a_key_and_money_demands_it(path: str, method: str, one: dict[str, Any]) -> None:
    keys = [parameter for parameter in one.get("parameters", []) if parameter["name"] == "Idempotency-Key"]
    assert len(keys) == (method == "POST")
    moves_money = one["operationId"] in {
        "closures_payments_create", "closures_settle", "closures_refund_create", "restorings_create",
        "closures_claims_pay", "operator_disputes_prove", "operator_disputes_concede", "operator_contacts_create",
        "operator_having_back_create",
    }  # fmt: skip
    assert any(key.get("required", False) for key in keys) >= moves_money


@each
def test_the_example_of_a_body_fits_its_shape(path: str, method: str, one: dict[str, Any]) -> None:
    content = one.get("requestBody", {}).get("content", {}).get("application/json")
    if content is None:
        return
    schema = content["schema"] | {"components": description()["components"]}
    example = body_of(one)
    if example is None:  # names a person: no example is nobody's
        assert one["operationId"] in {
            "closures_draft_other_line", "closures_find", "closures_recheck", "closures_draft_mandate_create",
            "closures_mandate_send", "closures_draft_numbers_create", "operator_having_back_create",
        }  # fmt: skip
        return
    jsonschema.validate(example, schema)


def test_every_operation_has_a_name_of_its_own() -> None:
    names = [one["operationId"] for _, _, one in ALL]
    assert len(names) == len(set(names))


def test_no_shape_is_open() -> None:
    shapes = description()["components"]["schemas"]
    assert [name for name, shape in shapes.items() if shape.get("additionalProperties") is not False] == []


def test_personal_data_stands_in_no_address() -> None:
    named = {parameter["name"] for _, _, one in ALL for parameter in one.get("parameters", [])}
    assert named & {"phone", "number", "name", "id_number", "contact", "case_no", "code"} == set()


def test_the_description_is_served_as_it_is_made(database: Addresses) -> None:
    answer = Client().get("/api/schema/")
    assert json.loads(answer.content) == json.loads(json.dumps(description()))
    assert description()["openapi"].startswith("3.1")


def test_the_page_shows_every_operation_and_fetches_nothing_from_elsewhere(database: Addresses) -> None:
    page = Client().get("/api/docs/", HTTP_ACCEPT="text/html")
    text = page.content.decode()
    assert [one["operationId"] for _, _, one in ALL if f'id="op-{one["operationId"]}"' not in text] == []
    assert not re.search(r'(?:src|href)="(?:https?:)?//', text)
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]
    english = Client().get("/api/docs/?lang=en").content.decode()
    assert HAN.findall(re.sub(r'<a [^>]*lang="zh-CN".*?</a>', "", english, flags=re.DOTALL)) == []
