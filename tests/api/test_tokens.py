"""Tokens: by code for a line, by command for staff; narrowed, short, ended; kept as a keyed hash only (D-04, D-05)."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from portal import clock
from portal.masked import Phone
from portal.models import ApiToken, OneTimeCode
from portal.roles import Role
from portal.services import codes, staff, subscribers, tokens
from tests.api.conftest import ROBOT, Caller, Cast, for_line, said
from tests.closure.conftest import MORNING, NUMBER, World


def token_by_code(number: Phone = NUMBER) -> Caller:
    """Ask for a code as a stranger, and exchange it."""
    challenge = said(Caller().post("codes", {"phone": number.plain}))["challenge"]
    code = codes.derive(OneTimeCode.objects.get(ref=challenge))
    return Caller(said(Caller().post("tokens", {"challenge": challenge, "code": code}))["token"])


def test_a_line_gets_a_token_by_the_code_that_arrived_there(owner: Caller) -> None:
    known = said(token_by_code().get("tokens/current"))
    assert (known["role"], known["label"]) == ("subscriber", NUMBER.masked)


def test_a_wrong_code_gives_none_and_says_how_many_tries_are_left(owner: Caller) -> None:
    challenge = said(Caller().post("codes", {"phone": NUMBER.plain}))["challenge"]
    right = codes.derive(OneTimeCode.objects.get(ref=challenge))
    wrong = f"{(int(right) + 1) % 10**6:06d}"
    answer = Caller().post("tokens", {"challenge": challenge, "code": wrong}, Accept_Language="en")
    assert (answer.status_code, said(answer)["field"]) == (422, "code")
    assert "4" in said(answer)["detail"]


def test_asking_answers_the_same_for_a_number_nobody_has(owner: Caller) -> None:
    answers = [Caller().post("codes", {"phone": phone}) for phone in (NUMBER.plain, "16135999999", "19900000000")]
    assert [one.status_code for one in answers] == [202] * 3
    assert len({(tuple(said(one)), len(one.content)) for one in answers}) == 1


def test_the_token_is_not_in_the_database(owner: Caller) -> None:
    with connection.cursor() as db:
        db.execute("SELECT row_to_json(t)::text FROM portal_apitoken t")
        rows = "".join(row[0] for row in db.fetchall())
    assert owner.token not in rows
    assert ApiToken.objects.get().token_index in rows


def test_a_token_ends_with_its_time(owner: Caller) -> None:
    with clock.frozen(MORNING + timedelta(minutes=29)):
        assert owner.get("closures").status_code == 200
    with clock.frozen(MORNING + timedelta(minutes=31)):
        assert owner.get("closures").status_code == 401


def test_a_token_ends_by_its_holders_word(owner: Caller) -> None:
    assert owner.send("DELETE", "tokens/current").status_code == 204
    answer = owner.get("tokens/current")
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")


def test_a_sign_out_ends_the_lines_tokens_too(owner: Caller) -> None:
    account = ApiToken.objects.get().account
    assert account is not None
    subscribers.sign_out(account.ref, by=ROBOT)
    assert owner.get("closures").status_code == 401


def test_what_is_no_token_is_401_even_where_none_is_needed(world: World) -> None:
    for header in ("Bearer nonsense", "Basic dXNlcjpwYXNz", "Bearer", "tb_x", "Bearer 令牌"):
        assert Caller().get("parameters", Authorization=header).status_code == 401, header


def test_a_person_loses_the_token_with_the_role(world: World) -> None:
    person, _ = staff.enrol("wanglei", "correct horse", "甲网江苏 0317", by=ROBOT)
    grant = staff.grant(person, Role.CLERK, by=ROBOT, operator="161", province="32")
    clerk = Caller(tokens.issue_to_person(person, days=1, by=ROBOT)[1])
    assert said(clerk.get("tokens/current"))["role"] == "clerk"
    grant.ended_at = clock.now()
    grant.save()
    assert clerk.get("tokens/current").status_code == 401


def test_a_narrow_token_reaches_no_further_than_its_scopes(cast: Cast) -> None:
    scope = ["oversight.read"]
    _, text = tokens.issue_to_system(Role.NATIONAL_REGULATOR, "narrow", scopes=scope, days=1, by=ROBOT)
    narrow = Caller(text)
    assert narrow.get("evidence").status_code == 200
    assert narrow.get("closures").status_code == 403


def issue(*arguments: str) -> str:
    """Run the command; gives the token it printed."""
    out = StringIO()
    call_command("issue_token", *arguments, stdout=out)
    return out.getvalue().rsplit("token: ", 1)[-1].strip()


def test_the_command_issues_and_ends_a_systems_token(world: World) -> None:
    system = Caller(issue("--system", "CRM", "--role", "clerk", "--operator", "161", "--province", "32"))
    assert said(system.get("tokens/current"))["operator"] == "161"
    issue("--revoke", ApiToken.objects.get().ref)
    assert system.get("tokens/current").status_code == 401


SENSELESS = [
    ("--system", "x"),
    ("--system", "x", "--role", "clerk", "--scope", "oversight.read"),
    ("--system", "x", "--role", "clerk", "--days", "0"),
    ("--person", "nobody"),
    ("--revoke", "0" * 26),
]


def test_the_command_refuses_what_makes_no_sense(world: World) -> None:
    for arguments in SENSELESS:
        with pytest.raises(CommandError):
            issue(*arguments)
    assert ApiToken.objects.count() == 0


def test_the_token_that_filed_still_reads_the_case_when_the_line_is_gone(cast: Cast) -> None:
    quote = cast.owner.get(f"closures/{cast.ref}/quote")
    cast.owner.post(f"closures/{cast.ref}/acknowledgement")
    account = ApiToken.objects.filter(case_ref=cast.ref).get().account
    assert account is not None
    subscribers.end(NUMBER, by=ROBOT)
    assert quote.status_code == 200
    assert cast.owner.get(f"closures/{cast.ref}").status_code == 200
    assert cast.owner.get("closures/draft").status_code == 404


def test_another_lines_token_does_not_read_it_when_both_are_gone(cast: Cast) -> None:
    stranger = for_line(Phone("16132000099"))
    for number in (NUMBER, Phone("16132000099")):
        subscribers.end(number, by=ROBOT)
    assert stranger.get(f"closures/{cast.ref}").status_code == 401
