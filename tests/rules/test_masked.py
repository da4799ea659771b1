"""Sensitive values show masked and do not travel (G-06)."""

from __future__ import annotations

import copy
import json
import pickle

import pytest

from portal.masked import IdNumber, Masked, PersonName, Phone

VALUES = [
    (Phone("13800001234"), "138****1234"),
    (IdNumber("350102199003071234"), "350102********1234"),
    (IdNumber("E12345678"), "E******78"),
    (PersonName("张三丰"), "张*"),
]


@pytest.mark.parametrize(("value", "shown"), VALUES)
def test_every_way_of_writing_it_is_masked(value: Masked, shown: str) -> None:
    ways = [str(value), f"{value}", f"{value:}", repr([value]), "%s" % value]  # noqa: UP031
    assert all(shown in way and value.plain not in way for way in ways)


@pytest.mark.parametrize(("value", "_shown"), VALUES)
def test_it_cannot_be_put_into_a_message(value: Masked, _shown: str) -> None:
    with pytest.raises(TypeError, match="does not travel"):
        pickle.dumps(value)
    with pytest.raises(TypeError):
        json.dumps(value)


def test_equal_values_of_one_kind_are_equal_and_of_two_kinds_are_not() -> None:
    assert Phone("13800001234") == Phone("13800001234")
    assert len({Phone("1"), Phone("1")}) == 1
    assert Phone("1") != IdNumber("1")
    assert copy.deepcopy(Phone("13800001234")) == Phone("13800001234")
