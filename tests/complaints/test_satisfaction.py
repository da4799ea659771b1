"""Scores per operator and province, by one query, in scope (T-15, D-05)."""

from __future__ import annotations

import pytest
from pytest_django import DjangoAssertNumQueries

from closure.models import Satisfaction
from complaints.queries_satisfaction import Scores, scores
from portal import clock
from portal.actors import Actor
from portal.roles import Role
from portal.servers.provision import Addresses
from tests.overseen import a_case, entered

FUJIAN_BODY = Actor(Role.PROVINCIAL_REGULATOR, "person:x", province="35")
NATIONAL = Actor(Role.NATIONAL_REGULATOR, "person:y")


@pytest.fixture(autouse=True)
def rated(database: Addresses) -> None:
    """Fujian of operator 161: 5, 4, 1 and one silent; Shandong of 163: 2."""
    for place, (operator, province, score) in enumerate(
        [("161", "35", 5), ("161", "35", 4), ("161", "35", 1), ("161", "35", None), ("163", "37", 2)]
    ):
        case = a_case(f"161350000{place:02d}", operator=operator, province=province)
        answered = clock.now() if score else None
        Satisfaction.objects.create(
            case=case, contact_index="x", operator=operator, province=province, asked_at=clock.now(), score=score,
            answered_at=answered,
        )  # fmt: skip


def test_the_counts_are_those_of_the_rows_in_scope(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(1):
        found = scores(NATIONAL)
    fujian = Scores("161", "35", asked=4, n=3, points=10, high=2, low=1)
    assert found == [fujian, Scores("163", "37", asked=1, n=1, points=2, high=0, low=1)]
    assert scores(FUJIAN_BODY) == [fujian]


def test_the_page_shows_mean_and_shares_plainly() -> None:
    page = entered("fujian").get("/oversight/satisfaction").content.decode()
    assert all(figure in page for figure in ("3.33", "67 %", "33 %"))
    assert "Shandong" not in page
    assert "山东" not in page
