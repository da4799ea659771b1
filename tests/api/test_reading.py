"""What is sent is read in one way only; every refusal is a problem that names the member (RFC 9457, RELIABILITY §5)."""

from __future__ import annotations

from django.test import Client

from portal.models import ApiToken
from portal.sessions import EPOCH, LINE
from tests.api.conftest import Caller, Cast, said
from tests.closure.conftest import NUMBER, World

PHONE = f'"phone": "{NUMBER.plain}"'


READINGS: list[tuple[bytes, int, str]] = [
    (f'{{{PHONE}, "phone": "x"}}'.encode(), 422, "phone"),
    (b'{"phone": NaN}', 422, "phone"),
    (b'{"phone": 1e999}', 422, "phone"),
    (b'{"phone": ' + b"9" * 5000 + b"}", 422, "phone"),
    (f'{{{PHONE}, "role": "clerk"}}'.encode(), 422, "role"),
    (f'{{{PHONE}, "a": {{"b": 1, "b": 2}}}}'.encode(), 422, "a.b"),
    (b'{"phone": "1380013\\u00008000"}', 422, "phone"),
    (b'{"phone": "\\ud800"}', 422, "phone"),
    (b'{"phone": 13800138000}', 422, "phone"),
    (b'{"phone": null}', 422, "phone"),
    (b'{"phone": true}', 422, "phone"),
    (b"{}", 422, "phone"),
    (b"", 422, "phone"),
    (b"[1]", 422, ""),
    (b"{", 400, ""),
    (b"\xff\xfe", 400, ""),
    (b'{"a":' * 2500 + b"1" + b"}" * 2500, 400, ""),
    (b'{"a":' * 12 + b"1" + b"}" * 12, 422, "a.a.a.a.a.a.a.a.a"),
]
REFUSALS: list[tuple[str, str, dict[str, str], int]] = [
    ("GET", "nowhere", {}, 404),
    ("GET", "codes", {}, 405),
    ("PUT", "parameters", {}, 405),
    ("OPTIONS", "parameters", {}, 405),
    ("GET", "parameters", {"Accept": "text/html"}, 406),
    ("GET", "closures", {}, 401),
    ("POST", "codes", {"Content-Type": "text/plain"}, 415),
    ("GET", "parameters?limit=3", {}, 422),
    ("GET", "parameters?on=2026-11-24&on=2026-11-25", {}, 422),
    ("GET", "parameters?on=２０２６-11-24", {}, 422),
    ("GET", "certificates/x%00y", {}, 404),
]


def test_what_can_be_read_in_two_ways_is_refused_by_name(world: World) -> None:
    for raw, http, field in READINGS:
        answer = Caller().send("POST", "codes", raw)
        body = said(answer)
        assert (answer.status_code, body.get("field", "")) == (http, field), (raw[:60], body)
        assert answer.headers["Content-Type"] == "application/problem+json"


def test_every_refusal_is_a_problem(world: World) -> None:
    for method, path, headers, http in REFUSALS:
        answer = Caller().send(method, path, b"{}" if http == 415 else None, **headers)
        body = said(answer)
        assert (answer.status_code, body["status"]) == (http, http), (method, path)
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert {"type", "title", "detail"} <= set(body)
        assert answer.headers["Cache-Control"] == "no-store"


def test_a_405_says_what_there_is(world: World) -> None:
    assert Caller().get("codes").headers["Allow"] == "POST"
    assert Caller().send("POST", "tokens/current").headers["Allow"] == "GET, DELETE, HEAD"


def test_too_much_is_413_before_it_is_read(world: World) -> None:
    answer = Caller().send("POST", "codes", {"phone": "1" * 20_000})
    assert answer.status_code == 413


def test_a_refusal_speaks_the_language_asked_for(world: World) -> None:
    zh, en = (said(Caller().post("codes", {"phone": "1"}, Accept_Language=lang)) for lang in ("zh-CN", "de, en;q=0.5"))
    assert zh["detail"] == "这个号码只有 1 位，请再核对"
    assert en["detail"] == "This number has only 1 digits. Check it again"
    assert zh["type"] == en["type"] == "urn:tongban:problem:error.phone.short"


def test_every_wrong_member_is_named_at_once(owner: Caller) -> None:
    owner.post("closures/draft")
    sent = {"name": "1", "id_number": "1", "visiting_province": "99"}
    body = said(owner.send("PATCH", "closures/draft", sent))
    assert {one["field"] for one in body["errors"]} == set(sent)
    assert next(one for one in body["errors"] if one["field"] == "id_number")["rule_id"] == "G-03"


def test_no_member_can_be_set_that_is_not_offered(owner: Caller) -> None:
    before = said(owner.post("closures/draft"))
    for member in ("state", "operator", "proof", "account_ref", "contact_verified_at", "by"):
        answer = owner.send("PATCH", "closures/draft", {"visiting_province": "32", member: "1"})
        assert (answer.status_code, said(answer)["field"]) == (422, member)
    assert said(owner.get("closures/draft")) == before


def browser_of(cast: Cast) -> Client:
    """The holder's browser, signed in, that checks for CSRF as a real one meets it."""
    account = ApiToken.objects.filter(case_ref=cast.ref).get().account
    assert account is not None
    browser = Client(enforce_csrf_checks=True)
    session = browser.session
    session[LINE], session[EPOCH] = account.ref, account.session_epoch
    session.save()
    return browser


def test_a_session_writes_with_its_csrf_token_only(cast: Cast) -> None:
    browser = browser_of(cast)
    bare = Caller(client=browser)
    assert bare.get(f"closures/{cast.ref}").status_code == 200
    assert bare.post(f"closures/{cast.ref}/acknowledgement").status_code == 403
    token = browser.get("/sign-in").cookies["csrftoken"].value
    assert bare.post(f"closures/{cast.ref}/acknowledgement", X_CSRFToken=token).status_code == 200


def test_a_session_counts_for_nothing_beside_a_token(cast: Cast) -> None:
    spoilt = Caller("tb_nobody", client=cast.owner.client)
    assert spoilt.get(f"closures/{cast.ref}").status_code == 401
