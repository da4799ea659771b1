"""What a province sends is untrusted: sized, typed, bounded."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bss.answers import Ending
from bss.exchange import exchange
from bss.questions import QUESTIONS
from bss.services.evidence import without_codes
from bss.shapes import Day, Fen, Fields, Flag, Instant, ListOf, Malformed, Month, Text

GOOD = {"code": "P018", "name": "畅享", "monthly_fen": 1800, "single_card": True, "goes_with_it": []}


def reply(facts: Any = GOOD, **other: Any) -> bytes:
    """A reply of the question `package`."""
    whole = {"ending": "done", "clock": "2026-11-24T10:12:00+08:00", "facts": facts, "code": "", "words": "", **other}
    return json.dumps(whole).encode()


def ending_of(raw: bytes) -> Ending:
    """How the gateway reads these bytes."""
    return exchange(lambda: raw, QUESTIONS["package"], limit=10_000).ending


def test_a_reply_in_its_shape_is_done_and_keeps_known_keys_only() -> None:
    got = exchange(lambda: reply({**GOOD, "surprise": 1}), QUESTIONS["package"], limit=10_000)
    assert got.ending is Ending.DONE
    assert got.facts.keys() == GOOD.keys() | {"clock"}


BROKEN = {
    "not json": b"<html>",
    "truncated": reply()[:-9],
    "a list": b"[]",
    "10,000 deep": b"[" * 10_000,
    "no facts": reply(None),
    "a fact missing": reply({"code": "P018"}),
    "money as a float": reply({**GOOD, "monthly_fen": 18.0}),
    "money as a bool": reply({**GOOD, "monthly_fen": True}),
    "money beyond the limit": reply({**GOOD, "monthly_fen": 2**63}),
    "NaN": reply().replace(b"1800", b"NaN"),
    "too long a name": reply({**GOOD, "name": "长" * 201}),
    "no clock": reply(clock=None),
    "a naive clock": reply(clock="2026-11-24T10:12:00"),
    "another ending": reply(ending="maybe"),
    "not utf-8": b"\xff\xfe",
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_reply_proves_nothing_and_is_unknown(what: str) -> None:
    assert ending_of(BROKEN[what]) is Ending.UNKNOWN


def test_a_reply_of_ten_megabytes_is_unknown_and_kept_only_to_the_limit() -> None:
    got = exchange(lambda: b"x" * 10_000_000, QUESTIONS["package"], limit=1000)
    assert (got.ending, len(got.raw)) == (Ending.UNKNOWN, 1000)


def test_an_adapter_that_fails_is_unknown() -> None:
    def fail() -> bytes:
        raise ZeroDivisionError

    assert exchange(fail, QUESTIONS["package"], limit=1000).ending is Ending.UNKNOWN


def test_direction_and_control_characters_are_cut_out_of_text() -> None:
    assert Text().read("福\u202e建\x00\ud800", "$") == "福建"


@pytest.mark.parametrize(
    ("shape", "value"),
    [
        (Day(), "2026-02-30"),
        (Day(), "２０２６-01-01"),
        (Day(), "2026-01-01\n"),
        (Month(), "2026-13"),
        (Instant(), "yesterday"),
        (Flag(), 1),
        (Fen(), -1),
        (ListOf(Fen()), [0] * 501),
        (Fields({"a": Fen()}), {"b": 1}),
    ],
)
def test_a_value_outside_its_shape_is_malformed(shape: Any, value: Any) -> None:
    with pytest.raises(Malformed):
        shape.read(value, "$")


@pytest.mark.parametrize("text", ['{"auth_code": "123456"}', '{"otp":654321', '{"facts": {"AuthCode" : "123456"}}'])
def test_one_time_codes_are_cut_out_of_what_is_kept(text: str) -> None:
    assert "123456" not in without_codes(text)
    assert "654321" not in without_codes(text)
