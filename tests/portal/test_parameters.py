"""Dated parameters: the most particular and the latest wins (CONVENTIONS 10)."""

from __future__ import annotations

from datetime import date

import pytest

from portal.models import ParameterValue
from portal.parameters import Parameter, snapshot, value_of
from portal.servers.provision import Addresses

HOURS = Parameter("test.hours", "int", 72, "h", "C-04")
TODAY = date(2026, 11, 24)


def put(value: int, operator: str = "", province: str = "", from_on: str = "2026-01-01") -> None:
    """A value in force from a day."""
    ParameterValue.objects.create(name=HOURS.name, operator=operator, province=province, from_on=from_on, value=value)


def test_without_a_row_the_default_is_in_force(database: Addresses) -> None:
    assert value_of(HOURS, operator="161", province="35", on=TODAY) == 72


def test_the_most_particular_wins(database: Addresses) -> None:
    for value, scope in ((1, {}), (2, {"province": "35"}), (3, {"operator": "161"})):
        put(value, **scope)
    assert value_of(HOURS, operator="161", province="35", on=TODAY) == 3
    put(4, operator="161", province="35", from_on="2025-01-01")
    assert value_of(HOURS, operator="161", province="35", on=TODAY) == 4
    assert value_of(HOURS, operator="163", province="35", on=TODAY) == 2
    assert value_of(HOURS, operator="163", province="32", on=TODAY) == 1


def test_a_value_is_in_force_from_its_day_and_not_before(database: Addresses) -> None:
    put(10)
    put(20, from_on="2026-11-24")
    assert value_of(HOURS, on=date(2026, 11, 23)) == 10
    assert value_of(HOURS, on=TODAY) == 20


def test_a_snapshot_keeps_what_was_in_force(database: Addresses) -> None:
    pinned = snapshot([HOURS], operator="161", province="35", on=TODAY)
    put(1)
    assert pinned == {"test.hours": 72}


def test_a_default_of_the_wrong_kind_stops_the_start() -> None:
    with pytest.raises(TypeError, match=r"test\.flag"):
        Parameter("test.flag", "bool", 1, "", "C-04")
