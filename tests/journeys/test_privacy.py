"""No full number, ID or name in a log, an address, a task's arguments or the broker (RELIABILITY §3.17)."""

from __future__ import annotations

import base64
import os
import re
import threading
from collections.abc import Iterator

import pytest
import redis
from playwright.sync_api import Page

from demo.cast.subscribers import cast
from portal import clock
from portal.servers.places import DATA
from tests.journeys.product import WORLD, RunningProduct
from tests.journeys.visitor import Visitor, line_of

CONTACT = "16932700104"
BODY = re.compile(r"[A-Za-z0-9+/]{24,}={0,2}")


def canaries() -> list[str]:
    """Every number, ID and name of the seeded cast, and the contact this journey uses."""
    lines = cast(clock.today())
    found = {one for line in lines for one in (line.spec.number, line.spec.holder_id, line.spec.holder_name)}
    return sorted(found | {CONTACT})


def leaks(text: str) -> list[str]:
    return [canary for canary in canaries() if canary in text]


@pytest.fixture
def overheard(product: RunningProduct) -> Iterator[list[str]]:
    """Every command the broker gets while the test runs, bodies decoded."""
    said: list[str] = []
    broker = redis.Redis.from_url(os.environ.get("REDIS_URL") or WORLD.redis_url())
    begun = threading.Event()

    def listen() -> None:
        with broker.monitor() as monitor:  # type: ignore[no-untyped-call]
            begun.set()
            for one in monitor.listen():
                said.append(one["command"])
                if "the-end" in one["command"]:
                    return

    listener = threading.Thread(target=listen)
    listener.start()
    begun.wait(10)
    yield said
    broker.get("the-end")
    listener.join(10)
    broker.close()


def decoded(command: str) -> str:
    """A command with the base64 parts of messages made readable."""
    parts = [command]
    for body in BODY.findall(command):
        try:
            parts.append(base64.b64decode(body).decode("utf-8"))
        except ValueError:
            continue
    return " ".join(parts)


def test_nothing_personal_leaves_the_database(page: Page, overheard: list[str]) -> None:
    addresses: list[str] = []
    page.on("request", lambda request: addresses.append(request.url))
    visitor = Visitor(page, line_of("slow_province"), contact=CONTACT)
    page.goto("/closure/find")
    page.locator("[name=case_no]").fill(visitor.line.number.plain)
    page.locator("[name=id_number]").fill("35010219880601123x")
    page.locator("main form button").first.click()
    visitor.file()
    visitor.see("看每一笔怎么算的", 60_000)
    commands = " ".join(map(decoded, overheard))
    assert "closure.advance" in commands
    assert leaks(commands) == []
    assert leaks(" ".join(addresses)) == []


def test_no_log_of_the_product_holds_a_person(product: RunningProduct) -> None:
    logs = sorted((DATA / "logs" / WORLD.name).glob("*.log"))
    assert len(logs) >= 4
    assert {log.name: leaks(log.read_text(encoding="utf-8", errors="replace")) for log in logs} == {
        log.name: [] for log in logs
    }
