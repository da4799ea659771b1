"""Mobile numbers as people type them."""

from __future__ import annotations

import pytest

from portal.errors import Invalid
from portal.rules.phone import parse_phone


@pytest.mark.parametrize(
    "typed",
    [
        "16135006721",
        " 161 3500 6721 ",
        "+86 161-3500-6721",
        "0086-16135006721",
        "8616135006721",
        "１６１３５００６７２１",
        "161\u20133500\u20136721",
        "\ufeff161\u200b35006721\n",
        "+86　161　3500　6721",
    ],
)
def test_a_number_is_read_however_it_is_written(typed: str) -> None:
    assert parse_phone(typed).plain == "16135006721"


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("", "error.phone.empty"),
        (" \u3000\u200b", "error.phone.empty"),
        ("1613500672", "error.phone.short"),
        ("161350067211", "error.phone.long"),
        ("059187654321", "error.phone.landline"),
        ("26135006721", "error.phone.mobile"),
        ("1613500672x", "error.phone.digits"),
        ("1613500672²", "error.phone.digits"),
        ("١٦١٣٥٠٠٦٧٢١", "error.phone.digits"),
        ("161350067\u202e21", "error.phone.digits"),
        ("161350067\x0021", "error.phone.digits"),
        ("9" * 5000, "error.phone.long"),
    ],
)
def test_what_is_no_number_is_told_why(typed: str, key: str) -> None:
    with pytest.raises(Invalid) as refusal:
        parse_phone(typed)
    assert (refusal.value.key, refusal.value.field, refusal.value.http) == (key, "phone", 422)


def test_a_short_number_is_told_how_many_digits_it_has() -> None:
    with pytest.raises(Invalid) as refusal:
        parse_phone("1613500672")
    assert refusal.value.message() == "这个号码只有 10 位，请再核对"
