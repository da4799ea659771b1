"""Seeing one value unmasked: a reason, a record, a limit, and the person concerned sees who looked (D-02, D-05)."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from portal import audit
from portal.actors import Actor
from portal.models import AuditEntry, Look
from portal.queries.mine import looks_at, looks_at_mine
from portal.roles import Role
from portal.servers.provision import Addresses
from portal.services.reveal import AN_HOUR
from tests.overseen import a_case, entered

REASON = "核对本人证件原件"


def look(client: Client, case_ref: str, what: str = "id_number", reason: str = REASON) -> Any:
    """Ask for one value."""
    return client.post(f"/desk/cases/{case_ref}/reveal", {"what": what, "reason": reason})


@pytest.mark.parametrize("what", ["number", "name", "id_number"])
@pytest.mark.parametrize("who", ["clerk", "supervisor", "fujian"])
def test_who_may_sees_the_one_value_and_no_other(database: Addresses, who: str, what: str) -> None:
    case = a_case()
    page = look(entered(who), case.ref, what)
    secrets = {name: getattr(case, name).plain for name in ("number", "name", "id_number")}
    assert page.status_code == 200
    assert [name for name, secret in secrets.items() if secret in page.content.decode()] == [what]
    assert "no-store" in page.headers["Cache-Control"]


@pytest.mark.parametrize("reason", ["", "   ", "查看", "四个 字呢", "\u200b\u200b\u200b\u200b\u200b", "长" * 201])
def test_without_a_reason_nothing_is_shown_and_nothing_recorded(database: Addresses, reason: str) -> None:
    case = a_case()
    page = look(entered("clerk"), case.ref, reason=reason)
    assert page.status_code == 422
    assert "至少 5 个字" in page.content.decode()
    assert case.id_number.plain not in page.content.decode()
    assert Look.objects.count() == 0


def test_a_foreign_clerk_a_foreign_regulator_and_an_unknown_case_get_the_same_answer(database: Addresses) -> None:
    here, elsewhere = a_case(), a_case("16111006721", province="11", visiting_province="31")
    assert look(entered("clerk2"), here.ref).status_code == 404
    assert look(entered("fujian"), elsewhere.ref).status_code == 404
    assert look(entered("clerk"), elsewhere.ref).status_code == 404
    assert look(entered("clerk"), "nosuchcase").status_code == 404
    assert look(entered("clerk"), here.ref, "contact").status_code == 404
    assert Look.objects.count() == 0


@pytest.mark.parametrize("who", ["national", "auditor", "finance", "security", "admin"])
def test_who_sees_everything_masked_sees_nothing_unmasked(database: Addresses, who: str) -> None:
    assert look(entered(who), a_case().ref).status_code == 403


def test_a_stranger_is_sent_away(database: Addresses) -> None:
    assert look(Client(), a_case().ref).status_code == 302
    assert Look.objects.count() == 0


def test_it_cannot_be_opened_like_a_page(database: Addresses) -> None:
    case = a_case()
    assert entered("clerk").get(f"/desk/cases/{case.ref}/reveal?what=number&reason={REASON}").status_code == 405


def test_the_look_is_in_the_chain_without_its_reason(database: Addresses) -> None:
    case = a_case()
    look(entered("clerk"), case.ref)
    entry = AuditEntry.objects.get(verb="reveal")
    assert (entry.chain, entry.subject_ref, entry.rules) == ("35", case.account_ref, "D-02")
    assert Look.objects.get().ref in entry.facts
    assert not any(secret in entry.facts for secret in (REASON, case.id_number.plain, case.number.plain))
    assert audit.verify().whole


def test_the_person_concerned_sees_who_looked_by_line_and_by_case(database: Addresses) -> None:
    case = a_case()
    look(entered("clerk"), case.ref)
    owner = Actor(Role.SUBSCRIBER, f"line:{case.account_ref}", line_ref=case.account_ref)
    by_case = Actor(Role.SUBSCRIBER, f"case:{case.ref}")
    for found in (looks_at(case.account_ref), looks_at_mine(owner), looks_at_mine(by_case)):
        assert [(one.what, one.reason, one.by_role) for one in found] == [("id_number", REASON, "clerk")]
        assert "李娜" in found[0].who
    assert list(looks_at("")) == []


def test_one_person_looks_twenty_times_an_hour_and_no_more(database: Addresses) -> None:
    case, clerk = a_case(), entered("clerk")
    answers = [look(clerk, case.ref).status_code for _ in range(AN_HOUR + 1)]
    assert answers == [200] * AN_HOUR + [429]
    assert Look.objects.count() == AN_HOUR


def test_the_case_page_offers_what_the_case_holds(database: Addresses) -> None:
    case = a_case()
    page = entered("clerk").get(f"/desk/cases/{case.ref}").content.decode()
    assert f'action="/desk/cases/{case.ref}/reveal"' in page
    assert page.count("<option value=") == 3
