"""Where a number lives (G-02), and the ladder it goes down (C-11)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import transaction
from pytest_django import DjangoAssertNumQueries

from portal.actors import Actor
from portal.clock import frozen, now
from portal.errors import Invalid
from portal.masked import Phone
from portal.models import AuditEntry, NumberEntry, Operator, Province
from portal.register import (
    Home,
    forget_segments,
    freeze,
    home_of,
    home_of_many,
    load_reference,
    number_index,
    release_frozen,
)
from portal.rules.places import PROVINCES
from portal.servers.provision import Addresses

FUJIAN = Home("161", "35", "161", "in_use", None)


def ported(number: Phone, operator: str) -> None:
    """The number goes to another operator."""
    NumberEntry.objects.create(
        number=int(number.plain), operator=operator, original_operator="161", province="35", changed_at=now()
    )


def test_every_province_and_operator_is_there_from_the_start(database: Addresses) -> None:
    assert set(Province.objects.values_list("code", flat=True)) == set(PROVINCES)
    assert len(PROVINCES) == 31
    assert set(Operator.objects.values_list("code", flat=True)) == {"161", "163", "164", "169"}


def test_a_demo_number_of_any_province_lives_where_it_says(database: Addresses) -> None:
    homes = {code: home_of(Phone(f"163{code}006721")) for code in PROVINCES}
    assert homes == {code: Home("163", code, "163", "in_use", None) for code in PROVINCES}


def test_a_look_up_is_one_query(
    database: Addresses, fujian: Phone, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    home_of(fujian)
    with django_assert_num_queries(1):
        assert home_of(fujian) == FUJIAN
    with django_assert_num_queries(1):
        homes = home_of_many([fujian, Phone("16931000001")])
    assert [home and home.province for home in homes.values()] == ["35", "31"]


def test_a_ported_number_is_found_at_once_and_keeps_its_province(database: Addresses, fujian: Phone) -> None:
    assert home_of(fujian) == FUJIAN
    ported(fujian, "164")
    assert home_of(fujian) == Home("164", "35", "161", "in_use", None)
    assert home_of_many([fujian])[fujian] == home_of(fujian)


def test_an_unallocated_number_has_no_home(database: Addresses) -> None:
    assert home_of(Phone("19912345678")) is None


def test_a_ported_number_that_is_closed_goes_back_and_is_frozen(
    database: Addresses, fujian: Phone, sweep: Actor, noon: datetime
) -> None:
    ported(fujian, "164")
    with transaction.atomic():
        freeze(fujian, until=noon, by=sweep)
    assert home_of(fujian) == Home("161", "35", "161", "frozen", noon)
    entry = AuditEntry.objects.get(verb="register.freeze")
    assert (entry.chain, entry.rules) == ("35", "C-11")
    assert fujian.plain not in entry.facts


def test_a_number_nobody_has_cannot_be_frozen(database: Addresses, sweep: Actor, noon: datetime) -> None:
    with pytest.raises(Invalid, match=r"error\.phone\.unknown"), transaction.atomic():
        freeze(Phone("19912345678"), until=noon, by=sweep)


def test_after_the_freeze_a_number_is_recyclable_and_not_before(
    database: Addresses, fujian: Phone, sweep: Actor, noon: datetime
) -> None:
    with transaction.atomic():
        freeze(fujian, until=noon, by=sweep)
    counts = []
    for at in (noon - timedelta(seconds=1), noon, noon):
        with frozen(at), transaction.atomic():
            counts.append(release_frozen(by=sweep))
    assert counts == [0, 1, 0]
    home = home_of(fujian)
    assert home is not None
    assert home.state == "recyclable"


def test_reference_rows_may_be_loaded_again(database: Addresses, fujian: Phone) -> None:
    with transaction.atomic():
        load_reference(demo=True)
    assert Province.objects.count() == 31
    assert home_of(fujian) == FUJIAN


def test_a_process_that_knows_no_segments_reads_them(database: Addresses, fujian: Phone) -> None:
    forget_segments()
    assert home_of(fujian) == FUJIAN


def test_one_number_has_one_index_everywhere(fujian: Phone) -> None:
    assert number_index(fujian) == number_index(Phone("16135006721")) != number_index(Phone("16135006722"))
