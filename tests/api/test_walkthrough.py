"""docs/api.md, run as it stands against a web server of ours: what it says happens."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from django.db import connections

from closure import states
from closure.models import Case
from portal.models import OneTimeCode
from portal.wsgi import application
from settlement.simulated.provider import decide
from tests.api.conftest import OWED, for_staff, raise_limits
from tests.closure.conftest import CONTACT, HOLDER, ID, NUMBER, World, code_of

BLOCK = re.compile(r"```sh\n(.*?)```", re.DOTALL)
PAGE = Path(__file__).resolve().parents[2] / "docs" / "api.md"


class Quiet(WSGIRequestHandler):
    """Writes no lines about requests."""

    def log_message(self, *args: Any) -> None:
        """Nothing."""


@pytest.fixture
def address(world: World) -> Iterator[str]:
    """A web server of this process on a free port."""
    server: WSGIServer = make_server("127.0.0.1", 0, _closing, handler_class=Quiet)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def _closing(environ: dict[str, Any], start: Any) -> list[bytes]:
    try:
        return [b"".join(application(environ, start))]
    finally:
        connections.close_all()


class Reader:
    """Somebody who follows the page: keeps what is answered under the names the next block uses."""

    def __init__(self, at: str) -> None:
        self.blocks = iter(BLOCK.findall(PAGE.read_text(encoding="utf-8").replace("http://127.0.0.1:8000", at)))
        self.known = {"number": NUMBER.plain, "contact": CONTACT.plain, "name": HOLDER.plain}
        self.known |= {"id_number": ID.plain, "key": "walkthrough"}
        self.before = next(self.blocks)

    def step(self, **also: str) -> dict[str, Any]:
        """Run the next block; gives the JSON it was answered."""
        self.known |= also
        given = "\n".join(f"{name}='{value}'" for name, value in self.known.items())
        block = next(self.blocks)
        if block.startswith("me="):
            self.before += block.splitlines()[0] + "\n"
        script = f"{given}\n{self.before}\n{block}"
        ran = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True, timeout=60)
        return json.loads(ran.stdout[ran.stdout.index("{") :])  # type: ignore[no-any-return]


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not on this machine")
def test_the_page_about_the_api_does_what_it_says(world: World, fujian: Callable[..., None], address: str) -> None:
    fujian(bills=[OWED])
    raise_limits()
    reader = Reader(address)
    _get_in(reader)
    ref = _file(reader)
    case = world.work(Case.objects.get(ref=ref))
    assert reader.step(ref=ref)["done"] is True
    assert reader.step()["items"][0]["arithmetic"]
    _pay(reader, world, case)
    assert reader.step()["state"] == states.CLOSED
    certificate = reader.step()
    assert reader.step()["possible"] is True
    assert reader.step()["score"] == 5
    assert reader.step(certificate=certificate["ref"])["genuine"] is True
    assert reader.step(clerk_token=for_staff("supervisor").token)["items"] == []
    assert reader.step()["items"] == []
    assert reader.step()["field"] == "phone"
    assert next(reader.blocks, None) is None


def _get_in(reader: Reader) -> None:
    challenge = reader.step()["challenge"]
    token = reader.step(challenge=challenge, code=code_of(challenge))["token"]
    assert reader.step(token=token)["role"] == "subscriber"


def _file(reader: Reader) -> str:
    draft = reader.step()["ref"]
    reader.step()
    reader.step()
    code = code_of(OneTimeCode.objects.order_by("-pk")[0].ref)
    assert reader.step(contact_code=code)["is_complete"] is True
    assert reader.step()["items"] == []
    assert {row["province"] for row in reader.step()["items"]} == {"32"}
    return str(reader.step(draft=draft)["ref"])


def _pay(reader: Reader, world: World, case: Case) -> None:
    assert reader.step()["in_force"] is True
    reader.step()
    payment = reader.step()["ref"]
    decide(payment, "paid")
    world.work(case)
    assert reader.step(payment=payment)["state"] == "PAID"
    world.work(case)
    world.work(case)
