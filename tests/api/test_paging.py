"""Lists by key: every row once, however the list grows; a cursor belongs to one reader and one filter."""

from __future__ import annotations

import base64

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bss.models import Evidence
from tests.api.conftest import Caller, Cast, said

FULL = "evidence?limit=2"


def walked(caller: Caller, first: str) -> list[str]:
    """Every ref of a list, page by page."""
    refs: list[str] = []
    page = said(caller.get(first))
    while True:
        refs += [row["ref"] for row in page["items"]]
        if page["next"] is None:
            return refs
        page = said(caller.get(f"{first}&cursor={page['next']}"))


def test_every_row_comes_once_and_the_newest_first(cast: Cast) -> None:
    refs = walked(cast.staff["national regulator"], FULL)
    assert refs == list(Evidence.objects.order_by("-pk").values_list("ref", flat=True))
    assert len(refs) > 4


def test_a_page_holds_a_hundred_rows_at_most(cast: Cast) -> None:
    caller = cast.staff["national regulator"]
    for limit, http in {"100": 200, "101": 422, "0": 422, "-1": 422, "1e1": 422, "１": 422, "": 422}.items():
        assert caller.get(f"evidence?limit={limit}").status_code == http, limit


def test_a_cursor_is_of_no_use_to_anybody_else(cast: Cast) -> None:
    cursor = said(cast.staff["national regulator"].get(FULL))["next"]
    for name, path in {"auditor": FULL, "national regulator": "obstructions?limit=2"}.items():
        answer = cast.staff[name].get(f"{path}&cursor={cursor}")
        assert (answer.status_code, said(answer)["field"]) == (422, "cursor")


def test_a_cursor_cannot_be_made_or_changed(cast: Cast) -> None:
    caller = cast.staff["national regulator"]
    cursor = said(caller.get(FULL))["next"]
    changed = ("A" if cursor[40] != "A" else "B").join([cursor[:40], cursor[41:]])
    for text in (changed, cursor[:-8], "MTIz", "%00", "x" * 500, "令", base64.urlsafe_b64encode(b"9").decode()):
        assert caller.get(f"{FULL}&cursor={text}").status_code == 422, text


def test_a_cursor_goes_with_its_filter(cast: Cast) -> None:
    caller = cast.staff["national regulator"]
    assert said(caller.get("closures?state=QUOTED"))["items"][0]["ref"] == cast.ref
    assert said(caller.get("closures?state=CLOSED"))["items"] == []
    assert caller.get("closures?state=DRAFT").status_code == 422


@pytest.mark.parametrize("path", ["evidence", "closures", "obstructions"])
def test_a_list_takes_the_same_queries_however_long(cast: Cast, path: str) -> None:
    caller = cast.staff["national regulator"]
    counts = []
    for limit in (1, 50):
        with CaptureQueriesContext(connection) as made:
            caller.get(f"{path}?limit={limit}")
        counts.append(len(made))
        assert not [query for query in made if "COUNT(" in query["sql"].upper()]
    assert counts[0] == counts[1] <= 8
