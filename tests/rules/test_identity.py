"""Resident ID numbers (G-03) and names."""

from __future__ import annotations

from datetime import date

import pytest
from stdnum.cn.ric import calc_check_digit

from portal.errors import Invalid
from portal.masked import PersonName
from portal.rules.identity import demo_id, parse_name, parse_resident_id, same_name
from portal.rules.places import PROVINCES

TODAY = date(2026, 11, 24)


def checked(body: str) -> str:
    """A body of 17 digits with its right check character."""
    return body + calc_check_digit(body + "0")


def key_of(typed: str) -> str:
    """Why this number is refused."""
    with pytest.raises(Invalid) as refusal:
        parse_resident_id(typed, today=TODAY)
    assert refusal.value.rule_id == "G-03"
    return refusal.value.key


def test_the_published_example_of_the_standard_is_taken() -> None:
    assert parse_resident_id("11010519491231002X", today=TODAY).plain == "11010519491231002X"


def test_a_small_or_full_width_x_is_the_same_person() -> None:
    small, wide = (parse_resident_id(f"11010519491231002{x}", today=TODAY) for x in "xＸ")
    assert small == wide


@pytest.mark.parametrize("prefix", ["350199", "810000", "820000", "830000", "911156"])
def test_provinces_permits_and_foreign_residents_are_known(prefix: str) -> None:
    assert parse_resident_id(checked(f"{prefix}19900307123"), today=TODAY).plain.startswith(prefix)


@pytest.mark.parametrize("prefix", ["000000", "810001", "710000", "990000"[:0] + "770000", "660101"])
def test_other_beginnings_are_refused(prefix: str) -> None:
    assert key_of(checked(f"{prefix}19900307123")) == "error.id.prefix"


@pytest.mark.parametrize("birth", ["19000229", "20230431", "00000101", "19901301"])
def test_a_birth_date_that_does_not_exist_is_named(birth: str) -> None:
    assert key_of(checked(f"350102{birth}123")) == "error.id.birth"


def test_born_today_is_a_person_and_born_tomorrow_is_not() -> None:
    assert parse_resident_id(checked("35010220261124123"), today=TODAY)
    assert key_of(checked("35010220261125123")) == "error.id.future"


def test_every_wrong_check_character_is_found() -> None:
    right = checked("35010219900307123")
    wrong = [right[:17] + last for last in "0123456789X" if last != right[17]]
    assert {key_of(typed) for typed in wrong} == {"error.id.check"}


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("", "error.id.empty"),
        ("350102900307123", "error.id.fifteen"),
        ("35010219900307", "error.id.length"),
        ("35010219900307123х", "error.id.characters"),
        ("3501O219900307123X", "error.id.characters"),
        ("３５０１０２¹⁹⁹００３０７１２３X", "error.id.characters"),
    ],
)
def test_what_is_no_id_number_is_told_why(typed: str, key: str) -> None:
    assert key_of(typed) == key


def test_a_demo_identity_is_well_formed_in_every_province_and_nobodys() -> None:
    made = [demo_id(code, date(1990, 3, 7), 41) for code in PROVINCES]
    assert all(parse_resident_id(one.plain, today=TODAY) == one for one in made)
    assert {one.plain[2:6] for one in made} == {"9999"}


@pytest.mark.parametrize(
    "typed", ["张", "欧阳娜娜", "买买提·艾力", "𠮷田", "隆\uf9dc", "Anne-Marie O'Neil", "  李雷\u200b "]
)
def test_names_of_every_kind_are_taken(typed: str) -> None:
    assert parse_name(typed).plain == typed.replace("\u200b", "").strip()


@pytest.mark.parametrize("dot", "·•・‧．.")
def test_every_dot_of_a_minority_name_is_one_dot(dot: str) -> None:
    assert parse_name(f"买买提{dot}艾力") == PersonName("买买提·艾力")


@pytest.mark.parametrize("typed", ["张\u202e三", "张\x00三", "张3", "😀", "·", "<b>", "张\n三", "\ud800张"])
def test_signs_that_are_no_name_are_refused(typed: str) -> None:
    with pytest.raises(Invalid) as refusal:
        parse_name(typed)
    assert refusal.value.key == "error.name.characters"


def test_twenty_five_characters_are_a_name_and_twenty_six_are_not() -> None:
    assert parse_name("张" * 25)
    with pytest.raises(Invalid, match=r"error\.name\.long"):
        parse_name("张" * 26)


def test_a_compatibility_character_is_the_same_name_but_is_kept_as_typed() -> None:
    typed, registered = parse_name("李\uf9dc"), parse_name("李隆")
    assert same_name(typed, registered)
    assert typed.plain == "李\uf9dc"
    assert not same_name(registered, parse_name("李龙"))
