"""Each role at each resource with somebody else's object: the same 404 as for none at all (RELIABILITY §3.1)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bss.models import Evidence
from closure.api.urls import urlpatterns as closure_routes
from closure.models import Case
from portal.api.description import description
from portal.api.operations import Operation
from portal.permissions import roles_of
from portal.roles import Role
from portal.routes import permission_of
from settlement.models import Payment
from tests.api.conftest import STAFF, Caller, Cast, said
from tests.api.test_repeats import SEEN

ABSENT = "0" * 26
SEES_THE_CASE = {
    "clerk",
    "supervisor",
    "regulator of Fujian",
    "national regulator",
    "auditor",
}


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Path, method and description of every operation."""
    for path, methods in description()["paths"].items():
        for method, one in methods.items():
            yield path, method.upper(), one


def body_of(one: dict[str, Any]) -> Any:
    """The example of an operation's body."""
    content = one.get("requestBody", {}).get("content", {}).get("application/json", {})
    return next((example["value"] for example in content.get("examples", {}).values()), None)


def bare(answer: Any, ref: str) -> tuple[int, str, str]:
    """An answer without the id that was asked for."""
    return answer.status_code, answer.content.decode().replace(ref, ""), answer.headers["Content-Type"]


OF_A_CASE = [(path, method, one) for path, method, one in operations() if path.startswith("/api/v1/closures/{ref}")]


def ask(caller: Caller, path: str, method: str, one: dict[str, Any], ref: str) -> Any:
    """One operation of a case, with its example and a version where it wants one."""
    address = re.sub(r"{\w+}", ABSENT, path.replace("{ref}", ref))
    if method == "POST":
        return caller.post(address, body_of(one), **SEEN)
    return caller.send(method, address, body_of(one), Accept="*/*")


def test_there_are_operations_to_look_at() -> None:
    assert len(OF_A_CASE) >= 15
    assert len(closure_routes) >= 25


def test_anothers_case_and_an_absent_one_look_the_same_to_everybody(cast: Cast) -> None:
    strangers = {"line": cast.stranger} | {n: c for n, c in cast.staff.items() if n not in SEES_THE_CASE}
    for name, caller in strangers.items():
        for path, method, one in OF_A_CASE:
            answers = [bare(ask(caller, path, method, one, ref), ref) for ref in (cast.ref, ABSENT)]
            assert answers[0] == answers[1], (name, method, path)
            assert answers[0][0] in (403, 404), (name, method, path, answers[0])


def test_a_line_that_is_not_the_holders_gets_404_and_never_403(cast: Cast) -> None:
    got = {
        (path, method): ask(cast.stranger, path, method, one, cast.ref).status_code for path, method, one in OF_A_CASE
    }
    assert set(got.values()) == {404}


def test_the_same_queries_are_made_for_anothers_case_and_for_none(cast: Cast) -> None:
    counts = []
    for ref in (cast.ref, ABSENT):
        with CaptureQueriesContext(connection) as made:
            cast.stranger.get(f"closures/{ref}")
        counts.append(len(made))
    assert counts[0] == counts[1]


def test_each_role_reads_the_cases_of_its_scope_and_no_others(cast: Cast) -> None:
    sees = {name for name, caller in cast.staff.items() if caller.get(f"closures/{cast.ref}").status_code == 200}
    lists = {
        name
        for name, caller in cast.staff.items()
        if cast.ref in [row["ref"] for row in said(caller.get("closures")).get("items", [])]
    }
    assert sees == lists == SEES_THE_CASE
    assert cast.stranger.get("closures").status_code == 200
    assert said(cast.stranger.get("closures"))["items"] == []


def test_who_only_reads_changes_nothing(cast: Cast) -> None:
    before = Case.objects.values().get(ref=cast.ref)
    for caller in cast.staff.values():
        for path, method, one in OF_A_CASE:
            if method != "GET":
                assert ask(caller, path, method, one, cast.ref).status_code in (403, 404)
    assert Case.objects.values().get(ref=cast.ref) == before
    assert Payment.objects.count() == 0


def test_evidence_stays_within_the_province(cast: Cast) -> None:
    ref = Evidence.objects.values_list("ref", flat=True)[0]
    got = {name: caller.get(f"evidence/{ref}").status_code for name, caller in cast.staff.items()}
    may = {"regulator of Fujian", "national regulator", "auditor"}
    assert {name for name, http in got.items() if http == 200} == may
    assert got["regulator of Guangdong"] == 404
    assert said(cast.staff["regulator of Guangdong"].get("evidence"))["items"] == []


def test_evidence_shows_no_personal_data(cast: Cast) -> None:
    case = Case.objects.get(ref=cast.ref)
    secrets = [case.number.plain, case.name.plain, case.id_number.plain, case.contact.plain]
    caller = cast.staff["national regulator"]
    shown = [caller.get(f"evidence/{ref}").content.decode() for ref in Evidence.objects.values_list("ref", flat=True)]
    assert len(shown) >= 6
    assert [secret for secret in secrets for text in shown if secret in text] == []


def test_no_answer_of_a_case_shows_personal_data(cast: Cast) -> None:
    case = Case.objects.get(ref=cast.ref)
    secrets = [case.number.plain, case.name.plain, case.id_number.plain, case.contact.plain]
    for caller in (cast.owner, *cast.staff.values()):
        for path, method, one in OF_A_CASE:
            if method == "GET":
                text = ask(caller, path, method, one, cast.ref).content.decode()
                assert [secret for secret in secrets if secret in text] == [], path


def test_every_operation_meets_strangers_and_dead_tokens_with_401(cast: Cast) -> None:
    closed = [row for row in operations() if {} not in row[2]["security"]]
    assert len(closed) > 25
    for path, method, one in closed:
        for token in ("", "tb_nobody"):
            caller = Caller(token)
            answer = ask(caller, re.sub(r"{\w+}", ABSENT, path), method, one, ABSENT)
            assert answer.status_code == 401, (path, method, token)
            assert said(answer)["type"] == "urn:tongban:problem:error.api.token"


def test_each_role_meets_at_each_operation_what_its_word_says(cast: Cast) -> None:
    roles = {"subscriber": Role.SUBSCRIBER} | {name: STAFF[name][0] for name in STAFF}
    callers = {"subscriber": cast.stranger, **cast.staff}
    for path, method, one in operations():
        if one["operationId"] == "tokens_current_delete":
            continue
        word = re.search(r"Permission `([a-z.-]+)`", one["description"])
        assert word is not None
        for name, caller in callers.items():
            answer = ask(caller, re.sub(r"{\w+}", ABSENT, path), method, one, ABSENT)
            allowed = {Role.ANONYMOUS, roles[name]} & roles_of(word[1])
            assert (answer.status_code != 403) == bool(allowed), (name, method, path, answer.status_code)


def test_ids_tell_nothing_of_one_another(cast: Cast) -> None:
    refs = [*Evidence.objects.values_list("ref", flat=True), *Case.objects.values_list("ref", flat=True)]
    assert all(re.fullmatch("[0-9a-hjkmnp-tv-z]{26}", ref) for ref in refs)
    assert len({ref[:6] for ref in refs}) == len(refs)


@pytest.mark.parametrize("address", ["closures?limit=1", "evidence?limit=2"])
def test_no_answer_holds_a_row_number(cast: Cast, address: str) -> None:
    def members(value: Any) -> Iterator[str]:
        if isinstance(value, dict):
            for name, inner in value.items():
                yield name
                yield from members(inner)
        elif isinstance(value, list):
            for inner in value:
                yield from members(inner)

    found = set(members(said(cast.staff["national regulator"].get(address))))
    assert found & {"id", "pk", "count", "total"} == set()


def test_the_middleware_and_the_view_read_the_same_word() -> None:
    for pattern in closure_routes:
        view: Any = pattern.callback
        found: dict[str, Operation] = view.cls.operations
        assert {method: permission_of(view, method) for method in found} == {
            method: one.permission for method, one in found.items()
        }
        assert json.dumps(sorted(found))
