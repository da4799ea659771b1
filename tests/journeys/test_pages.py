"""Every page of ours that opens without a reference: axe finds nothing, whoever may see it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.urls import reverse
from playwright.sync_api import Page

from portal.permissions import roles_of
from portal.roles import Role
from portal.routes import Declared, all_routes
from tests.journeys.conftest import DESK, OpenPage
from tests.journeys.visitor import Visitor, line_of

# Not pages: they act, answer machines, or send files.
NOT_PAGES = re.compile(
    r"healthz|readyz|callback|sign-out|switch|schema|\.jsonl|\.pdf|^api-(?!docs)|demo-enter|closure-start|-key|resend|package"
)
STAFF = {"clerk": Role.CLERK, "national": Role.NATIONAL_REGULATOR, "auditor": Role.AUDITOR}


def open_to(role: Role) -> list[Declared]:
    """The pages without parameters that a role may open."""
    found = [one for one in all_routes() if one.name and "<" not in one.template and not NOT_PAGES.search(one.name)]
    return [one for one in found if role in roles_of(one.permission)]


def public() -> list[Declared]:
    return open_to(Role.ANONYMOUS)


def for_staff(role: Role) -> list[Declared]:
    known = {one.name for one in public()}
    return [one for one in open_to(role) if one.name not in known]


def check_all(page: Page, routes: list[Declared], axe: Callable[[Page], None]) -> int:
    """Open each and let axe look; gives how many were pages."""
    seen = 0
    for one in routes:
        response = page.goto(reverse(one.name))
        assert response is not None
        assert response.status == 200, f"{one.name}: {response.status}"
        if "text/html" in response.headers.get("content-type", ""):
            axe(page)
            seen += 1
    return seen


@pytest.fixture
def signed_in(page: Page) -> Page:
    """A subscriber who is signed in."""
    Visitor(page, line_of("family_broadband"), contact="").sign_in("/my")
    return page


def test_axe_finds_nothing_on_public_pages(page: Page, axe: Callable[[Page], None]) -> None:
    assert check_all(page, public(), axe) >= 15


def test_axe_finds_nothing_on_a_subscribers_pages(signed_in: Page, axe: Callable[[Page], None]) -> None:
    known = {one.name for one in public()}
    routes = [one for one in open_to(Role.SUBSCRIBER) if one.name not in known]
    assert check_all(signed_in, routes, axe) >= 4


@pytest.mark.parametrize("username", STAFF)
def test_axe_finds_nothing_on_staff_pages(open_page: OpenPage, axe: Callable[[Page], None], username: str) -> None:
    page = open_page(DESK)
    page.goto("/demo/")
    page.locator(f"button[value='{username}']").click()
    assert check_all(page, for_staff(STAFF[username]), axe) >= 1


def test_axe_finds_nothing_in_large_english(open_page: OpenPage, axe: Callable[[Page], None]) -> None:
    page = open_page()
    page.goto("/size/switch?to=1&next=/")
    page.goto("/language/switch?to=en&next=/")
    assert page.locator("html.big[lang=en]").count() == 1
    assert check_all(page, public(), axe) >= 15


def test_axe_finds_nothing_in_large_type(open_page: OpenPage, axe: Callable[[Page], None]) -> None:
    page = open_page()
    page.goto("/size/switch?to=1&next=/")
    for name in ("home", "sign-in", "verify", "rules", "help"):
        page.goto(reverse(name))
        assert page.locator("html.big").count() == 1
        axe(page)
