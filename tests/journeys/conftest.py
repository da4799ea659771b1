"""A real browser against the real product: gunicorn, worker, beat, PostgreSQL, Valkey, the seeded world."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright, sync_playwright

from tests import browser as chromium
from tests.journeys import product as products
from tests.journeys.product import RunningProduct

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
