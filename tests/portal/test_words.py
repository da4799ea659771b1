"""What a template's filters write."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.utils.translation import override

from portal.clock import SHANGHAI, frozen
from portal.templatetags.words import day, tongue, when, yuan


def test_thousands_are_set_apart_and_a_minus_is_a_real_one() -> None:
    assert [yuan(fen) for fen in (0, 99_999, 3_290_000, -1_234_567)] == ["0.00", "999.99", "32,900.00", "−12,345.67"]


@pytest.mark.parametrize(
    ("lang", "year", "words"),
    [
        ("zh-hans", 2026, "11月24日 09:12"),
        ("zh-hans", 2025, "2025年11月24日 09:12"),
        ("en", 2026, "24 Nov, 09:12"),
        ("en", 2025, "24 Nov 2025, 09:12"),
    ],
)
def test_a_time_of_another_year_says_its_year(lang: str, year: int, words: str) -> None:
    at = datetime(year, 11, 24, 9, 12, tzinfo=SHANGHAI)
    with frozen(datetime(2026, 12, 31, 23, 59, tzinfo=SHANGHAI)), override(lang):
        assert when(at) == words
        assert str(year) in day(at)


def test_on_an_english_page_what_stays_chinese_is_marked_as_chinese() -> None:
    with override("en"):
        assert tongue("Penalty: 靓号入网协议") == 'Penalty: <span lang="zh-CN">靓号入网协议</span>'
        assert tongue("马*") == '<span lang="zh-CN">马*</span>'
        assert tongue("亲情网：移出 1 个成员. Free.") == '<span lang="zh-CN">亲情网：移出 1 个成员</span>. Free.'


@pytest.mark.parametrize("text", ["Penalty", "11月已用", "<b>甲</b>"])
def test_a_chinese_page_and_plain_english_are_left_alone(text: str) -> None:
    with override("zh-hans"):
        assert tongue(text) == text


def test_markup_in_a_name_stays_text() -> None:
    with override("en"):
        assert tongue("<b>甲网</b>") == '&lt;b&gt;<span lang="zh-CN">甲网</span>&lt;/b&gt;'
