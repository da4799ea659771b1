"""Operators' codes (P-10a), and what may hold up a closure (C-01, B-2)."""

from __future__ import annotations

import pytest

from bss.reasons import OPERATOR_CODES, mapped, may_block_closure
from portal.lexicon import say


@pytest.mark.parametrize("code", ["2009", "2031", "2064", "2067", "3015"])
def test_a_published_reason_may_hold_up_a_closure(code: str) -> None:
    assert may_block_closure(mapped(code))


@pytest.mark.parametrize("code", ["3064", "2065", "3060", "3059", "4999", "", "优惠期"])
def test_ties_roaming_porting_and_unmapped_codes_never_hold_up_a_closure(code: str) -> None:
    """Ties are untied and a roaming tail comes later: neither is a reason to refuse (C-06, C-07, B-2)."""
    assert not may_block_closure(mapped(code))


def test_a_code_outside_the_map_has_no_reason() -> None:
    assert mapped("4999") is None


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_reason_has_words_in_both_languages(lang: str) -> None:
    for reason in OPERATOR_CODES.values():
        assert say(reason.key, lang) != reason.key
