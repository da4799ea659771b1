"""Evidence and obstructions as regulators see them."""

from __future__ import annotations

import re

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bss.models import Evidence
from portal.sealing import destroy_key
from portal.servers.provision import Addresses
from tests.overseen import FUJIAN, HOLDER, SHANDONG, WORDS, a_case, an_exchange, an_obstruction, entered

QUERIES = 5


def refs(client: Client, where: str = "/oversight/evidence") -> list[str]:
    """The exchanges linked on a list page, in its order."""
    return re.findall(r'href="/oversight/evidence/([0-9a-z]{26})"', client.get(where).content.decode())


def test_a_provincial_regulator_sees_the_exchanges_of_its_province_only(database: Addresses) -> None:
    here, there = an_exchange(FUJIAN), an_exchange(SHANDONG)
    client = entered("fujian")
    assert refs(client) == [here]
    assert client.get(f"/oversight/evidence/{there}").status_code == 404


def test_the_national_regulator_sees_every_province_the_newest_first(database: Addresses) -> None:
    first, second = an_exchange(FUJIAN), an_exchange(SHANDONG)
    assert refs(entered("national")) == [second, first]


def test_an_answer_stands_word_for_word_and_persons_masked(database: Addresses) -> None:
    ref = an_exchange(answer=f'{{"code":"4999","words":"{WORDS}","holder_name":"{HOLDER.plain}"}}')
    page = entered("fujian").get(f"/oversight/evidence/{ref}").content.decode()
    assert WORDS in page
    assert "161****6721" in page
    assert not any(secret in page for secret in (HOLDER.plain, "16135006721", "198602173"))


def test_a_province_cannot_put_markup_on_the_page(database: Addresses) -> None:
    ref = an_exchange(answer="<script>alert(1)</script>")
    assert "<script>" not in entered("fujian").get(f"/oversight/evidence/{ref}").content.decode()


def test_a_deleted_case_leaves_its_hash(database: Addresses) -> None:
    case = a_case()
    ref = an_exchange(case_ref=case.ref)
    destroy_key(case.ref)
    page = entered("fujian").get(f"/oversight/evidence/{ref}").content.decode()
    assert "已按规定删除" in page
    assert Evidence.objects.get(ref=ref).sha in page


def test_fifty_stand_on_a_page_and_one_can_go_on_and_back(database: Addresses) -> None:
    made = [an_exchange() for _ in range(53)][::-1]
    client = entered("fujian")
    page = client.get("/oversight/evidence").content.decode()
    older = re.search(r'rel="next" href="(\?before=\d+)"', page)
    assert older is not None
    last = client.get(f"/oversight/evidence{older[1]}").content.decode()
    newer = re.search(r'rel="prev" href="(\?after=\d+)"', last)
    assert newer is not None
    assert refs(client) == made[:50] == refs(client, f"/oversight/evidence{newer[1]}")
    assert refs(client, f"/oversight/evidence{older[1]}") == made[50:]


def test_a_full_page_asks_the_database_no_more_than_a_short_one(database: Addresses) -> None:
    client = entered("fujian")
    counts = []
    for more in (2, 40):
        for _ in range(more):
            an_exchange(case_ref=a_case(f"161350{Evidence.objects.count():05d}").ref)
        with CaptureQueriesContext(connection) as queries:
            client.get("/oversight/evidence")
        counts.append(len(queries))
    assert counts[0] == counts[1] <= QUERIES


def test_keys_that_are_no_numbers_are_read_as_absent(database: Addresses) -> None:
    made = an_exchange()
    client = entered("fujian")
    for key in ("x", "-1", "²", "\x00", "9" * 40):
        assert refs(client, f"/oversight/evidence?before={key}") == [made]


def test_an_obstruction_stands_in_its_own_words_with_its_evidence(database: Addresses) -> None:
    case = a_case()
    ref = an_exchange(case_ref=case.ref)
    an_obstruction(case_ref=case.ref, evidence_ref=ref)
    client = entered("fujian")
    page = client.get("/oversight/obstructions").content.decode()
    assert all(part in page for part in (WORDS, "B-2", str(case.case_no)))
    assert refs(client, "/oversight/obstructions") == [ref]
    assert "已记为障碍" in client.get(f"/oversight/evidence/{ref}").content.decode()


def test_another_provinces_obstruction_is_not_listed(database: Addresses) -> None:
    an_obstruction(SHANDONG, case_ref=a_case().ref, evidence_ref=an_exchange(SHANDONG))
    assert refs(entered("fujian"), "/oversight/obstructions") == []
    assert len(refs(entered("national"), "/oversight/obstructions")) == 1


def test_a_clerk_has_no_oversight(database: Addresses) -> None:
    assert entered("clerk").get("/oversight/evidence").status_code == 403


def test_the_holders_name_inside_a_provinces_words_is_masked_in_the_list_and_on_the_page_g_06(
    database: Addresses,
) -> None:
    case = a_case()
    ref = an_exchange(case_ref=case.ref)
    an_obstruction(case_ref=case.ref, evidence_ref=ref, words=f"机主{case.name.plain}在优惠期内")
    client = entered("fujian")
    for path in ("/oversight/obstructions", f"/oversight/evidence/{ref}"):
        page = client.get(path).content.decode()
        assert f"机主{case.name.masked}在优惠期内" in page
        assert case.name.plain not in page
