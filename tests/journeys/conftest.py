"""A real browser against the real product: gunicorn, worker, beat, PostgreSQL, Valkey, the seeded world."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.db import connections
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright, sync_playwright
from pytest_django import DjangoDbBlocker

from bss.simulated import close_pools
from portal.settings import environment
from tests import browser as chromium
from tests.broker import nudges_to
from tests.journeys import product as products
from tests.journeys import standards
from tests.journeys.product import RunningProduct, addresses_of

OUT = Path(__file__).resolve().parents[2] / "out"
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1440, "height": 900}
LIMIT_MS = 15_000
FLAGS = ["--no-sandbox", "--disable-dev-shm-usage", "--font-render-hinting=none"]
AXE = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]},
    "resultTypes": ["violations"],
}

OpenPage = Callable[..., Page]
Holds = Callable[..., None]
WIDTHS = (320, 390, 1440)


@pytest.fixture(scope="session")
def product() -> Iterator[RunningProduct]:
    """The product, started once; a test may kill its parts, they come back."""
    running = products.start()
    yield running
    running.stop()


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """Playwright keeps an event loop in this thread; Django must not take it for asynchronous code."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """Chromium; its absence fails the journeys, it never skips them."""
    path = chromium.find()
    if not path:
        pytest.fail("No Chromium: run `make browser`", pytrace=False)
    opened = playwright.chromium.launch(executable_path=path, args=FLAGS)
    yield opened
    opened.close()


@pytest.fixture
def open_page(browser: Browser, product: RunningProduct, request: pytest.FixtureRequest) -> Iterator[OpenPage]:
    """Opens one person's page: `open_page(size=DESK, javascript=False)`. Cookies are that page's own."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def open_one(size: dict[str, int] | None = None, *, javascript: bool = True, **more: Any) -> Page:
        context = browser.new_context(
            base_url=product.url,
            viewport=size or PHONE,  # type: ignore[arg-type]
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            java_script_enabled=javascript,
            **more,
        )
        context.set_default_timeout(LIMIT_MS)
        context.on("console", lambda message: _note(message, complaints))
        context.on("weberror", lambda error: complaints.append(f"script error: {error.error}"))
        contexts.append(context)
        return context.new_page()

    yield open_one
    _keep_pictures(request, contexts)
    for context in contexts:
        context.close()
    assert complaints == [], "the browser complained"


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    """A subscriber's phone, 390 px wide."""
    return open_page()


@pytest.fixture
def desktop(open_page: OpenPage) -> Page:
    """A desk screen, 1440 px wide."""
    return open_page(DESK)


@pytest.fixture
def page_without_js(open_page: OpenPage) -> Page:
    """A phone with JavaScript off."""
    return open_page(javascript=False)


@pytest.fixture
def axe() -> Callable[[Page], None]:
    """Call it with a page: no violation of WCAG 2.2 AA or of axe's best practices."""

    def check(page: Page) -> None:
        results = Axe().run(page, options=AXE)
        found = [(each["id"], [node["html"] for node in each["nodes"]]) for each in results.response["violations"]]
        assert found == [], f"axe at {page.url}"

    return check


@pytest.fixture
def inside(product: RunningProduct, django_db_blocker: DjangoDbBlocker) -> Iterator[RunningProduct]:
    """This test also acts through the product's own verbs, on the running product's database, provinces and broker."""
    addresses = addresses_of(product)
    before = dict(connections["default"].settings_dict), settings.BSS_DATABASE_URL, settings.BSS_DATABASE_PREFIX
    connections["default"].close()
    connections["default"].settings_dict.update(environment.database(addresses.app))
    settings.BSS_DATABASE_URL, settings.BSS_DATABASE_PREFIX = addresses.provinces, addresses.prefix
    broker = environment.broker(os.environ.get("REDIS_URL") or products.WORLD.redis_url())
    close_pools()
    with nudges_to(broker), django_db_blocker.unblock():
        yield product
        connections.close_all()
    close_pools()
    connections["default"].settings_dict.update(before[0])
    settings.BSS_DATABASE_URL, settings.BSS_DATABASE_PREFIX = before[1:]


@pytest.fixture
def holds(axe: Callable[[Page], None]) -> Holds:
    """Call it with a page: what UX section 6 asks of every page, at 320, 390 and 1440 px.

    With PICTURES=1 in the environment the page is also painted, for somebody to look at.
    """

    def check(page: Page, person: dict[str, str] | None = None) -> None:
        size, found = page.viewport_size, {}
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 844})
            found[width] = standards.faults(page, person=person)
            _paint(page, width)
        if size is not None:
            page.set_viewport_size(size)
        assert found == {width: [] for width in WIDTHS}, page.url
        axe(page)

    return check


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Any:
    """Remember whether the test failed, for its pictures."""
    report = yield
    if report.when == "call" and report.failed:
        vars(item)["failed"] = True
    return report


def _note(message: ConsoleMessage, complaints: list[str]) -> None:
    """A refusal of the content security policy is a complaint; an expected 4xx is not."""
    if message.type == "error" and "Content Security Policy" in message.text:
        complaints.append(message.text)


def _keep_pictures(request: pytest.FixtureRequest, contexts: list[BrowserContext]) -> None:
    if not vars(request.node).get("failed"):
        return
    OUT.mkdir(exist_ok=True)
    name = re.sub(r"\W+", "-", request.node.name)
    for number, page in enumerate(page for context in contexts for page in context.pages):
        page.screenshot(path=OUT / f"{name}-{number}.png", full_page=True)


def _paint(page: Page, width: int) -> None:
    if os.environ.get("PICTURES"):
        OUT.mkdir(exist_ok=True)
        name = re.sub(r"[a-z0-9]{26}", "ref", page.url.split("/", 3)[-1]).replace("/", "-")
        page.screenshot(path=OUT / f"{len(list(OUT.iterdir())):03d}-{name[:60]}-{width}.png", full_page=True)
