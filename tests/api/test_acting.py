"""Acting for a holder through the API: papers, returns, exceptions; other factors; nothing of a stranger's (C-09)."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from bss.simulated import plant
from closure import mandates, states
from closure.models import Case, Mandate, Sighting
from closure.services import mandate
from portal.masked import IdNumber, PersonName
from portal.refs import new_ref
from portal.rules.identity import demo_id
from realname.simulated.authority import OTHER_PERSON
from tests.api.conftest import OWED, Caller, completed_draft, for_line, for_staff, raise_limits, said
from tests.closure.conftest import CONTACT, FUJIAN, HOLDER, ID, NUMBER, World, a_line, code_of
from tests.closure.papers import a_png
from tests.closure.test_standing import CLERK, OFF, PASSWORD, PNG

AGENT, AGENT_ID = PersonName("林小芳"), demo_id("35", date(1985, 3, 2), 21)
UNIT, UNIT_ID = "甲木商贸有限公司", IdNumber("91350100M000100Y43")
MANDATE = "closures/draft/mandate"


def packed(content: bytes) -> str:
    """As JSON carries a picture."""
    return base64.b64encode(content).decode()


def acting(kind: str, also: dict[str, Any] | None = None) -> dict[str, Any]:
    """What somebody who acts sends, with a picture of each paper."""
    body: dict[str, Any] = {"kind": kind, "name": HOLDER.plain, "id_number": ID.plain, "consent": True}
    body |= {"agent_name": AGENT.plain, "agent_id": AGENT_ID.plain}
    return body | {"papers": {name: packed(a_png()) for name in mandates.PAPERS[kind]}} | (also or {})


def filed_for(owner: Caller, kind: str, also: dict[str, Any] | None = None) -> str:
    """A closure filed by somebody who acts from the holder's own line; gives its ref."""
    answer = owner.post(MANDATE, acting(kind, also))
    assert answer.status_code == 200, answer.content
    owner.send("PATCH", "closures/draft", {"visiting_province": "32"})
    owner.post("closures/draft/contact", {"contact": CONTACT.plain})
    draft = Case.objects.get(state=states.DRAFT, contact_challenge__gt="")
    owner.post("closures/draft/contact/check", {"code": code_of(draft.contact_challenge)})
    return str(said(owner.post("closures", {"draft": draft.ref}))["ref"])


@pytest.fixture
def free(owner: Caller) -> Caller:
    """The holder's line, with the limits out of the way."""
    raise_limits()
    return owner


@pytest.mark.parametrize("kind", [one for one in mandates.KINDS if one != "unit"])
def test_somebody_acts_with_the_papers_of_their_kind(free: Caller, kind: str) -> None:
    shown = said(free.post(MANDATE, acting(kind)))
    assert (shown["kind"], shown["state"], shown["missing"]) == (kind, "GATHERING", [])
    assert {paper["kind"] for paper in shown["papers"]} == set(mandates.PAPERS[kind])
    assert AGENT_ID.plain not in str(shown) and AGENT.plain not in str(shown)


def test_a_unit_has_a_name_and_a_credit_code(free: Caller) -> None:
    unit = {"name": UNIT, "id_number": UNIT_ID.plain}
    assert free.post(MANDATE, acting("unit", unit)).status_code == 200
    wrong = free.post(MANDATE, acting("unit", {"name": UNIT}))
    assert (wrong.status_code, said(wrong)["field"]) == (422, "id_number")
    assert said(free.post(MANDATE, acting("heir", unit)))["field"] in ("name", "id_number")


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"kind": "friend"}, "kind"),
    ({"consent": False}, "consent"),
    ({"agent_id": "1"}, "agent_id"),
    ({"agent_id": ID.plain}, "agent_id"),
    ({"number": OFF.plain}, "number"),
    ({"papers": {}}, "papers.letter"),
    ({"papers": "letter"}, "papers"),
    ({"papers": [{}]}, "papers"),
    ({"papers": None}, "papers"),
    ({"papers": {"letter": packed(b"no picture")}}, "papers.letter"),
    ({"papers": {"letter": packed(a_png()), "death": packed(a_png())}}, "papers.death"),
    ({"papers": {"will": packed(a_png())}}, "papers.will"),
    ({"photo": packed(PNG)}, "photo_consent"),
]


@pytest.mark.parametrize(("also", "field"), WRONG, ids=[f"{field}-{n}" for n, (_, field) in enumerate(WRONG)])
def test_what_is_wrong_is_refused_at_its_field(free: Caller, also: dict[str, Any], field: str) -> None:
    answer = free.post(MANDATE, acting("delegate", also))
    assert (answer.status_code, said(answer).get("field")) == (422, field)
    assert not Mandate.objects.exists()


def test_a_paper_that_came_back_is_sent_again(free: Caller, world: World) -> None:
    ref = filed_for(free, "delegate")
    world.work(Case.objects.get(ref=ref))
    mandate.review(Mandate.objects.get().ref, "returned", reason="介绍信看不清", by=CLERK)
    world.work(Case.objects.get(ref=ref))
    shown = said(free.get(f"closures/{ref}/mandate"))
    assert (shown["state"], shown["reason"]) == ("RETURNED", "介绍信看不清")
    again = free.post(f"closures/{ref}/mandate", {"papers": {"letter": packed(a_png(8, 8))}})
    assert (again.status_code, said(again)["state"]) == (200, "SUBMITTED")
    assert free.post(f"closures/{ref}/mandate", {"papers": {}}).status_code == 409


def test_the_same_key_again_sends_once(free: Caller) -> None:
    key, body = new_ref(), acting("delegate")
    answers = [free.post(MANDATE, body, key=key) for _ in range(2)]
    assert said(answers[0]) == said(answers[1])
    assert Case.objects.get().papers.count() == 1


def test_a_delegate_across_provinces_asks_for_an_exception_once(free: Caller, world: World) -> None:
    ref = filed_for(free, "delegate", {"photo": packed(PNG), "photo_consent": True})
    world.work(Case.objects.get(ref=ref))
    assert said(free.get(f"closures/{ref}/mandate"))["may_ask_exception"] is True
    path = f"closures/{ref}/mandate/exception"
    assert said(free.post(path, {"reason": " "}))["field"] == "reason"
    assert said(free.post(path, {"reason": "母亲住院，来不了"}))["exception"] == "asked"
    assert free.post(path, {"reason": "母亲住院，来不了"}).status_code == 409


def test_the_marked_copy_is_for_the_line_alone(free: Caller) -> None:
    paper = said(free.post(MANDATE, acting("delegate")))["papers"][0]["ref"]
    filed_for(free, "delegate")
    paper = said(free.get(f"closures/{Case.objects.get().ref}/mandate"))["papers"][0]["ref"]
    copy = free.get(f"papers/{paper}", Accept="*/*")
    assert copy.content.startswith(b"%PDF") and copy.headers["X-Content-Type-Options"] == "nosniff"
    assert for_line(CONTACT).get(f"papers/{paper}", Accept="*/*").status_code == 404
    assert for_staff("clerk").get(f"papers/{paper}", Accept="*/*").status_code == 403


def test_the_holder_acts_after_all(free: Caller) -> None:
    free.post(MANDATE, acting("heir", {"number": OFF.plain}))
    assert said(free.get("closures/draft"))["number"] == OFF.masked
    assert said(free.send("DELETE", MANDATE))["number"] == NUMBER.masked
    assert free.get(MANDATE).status_code == 404
    assert Case.objects.get().papers.count() == 0


def test_a_stranger_finds_nobodys_mandate(free: Caller) -> None:
    ref = filed_for(free, "delegate")
    stranger = for_line(CONTACT)
    for method, path in (("GET", f"closures/{ref}/mandate"), ("POST", f"closures/{ref}/mandate"), ("GET", MANDATE)):
        body: dict[str, Any] | None = {"papers": {}} if method == "POST" else None
        assert stranger.send(method, path, body, Idempotency_Key=new_ref()).status_code == 404, path


def test_the_service_password_stands_beside_the_code(free: Caller, world: World) -> None:
    plant(FUJIAN, a_line(number=OFF, state="two_way", service_password=PASSWORD))
    other = {"number": OFF.plain, "name": HOLDER.plain, "id_number": ID.plain, "password": PASSWORD}
    completed_draft(free)
    answer = free.post("closures/draft/other-line", other)
    assert (answer.status_code, said(answer)["proof"]) == (200, "other_line")
    case = world.work(Case.objects.get(ref=said(free.post("closures", {"draft": said(answer)["ref"]}))["ref"]))
    assert (case.state, bytes(case.password_box)) == (states.QUOTED, b"")


FACTORS: list[tuple[dict[str, Any], str]] = [
    ({}, "photo"),
    ({"photo": packed(PNG)}, "consent"),
    ({"photo": packed(PNG), "consent": 1}, "consent"),
    ({"password": "12345"}, "password"),
    ({"password": 314159}, "password"),
]


@pytest.mark.parametrize(("factor", "field"), FACTORS, ids=[f"{field}-{n}" for n, (_, field) in enumerate(FACTORS)])
def test_another_line_needs_one_of_two_factors(free: Caller, factor: dict[str, Any], field: str) -> None:
    sent = {"number": OFF.plain, "name": HOLDER.plain, "id_number": ID.plain, **factor}
    answer = free.post("closures/draft/other-line", sent)
    assert (answer.status_code, said(answer)["field"]) == (422, field)


def test_a_held_closure_is_checked_again_by_password(free: Caller, world: World) -> None:
    plant(FUJIAN, a_line(number=OFF, state="two_way", service_password=PASSWORD))
    completed_draft(free)
    other = {"number": OFF.plain, "name": HOLDER.plain, "id_number": ID.plain}
    draft = said(free.post("closures/draft/other-line", other | {"photo": packed(PNG + OTHER_PERSON), "consent": True}))
    ref = said(free.post("closures", {"draft": draft["ref"]}))["ref"]
    assert world.work(Case.objects.get(ref=ref)).state == states.HELD
    assert free.post(f"closures/{ref}/recheck", {"password": PASSWORD}).status_code == 202
    assert world.work(Case.objects.get(ref=ref)).state == states.QUOTED
    assert Sighting.objects.get().result == "no_match"


@pytest.fixture
def owner(world: World, fujian: Callable[..., None]) -> Caller:
    """The holder of a Fujian line that owes one bill."""
    fujian(bills=[OWED])
    return for_line(NUMBER)
