"""The cast of the API: the holder of Fujian, a stranger, staff of here and elsewhere, regulators, an auditor."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from typing import cast as cast_to

import pytest
from django.http import HttpResponse
from django.test import Client

from bss.simulated import BillSpec
from closure.models import Case
from portal.actors import robot
from portal.masked import Phone
from portal.models import ParameterValue
from portal.parameters import API_READS_A_MINUTE, API_WRITES_A_MINUTE
from portal.refs import new_ref
from portal.roles import Role
from portal.services import subscribers, tokens
from tests.closure.conftest import CONTACT, HOLDER, ID, NUMBER, World, code_of, fujian, world

__all__ = ["fujian", "world"]

ROBOT = robot("test")
OWED = BillSpec("2026-10", 5800, 0, date(2026, 11, 1), date(2026, 11, 14))
ROOT = "/api/v1/"
STAFF: dict[str, tuple[Role, str, str]] = {
    "clerk": (Role.CLERK, "161", "32"),
    "supervisor": (Role.SUPERVISOR, "161", "35"),
    "clerk of another operator": (Role.CLERK, "163", "32"),
    "clerk of another province": (Role.CLERK, "161", "44"),
    "regulator of Fujian": (Role.PROVINCIAL_REGULATOR, "", "35"),
    "regulator of Guangdong": (Role.PROVINCIAL_REGULATOR, "", "44"),
    "national regulator": (Role.NATIONAL_REGULATOR, "", ""),
    "auditor": (Role.AUDITOR, "", ""),
    "administrator": (Role.ADMINISTRATOR, "", ""),
}


@dataclass
class Caller:
    """A client of the API with its token; an empty one is a stranger."""

    token: str = ""
    client: Client = field(default_factory=Client)

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> HttpResponse:
        """One call; `headers` by their names with underscores for hyphens. Bytes go out as they are."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.token:
            named.setdefault("Authorization", f"Bearer {self.token}")
        data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        address = path if path.startswith("/") else ROOT + path
        media = named.pop("Content-Type", "application/json")
        answer: Any = self.client.generic(method, address, data, media, headers=named)
        return cast_to(HttpResponse, answer)

    def get(self, path: str, **headers: str) -> HttpResponse:
        """GET."""
        return self.send("GET", path, **headers)

    def post(self, path: str, body: Any = None, *, key: str | None = None, **headers: str) -> HttpResponse:
        """POST, under a key of its own unless one is given."""
        return self.send("POST", path, body, **{"Idempotency_Key": new_ref() if key is None else key, **headers})


def said(response: HttpResponse) -> Any:
    """The JSON of an answer."""
    return json.loads(response.content)


def completed_draft(caller: Caller) -> str:
    """A draft filled in through the API, its contact proved; gives its ref."""
    draft = said(caller.post("closures/draft"))
    holder = {"name": HOLDER.plain, "id_number": ID.plain, "visiting_province": "32"}
    assert caller.send("PATCH", "closures/draft", holder).status_code == 200
    assert caller.post("closures/draft/contact", {"contact": CONTACT.plain}).status_code == 200
    code = code_of(Case.objects.get(ref=draft["ref"]).contact_challenge)
    assert caller.post("closures/draft/contact/check", {"code": code}).status_code == 200
    return str(draft["ref"])


def filed_by(caller: Caller) -> str:
    """File a closure through the API, from the draft on; gives its ref."""
    answer = caller.post("closures", {"draft": completed_draft(caller)})
    assert answer.status_code == 201, answer.content
    return str(said(answer)["ref"])


def for_line(number: Phone) -> Caller:
    """A line that has signed in, with its token."""
    return Caller(tokens.issue_to_line(subscribers.sign_in(number, ROBOT), by=ROBOT)[1])


def for_staff(name: str, *, role: Role | None = None, scopes: Sequence[str] = ()) -> Caller:
    """A system of staff or of a regulator, with its token; in another role of the same place, or narrowed, if asked."""
    usual, operator, province = STAFF[name]
    given = tokens.issue_to_system(
        role or usual, name, operator=operator, province=province, scopes=scopes, days=1, by=ROBOT
    )
    return Caller(given[1])


def raise_limits() -> None:
    """So many calls at one frozen instant are the test's, not a client's."""
    for parameter in (API_READS_A_MINUTE, API_WRITES_A_MINUTE):
        ParameterValue.objects.create(name=parameter.name, from_on=date(2019, 1, 2), value=10**6)


@dataclass
class Cast:
    """The holder with a quoted closure of a line that owes a bill, and everybody else."""

    world: World
    owner: Caller
    ref: str
    stranger: Caller
    staff: Mapping[str, Caller]

    def work(self) -> Case:
        """Let the robots do what is due."""
        return self.world.work(Case.objects.get(ref=self.ref))


@pytest.fixture
def owner(world: World, fujian: Callable[..., None]) -> Caller:
    """The holder of a Fujian line that owes one bill."""
    fujian(bills=[OWED])
    return for_line(NUMBER)


@pytest.fixture
def cast(world: World, owner: Caller) -> Cast:
    """A quoted closure, and who may and may not see it."""
    raise_limits()
    ref = filed_by(owner)
    world.work(Case.objects.get(ref=ref))
    return Cast(world, owner, ref, for_line(CONTACT), {name: for_staff(name) for name in STAFF})
