"""The page of differences: each with its two sums, its order and its day; scoped, and asked again on demand (S-03)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal import clock
from settlement.models import Difference, Reconciliation
from settlement.services import reconciling
from tests.api.conftest import for_staff, said
from tests.closure.conftest import FUJIAN, MORNING
from tests.databases import Servers
from tests.overseen import entered
from tests.settlement.books import ROBOT
from tests.settlement.province_book import in_book

CHECKED = MORNING + timedelta(days=1)
WHERE = "/settlement/differences"
_STRANGE = "INSERT INTO book (command_id, case_ref, number, account, fen, at) VALUES (%s, %s, '', %s, %s, %s)"


@pytest.fixture
def differing(provinces: Callable[..., None], servers: Servers) -> Reconciliation:
    """Fujian's book has four rows that nobody knows of."""
    provinces(FUJIAN)
    for n, account in enumerate(("agent", "receivable", "unbilled", "penalty")):
        in_book(servers, FUJIAN, _STRANGE, f"k{n}", f"case{n}", account, 1240 + n, MORNING)
    with clock.frozen(CHECKED):
        return reconciling.run(reconciling.start(FUJIAN, MORNING.date(), by=ROBOT).ref, by=ROBOT)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_each_difference_says_whose_order_it_is_until_when(differing: Reconciliation, lang: str) -> None:
    client = entered("finance")
    client.get(f"/language/switch?to={lang}&next=/accessibility")
    page = client.get(WHERE).content.decode()
    said = "差 12.40 元，工单" if lang == "zh" else "12.40 yuan apart. Order"
    assert (said in page, "11月27日" in page or "27 Nov" in page) == (True, True)
    assert page.count('<span class="sub">') == 4


def test_each_sees_their_own(differing: Reconciliation) -> None:
    assert "12.40" in entered("auditor").get(WHERE).content.decode()
    Reconciliation.objects.update(operator="163")
    assert "12.40" not in entered("finance").get(WHERE).content.decode()


def test_finance_has_a_company_checked_again(differing: Reconciliation, servers: Servers) -> None:
    in_book(servers, FUJIAN, "DELETE FROM book")
    with clock.frozen(CHECKED):
        client = entered("finance")
        assert client.post(f"{WHERE}/35").status_code == 302
        assert client.post(f"{WHERE}/11").status_code == 404
        assert reconciling.sweep(by=ROBOT) == 1
        page = client.get(f"{WHERE}?tab=gone").content.decode()
    assert set(Difference.objects.values_list("state", flat=True)) == {"GONE"}
    assert page.count("核对一致") == 4


def test_who_only_oversees_asks_nothing(differing: Reconciliation) -> None:
    client = entered("auditor")
    assert client.post(f"{WHERE}/35").status_code == 403
    assert '<form method="post" action="/settlement/differences' not in client.get(WHERE).content.decode()


def test_a_long_list_costs_no_more_questions(differing: Reconciliation) -> None:
    client = entered("finance")
    with CaptureQueriesContext(
        connection,
    ) as few:
        client.get(WHERE)
    assert len(few) <= 18


def test_the_api_lists_each_difference_with_its_order(differing: Reconciliation) -> None:
    caller = for_staff("auditor")
    (first, *others) = said(caller.get("differences"))["items"]
    one = said(caller.get(f"differences/{first['ref']}"))
    assert (one, len(others)) == (first, 3)
    assert (one["kind"], one["ours_fen"], one["theirs_fen"], one["order_state"]) == ("missing_here", 0, 1243, "OPEN")
    (run,) = said(caller.get("reconciliations"))["items"]
    assert (run["state"], run["found"], run["nets"]) == ("DIFFERS", 4, 0)


def test_the_api_shows_a_province_its_own_only(differing: Reconciliation) -> None:
    assert len(said(for_staff("regulator of Fujian").get("differences"))["items"]) == 4
    assert said(for_staff("regulator of Guangdong").get("differences"))["items"] == []
    ref = Difference.objects.first().ref  # type: ignore[union-attr]
    assert for_staff("regulator of Guangdong").get(f"differences/{ref}").status_code == 404
    assert for_staff("clerk").get("differences").status_code == 403
