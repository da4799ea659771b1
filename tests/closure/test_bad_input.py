"""Bad input to each form and address of a closure: a clear 4xx or a documented reading, never 500 (RELIABILITY §5)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from closure.models import Case
from portal.actors import robot
from portal.services import subscribers
from tests.closure.conftest import NUMBER, World
from tests.closure.test_pages import file_by_pages, signed_in

BAD = {
    "full-width": "１３８００１３８０００",
    "nul": "\x00",
    "nul inside": "张\x00岚",
    "rtl": "张\u202e岚",
    "long": "长" * 10_000,
    "huge": "9" * 5_000,
    "superscript": "²²²²²²",
    "arabic": "٣" * 11,
    "not a number": "NaN",
    "combining": "e" + "\u0301" * 5_000,
    "blank": " \u3000\u200b",
    "emoji": "👩\u200d👩\u200d👧",
}
FIELDS = (
    "name", "id_number", "contact", "code", "province", "action", "draft", "case_no", "number", "amount", "tail",
    "method", "quote", "route", "destination", "consent", "photo", "phone", "next",
    "password", "agent_name", "agent_id", "letter", "death", "kinship", "licence", "reason", "remove",
)  # fmt: skip
OPEN = (
    "/closure/find",
    "/closure/find/code",
    "/closure/track",
    "/closure/restore",
    "/verify/certificate",
    "/verify",
    "/sign-in",
)
LINE = ("/closure/identity", "/closure/confirm", "/closure/other")
CASE = ("pay", "refund", "unbind", "again", "withdraw", "acting")
PERSON = ("/closure/several", "/closure/acting/delegate", "/closure/acting/heir", "/closure/acting/unit")
ODD = ("%00", "%ff", "%ed%b3%bf", "%e2%80%ae", "9" * 3000, "%2e%2e", ";")


@pytest.fixture
def owner(world: World, fujian: Callable[..., None]) -> Client:
    """The holder's browser, which shows a fault as a page instead of raising it."""
    fujian()
    browser = signed_in(subscribers.sign_in(NUMBER, robot("test")))
    browser.raise_request_exception = False
    return browser


@pytest.mark.parametrize("path", OPEN + LINE)
@pytest.mark.parametrize("text", BAD.values(), ids=BAD)
def test_no_form_breaks_on_what_is_typed(owner: Client, path: str, text: str) -> None:
    assert owner.post(path, dict.fromkeys(FIELDS, text)).status_code < 500


@pytest.mark.parametrize("text", ["%00", "%ff", "%ed%b3%bf", "%e2%80%ae", "9" * 3000, "%2e%2e", ";"])
@pytest.mark.parametrize("path", ["/closure/{}", "/closure/{}/pay", "/closure/restore/{}", "/v/{}", "/rules/{}"])
def test_no_address_breaks_on_a_strange_ref(owner: Client, path: str, text: str) -> None:
    assert owner.get(path.format(text)).status_code == 404


@pytest.mark.parametrize("path", OPEN + LINE)
@pytest.mark.parametrize("kind", ["application/json", "text/plain", "multipart/form-data"])
def test_a_body_that_is_no_form_is_refused(owner: Client, path: str, kind: str) -> None:
    assert owner.post(path, b'{"a": 1}', content_type=kind).status_code in (302, 400, 422)


@pytest.mark.parametrize("text", BAD.values(), ids=BAD)
def test_no_page_of_a_case_breaks_on_what_is_typed(world: World, owner: Client, text: str) -> None:
    ref = file_by_pages(owner)
    world.work(Case.objects.get(ref=ref))
    answers = [owner.post(f"/closure/{ref}/{page}", dict.fromkeys(FIELDS, text)).status_code for page in CASE]
    assert max(answers) < 500


def test_no_form_about_persons_breaks_on_what_is_typed(world: World, owner: Client) -> None:
    world.draft()
    sent = [(path, text) for path in PERSON for text in BAD.values()]
    assert [one for one in sent if owner.post(one[0], dict.fromkeys(FIELDS, one[1])).status_code >= 500] == []


@pytest.mark.parametrize("path", ["paper/{}", "sitting/{}", "acting/{}", "{}/acting"])
def test_no_address_about_persons_breaks_on_a_strange_ref(owner: Client, path: str) -> None:
    assert {owner.get("/closure/" + path.format(text)).status_code for text in ODD} == {404}


@pytest.mark.parametrize("query", ["change", "lang", "next", "paid", "out", "operator", "province", "page"])
def test_no_page_breaks_on_a_strange_query(owner: Client, query: str) -> None:
    paths = (*OPEN, *LINE, "/closure/list", "/stores", "/rules", "/my", "/my/access", "/my/notices", "/")
    odd = ("%00", "%ff", "9" * 3000, "//evil", "javascript:x")
    assert [path for path in paths for text in odd if owner.get(f"{path}?{query}={text}").status_code >= 500] == []


@pytest.mark.parametrize("path", [*OPEN, *LINE])
def test_no_form_breaks_on_bytes_that_are_no_text(owner: Client, path: str) -> None:
    body = b"&".join(name.encode() + b"=%ed%b3%bf\xff&" + name.encode() + b"=1" for name in FIELDS)
    assert owner.post(path, body, content_type="application/x-www-form-urlencoded").status_code < 500


@pytest.mark.parametrize("length", ["-1", "9" * 40])
def test_a_callback_with_a_strange_length_is_refused(owner: Client, length: str) -> None:
    assert owner.generic("POST", "/payments/callback", b"{}", CONTENT_LENGTH=length).status_code in (400, 403, 413)
