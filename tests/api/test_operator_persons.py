"""Persons at the operator's side: papers read, exceptions decided, a number had back in a store (C-09, C-11, D-10)."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from bss.simulated import line_row
from closure import states
from closure.models import Case, HavingBack, Mandate, Sighting
from closure.services import exceptions, having_back, payment
from portal import clock
from portal.models import AuditEntry, Person
from portal.models.codes import IdempotencyKey
from portal.refs import new_ref
from portal.roles import Role
from portal.services import staff, tokens
from portal.sessions import EPOCH, PERSON, SEEN
from realname.simulated.authority import OTHER_PERSON
from tests.api.conftest import ROBOT, Caller, for_staff, raise_limits, said
from tests.closure.conftest import FUJIAN, HOLDER, ID, NUMBER, World
from tests.closure.test_mandate import filed
from tests.closure.test_standing import PNG

BACK = {"name": HOLDER.plain, "id_number": ID.plain, "document": "resident_id", "read_by": "reader", "by_eye": True}
NOBODY = "11010519491231002X"
ELSEWHERE = ("clerk of another operator", "clerk of another province")


@pytest.fixture
def waiting(world: World, fujian: Callable[..., None]) -> str:
    """The address of a delegate's papers that wait to be read."""
    raise_limits()
    fujian()
    return f"operator/mandates/{filed(world, 'delegate').mandate.ref}"


@pytest.fixture
def closed(world: World, fujian: Callable[..., None]) -> Case:
    """A closed number within its freeze."""
    raise_limits()
    fujian()
    case = world.quoted()
    payment.settle_without_payment(case, 1, by=world.by)
    return world.work(case)


def in_store(*, operator: str = "161", province: str = "32") -> Caller:
    """A clerk of a store, with a token of their own."""
    person, _ = staff.enrol(new_ref(), "correct horse", "甲网 2001", by=ROBOT)
    staff.grant(person, Role.CLERK, by=ROBOT, operator=operator, province=province, store="own store 1")
    return Caller(tokens.issue_to_person(person, days=1, by=ROBOT)[1])


def clerk_at(person: Person, place: dict[str, str]) -> Caller:
    """The same person as a clerk of a place, with a token for it."""
    staff.grant(person, Role.CLERK, by=ROBOT, **place)
    return Caller(tokens.issue_to_person(person, days=1, by=ROBOT)[1])


def seated(person: Person) -> Caller:
    """A member of staff who signed in with password and time-based code: a browser's session."""
    browser = Client()
    session = browser.session
    session[PERSON], session[SEEN] = person.ref, int(clock.now().timestamp())
    session[EPOCH] = Person.objects.get(pk=person.pk).session_epoch
    session.save()
    return Caller(client=browser)


def test_a_clerk_lists_and_returns_papers_of_their_scope(waiting: str) -> None:
    clerk = for_staff("clerk")
    rows = said(clerk.get("operator/mandates?state=SUBMITTED"))["items"]
    assert [(row["kind"], row["missing"]) for row in rows] == [("delegate", [])]
    lacking = clerk.post(f"{waiting}/review", {"verdict": "returned"})
    assert (lacking.status_code, said(lacking)["field"]) == (422, "reason")
    answer = said(clerk.post(f"{waiting}/review", {"verdict": "returned", "reason": "介绍信看不清"}))
    assert (answer["state"], answer["reason"]) == ("RETURNED", "介绍信看不清")


def test_the_same_key_reviews_once(waiting: str) -> None:
    clerk, key = for_staff("clerk"), new_ref()
    answers = [clerk.post(f"{waiting}/review", {"verdict": "accepted"}, key=key).status_code for _ in range(2)]
    assert (answers, clerk.post(f"{waiting}/review", {"verdict": "accepted"}).status_code) == ([200, 200], 409)


@pytest.mark.parametrize("there", [{"province": "44"}, {"store": "own store 2"}, {"operator": "163"}])
def test_a_key_used_in_one_place_tells_nothing_in_another_d_05(waiting: str, there: dict[str, str]) -> None:
    person, _ = staff.enrol(new_ref(), "correct horse", "甲网 2001", by=ROBOT)
    here, key = {"operator": "161", "province": "32", "store": "own store 1"}, new_ref()
    said_here = clerk_at(person, here).post(f"{waiting}/review", {"verdict": "accepted"}, key=key)
    assert said_here.status_code == 200
    person.grants.update(ended_at=clock.now())
    replayed = clerk_at(person, here | there).post(f"{waiting}/review", {"verdict": "accepted"}, key=key)
    assert (replayed.status_code, said(replayed)["field"]) == (422, "Idempotency-Key")


def test_anothers_papers_are_as_absent(waiting: str) -> None:
    for caller in [for_staff(name) for name in ELSEWHERE]:
        assert said(caller.get("operator/mandates"))["items"] == []
        assert caller.get(waiting).status_code == 404
        assert caller.post(f"{waiting}/review", {"verdict": "accepted"}).status_code == 404
        paper = Mandate.objects.get().case.papers.get().ref
        assert caller.post(f"operator/papers/{paper}", {"reason": "核对介绍信"}).status_code == 404


def test_a_paper_is_read_for_a_reason_that_is_recorded(waiting: str) -> None:
    path = f"operator/papers/{Mandate.objects.get().case.papers.get().ref}"
    assert said(for_staff("clerk").post(path, {"reason": "x"}))["field"] == "reason"
    given = said(for_staff("clerk").post(path, {"reason": "核对介绍信上的章"}))
    assert base64.b64decode(given["content"]).startswith(b"%PDF")
    assert AuditEntry.objects.filter(verb="reveal").count() == 1


def test_each_look_at_a_paper_is_counted_whatever_key_it_bears(waiting: str) -> None:
    path, key = f"operator/papers/{Mandate.objects.get().case.papers.get().ref}", new_ref()
    for _ in range(2):
        assert for_staff("clerk").post(path, {"reason": "核对介绍信上的章"}, key=key).status_code == 200
    assert AuditEntry.objects.filter(verb="reveal").count() == 2
    assert not IdempotencyKey.objects.exists()


def test_originals_are_seen_all_or_not_at_all(waiting: str, world: World) -> None:
    clerk = for_staff("clerk")
    assert said(clerk.post(f"{waiting}/review", {"verdict": "accepted"}))["state"] == "ACCEPTED"
    store = in_store()
    lacking = store.post(f"{waiting}/originals", {"seen": [], "by_eye": True})
    assert (lacking.status_code, said(lacking)["field"]) == (422, "seen")
    photo = store.post(f"{waiting}/originals", {"seen": ["letter"], "photo": base64.b64encode(PNG).decode()})
    assert said(photo)["field"] == "photo_consent"
    assert clerk.post(f"{waiting}/originals", {"seen": ["letter"], "by_eye": True}).status_code == 403  # in no store
    assert said(store.post(f"{waiting}/originals", {"seen": ["letter"], "by_eye": True}))["state"] == "PROVED"


def test_a_supervisor_decides_an_exception_with_four_eyes(waiting: str, world: World) -> None:
    case = Case.objects.get(state=states.HELD)
    exceptions.ask(case, "母亲住院，来不了", by=world.by)
    decision = {"grant": True, "reason": "住院证明已看"}
    assert for_staff("clerk").post(f"{waiting}/exception", decision).status_code == 403
    assert for_staff("supervisor").post(f"{waiting}/exception", decision).status_code == 403  # a system is nobody
    person, _ = staff.enrol(new_ref(), "correct horse", "甲网 3001", by=ROBOT)
    staff.grant(person, Role.SUPERVISOR, by=ROBOT, operator="161", province="35")
    held = Caller(tokens.issue_to_person(person, days=1, by=ROBOT)[1])
    assert held.post(f"{waiting}/exception", decision).status_code == 403
    answer = seated(person).post(f"{waiting}/exception", decision)
    assert (answer.status_code, said(answer)["exception"]) == (200, "granted")
    assert Mandate.objects.get().exception_decided_by == f"person:{person.ref}"


def test_papers_that_were_accepted_are_recalled_with_a_reason_and_read_by_somebody_else_c_09(waiting: str) -> None:
    clerk, other = in_store(), in_store()
    assert clerk.post(f"{waiting}/review", {"verdict": "accepted"}).status_code == 200
    assert said(clerk.post(f"{waiting}/recall", {"reason": "x"}))["field"] == "reason"
    answer = said(clerk.post(f"{waiting}/recall", {"reason": "介绍信上的章是假的"}))
    assert (answer["state"], answer["reason"]) == ("SUBMITTED", "介绍信上的章是假的")
    assert clerk.post(f"{waiting}/review", {"verdict": "accepted"}).status_code == 403
    assert said(other.post(f"{waiting}/review", {"verdict": "refused", "reason": "章是假的"}))["state"] == "REFUSED"
    assert clerk.post(f"{waiting}/recall", {"reason": "又想了想"}).status_code == 409
    for caller in [for_staff(name) for name in ELSEWHERE]:
        assert caller.post(f"{waiting}/recall", {"reason": "不是我的事"}).status_code == 404


def test_a_number_is_had_back_at_any_own_store(closed: Case) -> None:
    far = in_store(province="44")
    answer = far.post("operator/having-back", BACK | {"case_no": closed.case_no})
    assert (answer.status_code, said(answer)["state"]) == (201, "ASKED"), answer.content
    having_back.advance(said(answer)["ref"], by=ROBOT)
    assert line_row(FUJIAN, NUMBER.plain)["state"] == "normal"
    assert far.post("operator/having-back", BACK | {"case_no": closed.case_no}).status_code == 409


def test_a_pair_that_does_not_fit_opens_nothing_elsewhere(closed: Case) -> None:
    body = BACK | {"case_no": closed.case_no}
    wrong = body | {"id_number": NOBODY}
    assert in_store(province="44").post("operator/having-back", wrong).status_code == 404
    assert in_store(operator="163").post("operator/having-back", body).status_code == 404
    assert HavingBack.objects.count() == 0
    assert said(in_store().post("operator/having-back", wrong))["state"] == "REFUSED"


def test_a_number_is_had_back_by_a_person_in_a_store_and_once_a_key(closed: Case) -> None:
    body, key = BACK | {"case_no": closed.case_no}, new_ref()
    assert not any(storeless(body | other) for other in ({}, {"case_no": "XH261124-00000000"}, {"id_number": NOBODY}))
    clerk = in_store()
    assert clerk.send("POST", "operator/having-back", body).status_code == 400
    answers = [said(clerk.post("operator/having-back", body, key=key)) for _ in range(2)]
    assert answers[0] == answers[1]
    assert HavingBack.objects.count() == 1


def storeless(body: dict[str, Any]) -> bool:
    """Whether a clerk of no store is told more than that it is not theirs, whatever the pair."""
    return for_staff("clerk").post("operator/having-back", body).status_code != 403


def test_a_face_is_compared_with_a_photo_and_its_consent_and_the_look_is_recorded_c_08(closed: Case) -> None:
    body = {name: value for name, value in BACK.items() if name != "by_eye"} | {"case_no": closed.case_no}
    photo = body | {"photo": base64.b64encode(PNG).decode()}
    assert said(in_store().post("operator/having-back", photo))["field"] == "photo_consent"
    assert said(in_store().post("operator/having-back", body))["state"] == "REFUSED"  # nobody looked
    given = said(in_store().post("operator/having-back", photo | {"photo_consent": True}))
    assert (given["state"], HavingBack.objects.latest("pk").photo) == ("ASKED", "match")
    looks = Sighting.objects.filter(case=closed, person="holder", way="store", original_seen=True)
    assert list(looks.order_by("pk").values_list("result", flat=True)) == ["no_match", "match"]


def test_a_photo_of_somebody_else_is_not_made_good_by_eye_c_08(closed: Case) -> None:
    other = base64.b64encode(PNG + OTHER_PERSON).decode()
    body = BACK | {"case_no": closed.case_no, "photo": other, "photo_consent": True}
    assert said(in_store().post("operator/having-back", body))["state"] == "REFUSED"
    assert HavingBack.objects.get().photo == "mismatch"


def test_a_clerk_sees_masked_for_whom_papers_are(waiting: str) -> None:
    row = said(for_staff("clerk").get(waiting))
    assert (row["holder_name"], row["holder_id"]) == (HOLDER.masked, ID.masked)
    assert HOLDER.plain not in str(row)


WRONG: list[tuple[str, Any]] = [("case_no", "XH1"), ("id_number", "1"), ("document", "club"), ("photo", "yes")]


@pytest.mark.parametrize(("field", "wrong"), WRONG)
def test_what_was_seen_is_said_in_known_words(closed: Case, field: str, wrong: Any) -> None:
    answer = in_store().post("operator/having-back", BACK | {"case_no": closed.case_no, field: wrong})
    assert (answer.status_code, said(answer)["field"]) == (422, field)
