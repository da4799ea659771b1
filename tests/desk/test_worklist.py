"""The worklist."""

from __future__ import annotations

import re

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from closure import states
from portal.servers.provision import Addresses
from tests.overseen import a_case, entered

QUERIES = 6


def shown(client: Client, where: str = "/desk") -> list[str]:
    """The last four digits of the numbers in the list, in its order."""
    return re.findall(r">\d{3}\*{4}(\d{4})<", client.get(where).content.decode())


def test_the_case_that_falls_due_first_stands_on_top_whatever_its_state(database: Addresses) -> None:
    a_case("16135000001", hours=5, state=states.HELD)
    a_case("16135000002", hours=-1, state=states.CLOSING)
    a_case("16135000003", hours=None, state=states.FILED)
    a_case("16135000004", hours=2, state=states.QUOTED)
    assert shown(entered("clerk")) == ["0002", "0004", "0001", "0003"]


def test_a_clerk_sees_the_cases_handled_in_the_province_and_those_routed_to_it(database: Addresses) -> None:
    a_case("16135000001")
    a_case("16132000002", province="32", visiting_province="35")
    a_case("16135000003", visiting_province="31")
    assert shown(entered("clerk")) == ["0001", "0002"]


def test_a_clerk_of_another_operator_sees_none_of_them(database: Addresses) -> None:
    a_case("16135000001")
    assert shown(entered("clerk2")) == []


def test_the_tabs_divide_what_is_handled_here_from_what_was_sent_here(database: Addresses) -> None:
    a_case("16135000001")
    a_case("16132000002", province="32", visiting_province="35")
    client = entered("clerk")
    assert shown(client, "/desk?tab=here") == ["0001"]
    assert shown(client, "/desk?tab=routed") == ["0002"]


def test_ended_cases_and_drafts_are_no_work(database: Addresses) -> None:
    for n, state in enumerate((states.CLOSED, states.WITHDRAWN, states.LAPSED, states.DRAFT)):
        a_case(f"1613500000{n}", state=state)
    assert shown(entered("clerk")) == []


def test_fifty_stand_on_a_page_and_the_next_page_goes_on_where_it_ended(database: Addresses) -> None:
    for n in range(53):
        a_case(f"161350001{n:02d}", hours=None if n == 52 else n % 3)
    client = entered("clerk")
    first = shown(client)
    onward = re.search(r'href="\?(tab=all&amp;after=[^"]+)"', client.get("/desk").content.decode())
    assert onward is not None
    second = shown(client, "/desk?" + onward[1].replace("&amp;", "&"))
    assert (len(first), len(second), len({*first, *second})) == (50, 3, 53)


def test_a_place_that_cannot_be_read_begins_anew(database: Addresses) -> None:
    a_case("16135000001")
    client = entered("clerk")
    for place in ("x_1", "2026-11-24_1", "none_²", "\x00_1", "none_99999999999999999999"):
        assert client.get("/desk", {"after": place}).status_code == 200


def test_a_full_page_asks_the_database_no_more_than_a_short_one(database: Addresses) -> None:
    client = entered("clerk")
    counts = []
    for n in range(2):
        for k in range(n * 30 + 1):
            a_case(f"1613500{n}{k:03d}")
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get("/desk")
        counts.append(len(queries))
    assert counts[0] == counts[1] <= QUERIES


def test_no_full_number_name_or_id_stands_in_the_list(database: Addresses) -> None:
    case = a_case("16135006721")
    page = entered("clerk").get("/desk").content.decode()
    assert case.number.masked in page
    assert not any(secret in page for secret in (case.number.plain, case.name.plain, case.id_number.plain))
