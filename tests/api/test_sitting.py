"""Several numbers in one sitting, and what follows a closing: rated once, had back in a store (C-11, C-26, T-15)."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import pytest

from bss.simulated import plant
from closure import states
from closure.models import Case, HavingBack, Satisfaction
from closure.services import having_back, payment, satisfaction
from portal.refs import new_ref
from portal.services import tokens
from tests.api.conftest import ROBOT, Caller, completed_draft, for_line, for_staff, raise_limits, said
from tests.closure.conftest import CONTACT, FUJIAN, JIANGSU, NUMBER, World, a_line
from tests.closure.test_having_back import CLERK, SEEN
from tests.closure.test_sitting import FOREIGN, SECOND, THIRD
from tests.closure.test_standing import PNG

NUMBERS = "closures/draft/numbers"
PHOTO = {"photo": base64.b64encode(PNG).decode(), "consent": True}


@pytest.fixture
def free(owner: Caller) -> Caller:
    """A complete draft of the holder, two more lines of theirs, and the limits out of the way."""
    raise_limits()
    plant(FUJIAN, a_line(number=SECOND, service_password="271828"))
    plant(JIANGSU, a_line(number=THIRD))
    completed_draft(owner)
    return owner


@pytest.fixture
def closed(world: World, fujian: Callable[..., None]) -> tuple[Caller, Case]:
    """A closed number of a holder who owes nothing."""
    raise_limits()
    fujian()
    case = world.quoted()
    payment.settle_without_payment(case, 1, by=world.by)
    case = world.work(case)
    return Caller(tokens.issue_to_case(case.ref, by=ROBOT)[1]), case


def test_one_photo_is_enough_for_all_numbers(free: Caller, world: World) -> None:
    assert free.post(NUMBERS, {"number": SECOND.plain, **PHOTO}).status_code == 201
    assert free.post(NUMBERS, {"number": THIRD.plain}).status_code == 201
    assert [one["number"] for one in said(free.get(NUMBERS))["items"]] == [SECOND.masked, THIRD.masked]
    filed = said(free.post("closures", {"draft": said(free.get("closures/draft"))["ref"]}))
    sitting = said(free.get(f"sittings/{filed['sitting_ref']}"))
    assert ([one["state"] for one in sitting["items"]], sitting["waiting"]) == (["FILED"] * 3, [])


FURTHER: list[tuple[dict[str, Any], str]] = [
    ({"number": SECOND.plain}, "photo"),
    ({"number": SECOND.plain, "photo": PHOTO["photo"]}, "consent"),
    ({"number": SECOND.plain, "password": "27"}, "password"),
    ({"number": FOREIGN.plain, **PHOTO}, "number"),
    ({"number": NUMBER.plain, **PHOTO}, "number"),
    ({"number": CONTACT.plain, **PHOTO}, "number"),
    ({**PHOTO}, "number"),
]


@pytest.mark.parametrize(("body", "field"), FURTHER, ids=[f"{field}-{n}" for n, (_, field) in enumerate(FURTHER)])
def test_a_number_that_cannot_be_added_is_refused_at_its_field(free: Caller, body: dict[str, Any], field: str) -> None:
    answer = free.post(NUMBERS, body)
    assert (answer.status_code, said(answer)["field"]) == (422, field)
    assert said(free.get(NUMBERS))["items"] == []


def test_the_same_key_adds_a_number_once_and_it_can_be_taken_out(free: Caller) -> None:
    key, body = new_ref(), {"number": SECOND.plain, "password": "271828"}
    added = [said(free.post(NUMBERS, body, key=key)) for _ in range(2)]
    assert added[0] == added[1]
    path = f"{NUMBERS}/{added[0]['ref']}"
    assert [free.send("DELETE", path).status_code for _ in range(2)] == [204, 404]


def test_what_could_not_be_filed_is_filed_again(free: Caller) -> None:
    free.post(NUMBERS, {"number": SECOND.plain, **PHOTO})
    ref = said(free.post("closures", {"draft": said(free.get("closures/draft"))["ref"]}))["sitting_ref"]
    again = free.post(f"sittings/{ref}/filing")
    assert (again.status_code, len(said(again)["items"])) == (202, 2)
    assert Case.objects.filter(state=states.FILED).count() == 2


def test_anothers_sitting_is_as_absent(free: Caller) -> None:
    free.post(NUMBERS, {"number": SECOND.plain, **PHOTO})
    ref = said(free.post("closures", {"draft": said(free.get("closures/draft"))["ref"]}))["sitting_ref"]
    stranger = for_line(CONTACT)
    assert stranger.get(f"sittings/{ref}").status_code == 404
    assert stranger.post(f"sittings/{ref}/filing").status_code == 404
    assert stranger.get(NUMBERS).status_code == 404
    assert for_staff("clerk").get(f"sittings/{ref}").status_code == 403


def test_a_closure_is_rated_once(closed: tuple[Caller, Case]) -> None:
    caller, case = closed
    path, key = f"closures/{case.ref}/satisfaction", new_ref()
    assert said(caller.get(path))["score"] is None
    answers = [caller.post(path, {"score": 4, "words": "很快"}, key=key).status_code for _ in range(2)]
    assert (answers, said(caller.get(path))["score"]) == ([200, 200], 4)
    assert caller.post(path, {"score": 5}).status_code == 409
    row = Satisfaction.objects.get()
    assert (row.channel, satisfaction.words_of(row)) == ("api", "很快")


@pytest.mark.parametrize(("body", "field"), [({"score": 6}, "score"), ({"score": "5"}, "score"), ({}, "score")])
def test_a_score_that_is_none_is_refused(closed: tuple[Caller, Case], body: dict[str, Any], field: str) -> None:
    caller, case = closed
    answer = caller.post(f"closures/{case.ref}/satisfaction", body)
    assert (answer.status_code, said(answer)["field"]) == (422, field)
    assert Satisfaction.objects.get().score is None


def test_a_closure_that_goes_on_is_not_rated(free: Caller) -> None:
    ref = said(free.post("closures", {"draft": said(free.get("closures/draft"))["ref"]}))["ref"]
    assert free.get(f"closures/{ref}/satisfaction").status_code == 404
    assert free.post(f"closures/{ref}/satisfaction", {"score": 5}).status_code == 404


def test_the_holder_sees_until_when_the_number_can_be_had_back(closed: tuple[Caller, Case]) -> None:
    caller, case = closed
    shown = said(caller.get(f"closures/{case.ref}/having-back"))
    assert (shown["possible"], shown["why_not"], shown["wishes"]) == (True, "", [])
    having_back.ask(case, SEEN, by=CLERK)
    shown = said(caller.get(f"closures/{case.ref}/having-back"))
    assert (shown["possible"], shown["why_not"], shown["wishes"][0]["state"]) == (False, "asked", "ASKED")
    assert HavingBack.objects.count() == 1


def test_the_openings_in_force_are_listed_page_by_page(world: World) -> None:
    admin = for_staff("administrator")
    body = {"operator": "161", "province": "35", "channel": "web", "circle": "single", "from_on": "2026-12-01"}
    for more in ({}, {"circle": "all", "from_on": "2027-01-01"}, {"from_on": "2026-11-01"}):
        assert admin.post("openings", body | more).status_code == 201
    rows = said(Caller().get("openings?operator=161&province=35"))["items"]
    assert [(one["circle"], one["from_on"], one["is_open"]) for one in rows] == [
        ("single", "2026-11-01", True),
        ("all", "2027-01-01", False),
    ]
    assert said(Caller().get("openings?on=2027-01-01&province=35"))["items"][1]["is_open"] is True
    assert said(Caller().get("openings?limit=1"))["next"] is not None


OPENING: list[tuple[str, Any]] = [("operator", "999"), ("province", "99"), ("channel", "app"), ("from_on", "tomorrow")]


@pytest.mark.parametrize(("field", "wrong"), OPENING)
def test_an_opening_is_the_administrators_and_right(world: World, field: str, wrong: Any) -> None:
    body = {"operator": "161", "province": "35", "channel": "web", "circle": "single", "from_on": "2026-12-01"}
    answer = for_staff("administrator").post("openings", body | {field: wrong})
    assert (answer.status_code, said(answer)["field"]) == (422, field)
    assert for_staff("clerk").post("openings", body).status_code == 403
    assert Caller().post("openings", body).status_code == 401


def test_own_stores_are_listed_to_the_last(world: World) -> None:
    rows: list[Any] = []
    page = said(Caller().get("stores?limit=7"))
    while True:
        rows += page["items"]
        if page["next"] is None:
            break
        page = said(Caller().get(f"stores?limit=7&cursor={page['next']}"))
    assert len(rows) == len({(row["operator"], row["name"]) for row in rows}) > 7
    assert {row["province"] for row in said(Caller().get("stores?province=32"))["items"]} == {"32"}
    assert said(Caller().get("stores?operator=16"))["field"] == "operator"
