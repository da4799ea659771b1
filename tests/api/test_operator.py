"""The operator's side: its orders, disputes and contacts, under its own operator and province (C-03, C-14, C-17)."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction

from bss.simulated import TieSpec
from closure import states
from closure.models import Case, Claim, Contact, Dispute
from closure.services import disputes
from portal import clock, work_orders
from portal.actors import robot
from portal.models import AuditEntry, WorkOrder
from portal.refs import new_ref
from portal.roles import Role
from tests.api.conftest import OWED, STAFF, Cast, filed_by, for_line, for_staff, raise_limits, said
from tests.closure.conftest import CONTACT, NUMBER, World
from tests.closure.test_orders import PDF

SHA = "cd" * 32
PAPER = {"document": "k1-2024", "sha256": SHA, "words": "合同第三页有签名"}
CALL = {"channel": "phone", "purpose": "missing", "outcome": "reached"}
ELSEWHERE = ("clerk of another operator", "clerk of another province")
LACKING = {"result": "attachment_missing", "missing": ["户主同意书"]}
HOME, HERE = "clerk of Fujian", "clerk"


@pytest.fixture
def operator(world: World, fujian: Callable[..., None]) -> Cast:
    """A quoted closure with a bill and a tie that the home province's system leaves to its staff."""
    fujian(bills=[OWED], ties=[TieSpec("t1", by_hand=True)])
    raise_limits()
    owner = for_line(NUMBER)
    ref = filed_by(owner)
    world.work(Case.objects.get(ref=ref))
    staff = {name: for_staff(name) for name in STAFF} | {HOME: for_staff("supervisor", role=Role.CLERK)}
    return Cast(world, owner, ref, for_line(CONTACT), staff)


def base64_of(content: bytes) -> str:
    """As JSON carries a file."""
    return base64.b64encode(content).decode()


def the_order(operator: Cast) -> str:
    """The address of the tie's order."""
    return f"operator/orders/{WorkOrder.objects.get(case_ref=operator.ref, kind='untie').ref}"


def the_dispute(operator: Cast) -> str:
    """The bill disputed by its holder; the address of the dispute."""
    line = next(one for one in said(operator.owner.get(f"closures/{operator.ref}/quote"))["lines"] if one["fen"] > 0)
    sent = {"position": line["position"], "reason": "other"}
    answer = operator.owner.post(f"closures/{operator.ref}/disputes", sent, If_Match='"1"')
    assert answer.status_code == 201, answer.content
    return f"operator/disputes/{said(answer)['ref']}"


def test_an_operators_token_lists_the_orders_of_its_own_province(operator: Cast) -> None:
    tabs = {name: said(operator.staff[name].get("operator/orders"))["items"] for name in (HOME, HERE, *ELSEWHERE)}
    assert {name: [one["may_answer"] for one in rows] for name, rows in tabs.items()} == {
        HOME: [True],
        HERE: [False],
        ELSEWHERE[0]: [],
        ELSEWHERE[1]: [],
    }
    assert tabs[HOME][0]["number"] == NUMBER.masked


def test_an_order_of_no_case_breaks_no_list(operator: Cast) -> None:
    """As a payment into a line leaves one whose return came back."""
    with transaction.atomic():
        work_orders.open_order(
            "refund", case_ref=new_ref(), operator="161", province="35", facts={}, due_at=clock.now(), by=robot("test")
        )
    rows = said(operator.staff[HOME].get("operator/orders"))["items"]
    assert [row["case_ref"] for row in rows] == [operator.ref]


def test_tab_and_kind_choose_among_the_orders(operator: Cast) -> None:
    got = {
        query: len(said(operator.staff[HERE].get(f"operator/orders?{query}"))["items"])
        for query in ("tab=here", "tab=routed", "kind=untie", "kind=close")
    }
    assert got == {"tab=here": 1, "tab=routed": 0, "kind=untie": 1, "kind=close": 0}
    assert operator.staff[HERE].get("operator/orders?tab=mine").status_code == 422


def test_the_home_province_returns_an_order_and_the_person_sees_what_is_missing(operator: Cast) -> None:
    answer = operator.staff[HOME].post(f"{the_order(operator)}/answer", LACKING)
    assert (answer.status_code, said(answer)["state"]) == (200, "RETURNED")
    order = said(operator.owner.get(f"closures/{operator.ref}/orders"))["items"][0]
    assert (order["missing"], order["waits_for"]) == (["户主同意书"], "person")
    assert said(operator.staff[HOME].get(the_order(operator)))["answers"][0]["result"] == "attachment_missing"


@pytest.mark.parametrize("result", ["closed", "user_reason", "data_wrong", "attachment_missing", "attachment_unusable"])
def test_each_of_the_five_results_is_taken(operator: Cast, result: str) -> None:
    body = {"result": result} if result == "closed" else {"result": result, "missing": ["请更正"]}
    answer = operator.staff[HOME].post(f"{the_order(operator)}/answer", body)
    assert (answer.status_code, said(answer)["result"]) == (200, result)


BAD: list[tuple[dict[str, Any], str]] = [
    ({}, "result"),
    ({"result": "maybe"}, "result"),
    ({"result": "data_wrong"}, "missing"),
    ({"result": "data_wrong", "missing": []}, "missing"),
    ({"result": "data_wrong", "missing": "x"}, "missing"),
    ({"result": "data_wrong", "missing": [1]}, "missing.0"),
    ({"result": "data_wrong", "missing": ["x" * 201]}, "missing.0"),
    ({"result": "closed", "state": "DONE"}, "state"),
]


@pytest.mark.parametrize(("body", "field"), BAD, ids=[str(one) for one, _ in BAD])
def test_an_answer_that_is_none_is_refused_at_its_field(operator: Cast, body: dict[str, Any], field: str) -> None:
    answer = operator.staff[HOME].post(f"{the_order(operator)}/answer", body)
    assert (answer.status_code, said(answer)["field"]) == (422, field)
    assert WorkOrder.objects.get(kind="untie").state == "OPEN"


def test_the_same_key_again_answers_once(operator: Cast) -> None:
    key, path = new_ref(), f"{the_order(operator)}/answer"
    answers = [operator.staff[HOME].post(path, LACKING, key=key) for _ in range(2)]
    assert [one.status_code for one in answers] == [200, 200]
    assert said(answers[0]) == said(answers[1])
    assert operator.staff[HOME].post(path, LACKING).status_code == 409
    assert AuditEntry.objects.filter(verb="order.answered").count() == 1


def test_the_visited_store_chases_and_does_not_answer(operator: Cast) -> None:
    path = the_order(operator)
    assert operator.staff[HERE].post(f"{path}/answer", LACKING).status_code == 403
    assert said(operator.staff[HERE].post(f"{path}/chase"))["chases"] == 1
    assert operator.staff[HERE].post(f"{path}/chase").status_code == 429
    assert operator.staff[HOME].post(f"{path}/chase").status_code == 403


def test_the_store_supplies_and_the_home_province_fetches_the_file(operator: Cast) -> None:
    path = the_order(operator)
    operator.staff[HOME].post(f"{path}/answer", LACKING)
    sent = {"sends": 1, "attachment": PDF.hex()}
    assert said(operator.staff[HERE].post(f"{path}/supply", sent))["field"] == "attachment"
    row = said(operator.staff[HERE].post(f"{path}/supply", sent | {"attachment": base64_of(PDF), "note": "已签"}))
    file = row["supplied"][0]
    assert (row["state"], file["note"], file["kind"]) == ("OPEN", "已签", "pdf")
    given = said(operator.staff[HOME].post(f"{path}/files/{file['ref']}"))
    assert (given["content"], given["sha256"]) == (base64_of(PDF), file["sha256"])
    assert AuditEntry.objects.filter(verb="reveal").count() == 1


def test_anothers_order_and_dispute_are_as_absent(operator: Cast) -> None:
    order, row = the_order(operator), the_dispute(operator)
    calls = [("GET", order), ("POST", f"{order}/answer"), ("POST", f"{order}/chase"), ("GET", row)]
    calls += [("POST", f"{row}/evidence"), ("POST", f"operator/closures/{operator.ref}/contacts")]
    bodies: dict[str, Any] = {"answer": LACKING, "evidence": PAPER, "contacts": CALL}
    for name in ELSEWHERE:
        for method, path in calls:
            body = bodies.get(path.rsplit("/", 1)[-1])
            answer = operator.staff[name].send(method, path, body, Idempotency_Key=new_ref())
            assert answer.status_code == 404, (name, path)


def test_a_scope_narrower_than_the_desk_is_refused(operator: Cast) -> None:
    narrow = for_staff(HERE, scopes=["closure.look"])
    assert narrow.get(f"closures/{operator.ref}").status_code == 200
    refused = narrow.get("operator/orders")
    assert (refused.status_code, said(refused)["type"]) == (403, "urn:tongban:problem:error.api.scope")
    assert operator.owner.get("operator/orders").status_code == 403


def test_the_home_province_proves_a_dispute_and_the_person_owes_it_then(operator: Cast) -> None:
    path = the_dispute(operator)
    answer = operator.staff[HOME].post(f"{path}/evidence", PAPER)
    assert (answer.status_code, said(answer)["state"], said(answer)["document_sha256"]) == (200, "PROVED", SHA)
    mine = f"closures/{operator.ref}/disputes/{path.rsplit('/', 1)[-1]}"
    assert said(operator.owner.post(f"{mine}/acceptance"))["state"] == "CLAIMED"
    assert Claim.objects.count() == 1


def test_the_visited_province_owes_no_evidence(operator: Cast) -> None:
    path = the_dispute(operator)
    assert operator.staff[HERE].get(path).status_code == 404
    assert said(operator.staff[HERE].get("operator/disputes"))["items"] == []
    rows = said(operator.staff[HOME].get("operator/disputes?state=SET_ASIDE"))["items"]
    assert [(row["case_ref"], row["state"]) for row in rows] == [(operator.ref, "SET_ASIDE")]


@pytest.mark.parametrize("field", ["document", "sha256"])
def test_evidence_names_a_document_and_its_hash(operator: Cast, field: str) -> None:
    path = the_dispute(operator)
    for wrong in ("", "x y", "令", 7, None):
        answer = operator.staff[HOME].post(f"{path}/evidence", PAPER | {field: wrong})
        assert (answer.status_code, said(answer)["field"]) == (422, field), wrong
    assert Dispute.objects.get().state == "SET_ASIDE"


def test_evidence_asks_for_a_key_and_counts_once(operator: Cast) -> None:
    path, key = f"{the_dispute(operator)}/evidence", new_ref()
    assert operator.staff[HOME].send("POST", path, PAPER).status_code == 400
    answers = [operator.staff[HOME].post(path, PAPER, key=key).status_code for _ in range(2)]
    assert answers == [200, 200]
    assert AuditEntry.objects.filter(verb="dispute.proved").count() == 1
    assert operator.staff[HOME].post(path, PAPER).status_code == 409


def test_evidence_that_was_not_accepted_is_the_supervisors(operator: Cast) -> None:
    path = the_dispute(operator)
    operator.staff[HOME].post(f"{path}/evidence", PAPER)
    disputes.contest(Dispute.objects.get(), "unreadable", by=operator.world.by)
    assert operator.staff[HOME].post(f"{path}/evidence", PAPER).status_code == 403
    other = {**PAPER, "sha256": "ef" * 32}
    assert operator.staff["supervisor"].post(f"{path}/evidence", PAPER).status_code == 422
    assert said(operator.staff["supervisor"].post(f"{path}/evidence", other))["state"] == "PROVED"
    assert WorkOrder.objects.get(kind="dispute_review").state == "DONE"


def test_a_line_given_up_is_nothing_for_good(operator: Cast) -> None:
    path = the_dispute(operator)
    assert said(operator.staff[HOME].post(f"{path}/concession"))["state"] == "DROPPED"
    assert operator.staff[HOME].post(f"{path}/evidence", PAPER).status_code == 409
    assert not WorkOrder.objects.filter(kind="evidence").exclude(state="CANCELLED").exists()


def test_a_second_contact_is_refused_and_recorded_once_a_key(operator: Cast) -> None:
    path, key = f"operator/closures/{operator.ref}/contacts", new_ref()
    assert operator.staff[HERE].post(path, CALL).status_code == 201
    refused = [operator.staff[HERE].post(path, CALL, key=key) for _ in range(2)]
    assert [said(one)["type"].rsplit(":", 1)[-1] for one in refused] == ["error.contact.cap"] * 2
    assert list(Contact.objects.order_by("pk").values_list("refused", flat=True)) == [False, True]
    assert said(operator.owner.get(f"closures/{operator.ref}/contacts"))["items"][0]["refused"] is True


@pytest.mark.parametrize(("field", "wrong"), [("purpose", "stay"), ("channel", "pigeon"), ("outcome", "")])
def test_asking_to_stay_is_no_purpose_that_could_be_sent(operator: Cast, field: str, wrong: str) -> None:
    answer = operator.staff[HERE].post(f"operator/closures/{operator.ref}/contacts", CALL | {field: wrong})
    assert (answer.status_code, said(answer)["field"]) == (422, field)
    assert Contact.objects.count() == 0


def test_the_lists_of_the_operator_go_page_by_page(operator: Cast) -> None:
    the_dispute(operator)
    for path in ("operator/orders", "operator/disputes"):
        page = said(operator.staff[HOME].get(f"{path}?limit=1"))
        assert (len(page["items"]), page["next"]) == (1, None), path
        assert operator.staff[HOME].get(f"{path}?cursor=MTIz").status_code == 422


def test_an_order_of_a_withdrawn_case_is_answered_no_more(operator: Cast) -> None:
    operator.owner.post(f"closures/{operator.ref}/withdrawal")
    assert operator.work().state == states.WITHDRAWN
    assert operator.staff[HOME].post(f"{the_order(operator)}/answer", LACKING).status_code == 409
