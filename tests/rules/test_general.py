"""The rules about numbers, people and places: operators and provinces (G-01), masking everywhere (G-06)."""

from __future__ import annotations

import re
from datetime import date
from itertools import product

import pytest

from bss.provinces import Bss
from portal.errors import Invalid
from portal.masked import IdNumber, PersonName, Phone
from portal.rules.identity import demo_id, parse_resident_id
from portal.rules.places import DEMO_OPERATORS, PROVINCES, REAL_OPERATORS, REGIONS, demo_segments

TODAY = date(2026, 11, 24)


def test_three_basic_operators_make_93_systems_and_broadnet_124() -> None:
    """G-01: a BSS is one operator's system in one province."""
    codes = [one.code for one in REAL_OPERATORS]
    systems = {Bss(operator, province) for operator, province in product(codes, PROVINCES)}
    assert (len(systems), len({one for one in systems if one.operator != "cbn"})) == (124, 93)


def test_the_reference_operators_have_the_hotlines_people_know() -> None:
    """G-01."""
    assert {one.zh: one.hotline for one in REAL_OPERATORS} == {
        "中国移动": "10086", "中国联通": "10010", "中国电信": "10000", "中国广电": "10099",
    }  # fmt: skip


def test_provinces_stand_in_the_order_of_their_codes_by_region() -> None:
    """G-01, GB/T 2260."""
    assert list(PROVINCES) == sorted(PROVINCES)
    assert {one.region for one in PROVINCES.values()} == set(REGIONS)
    assert {"71", "81", "82"} & set(PROVINCES) == set()


def test_no_number_of_the_demo_can_be_anybodys() -> None:
    """G-02: the beginnings of the fictitious four meet no allocated one and not each other."""
    segments = [one for network in DEMO_OPERATORS for code in PROVINCES for one in demo_segments(network.code, code)]
    assert len(segments) == len(set(segments)) == 4 * 31 * 100
    assert all(re.fullmatch(r"16[1349][0-9]{4}", one) for one in segments)


@pytest.mark.parametrize("prefix", ["810000", "820000", "830000"])
def test_a_residence_permit_has_exactly_its_six_digits(prefix: str) -> None:
    """G-03: of 81, 82 and 83 only these."""
    for wrong in (prefix[:5] + "1", prefix[:2] + "0100"):
        with pytest.raises(Invalid, match="prefix"):
            parse_resident_id(f"{wrong}199003071234", today=TODAY)


@pytest.mark.parametrize("value", [Phone("16135006721"), demo_id("35", date(1990, 3, 7), 1), PersonName("欧阳晓岚")])
def test_no_way_of_writing_a_value_shows_it(value: Phone | IdNumber | PersonName) -> None:
    """G-06."""
    assert value.plain not in f"{value} {value!r} {[value]} {value.masked}"
