"""Routes × roles, computed from the URLconf and compared with a table reviewed by hand (CONVENTIONS 12)."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, cast

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.test import RequestFactory
from django.urls import URLPattern, path

from portal.actors import Actor
from portal.checks import every_route_has_a_permission, undeclared
from portal.middleware import DefaultDeny
from portal.permissions import roles_of
from portal.requests import PortalRequest
from portal.roles import Role
from portal.routes import Declared, all_routes, route

TABLE = tomllib.loads(Path(__file__).with_name("routes.toml").read_text(encoding="utf-8"))
PEOPLE = [role for role in Role if role is not Role.ROBOT]
ROUTES = sorted(all_routes(), key=lambda one: one.name)


def nothing(_request: HttpRequest) -> HttpResponse:
    """A view that would let anybody in."""
    return HttpResponse("in")


def reviewed_roles(word: str) -> set[str]:
    """The roles of a permission word as the table says."""
    roles = set(TABLE["permissions"][word])
    return {role.value for role in PEOPLE} if roles == {"everyone"} else roles


def knock(word: str, role: Role, where: str = "/somewhere?a=1") -> HttpResponseBase | None:
    """What the middleware answers a role at a route with this permission; None lets in."""
    pattern = route("x", nothing, name="x", permission=word)
    request = cast(PortalRequest, RequestFactory().get(where))
    request.actor, request.lang = Actor(role, f"{role.value}:x"), "zh"
    return DefaultDeny(nothing).process_view(request, pattern.callback, (), {})


def test_every_route_stands_in_the_reviewed_table() -> None:
    assert {one.name: one.permission for one in ROUTES} == TABLE["routes"]


def test_every_word_of_the_table_names_the_roles_the_apps_declare() -> None:
    declared = {word: {role.value for role in roles_of(word) if role in PEOPLE} for word in TABLE["permissions"]}
    assert declared == {word: reviewed_roles(word) for word in TABLE["permissions"]}


@pytest.mark.parametrize("one", ROUTES, ids=lambda one: one.name)
def test_each_role_meets_at_each_route_what_the_table_says(one: Declared) -> None:
    reviewed = reviewed_roles(TABLE["routes"][one.name])
    for role in PEOPLE:
        lets_in = knock(one.permission, role) is None
        assert lets_in == (role.value in reviewed or "anonymous" in reviewed), role


def test_a_stranger_is_sent_to_sign_in_and_back() -> None:
    answer = knock("my", Role.ANONYMOUS)
    assert answer is not None
    assert answer.headers["Location"] == "/sign-in?next=%2Fsomewhere%3Fa%3D1"


def test_a_stranger_at_a_staff_page_meets_the_staff_door() -> None:
    answer = knock("desk.read", Role.ANONYMOUS)
    assert answer is not None
    assert answer.headers["Location"].startswith("/staff/sign-in?next=")


def test_the_wrong_role_is_refused_and_not_sent_anywhere() -> None:
    answer = knock("my", Role.CLERK)
    assert answer is not None
    assert answer.status_code == 403


def test_a_stranger_at_the_api_gets_a_problem_and_no_page() -> None:
    answer = knock("my", Role.ANONYMOUS, "/api/v1/closures")
    assert answer is not None
    assert (answer.status_code, answer.headers["Content-Type"]) == (401, "application/problem+json")


def test_a_word_nobody_declared_lets_nobody_in() -> None:
    assert all(knock("no-such-word", role) is not None for role in PEOPLE)


def test_a_route_without_a_permission_is_found_at_the_check() -> None:
    bare: list[URLPattern] = [path("open", nothing, name="open")]
    lost = undeclared(Declared(str(one.name), str(one.pattern), "") for one in bare)
    assert [one.name for one in lost] == ["open"]
    assert every_route_has_a_permission(None) == []


def test_a_route_without_a_permission_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    lost: list[Any] = [Declared("open", "open", "")]
    monkeypatch.setattr("portal.middleware.all_routes", lambda: lost)
    with pytest.raises(ImproperlyConfigured, match="open"):
        DefaultDeny(nothing)


def test_one_view_under_two_routes_keeps_two_permissions() -> None:
    first = route("a", nothing, name="a", permission="public")
    second = route("b", nothing, name="b", permission="my")
    assert vars(first.callback)["permission"] == "public"
    assert vars(second.callback)["permission"] == "my"
