"""What a regulator may see of an exchange."""

from __future__ import annotations

import json

import pytest

from complaints.rules import masked_text, masked_words
from portal.masked import IdNumber, PersonName, Phone

ID = "359999198602173243"


def test_the_holders_name_is_masked_where_the_question_is_about_the_holder() -> None:
    shown = masked_text(f'{{"name":"张丽华","id":"{ID}","number":"16135006721"}}', personal_name=True)
    assert [secret for secret in ("张丽华", ID, "16135006721") if secret in shown] == []
    assert all(part in shown for part in ("张*", "359999********3243", "161****6721"))


def test_the_name_of_a_plan_stays_word_for_word() -> None:
    assert '"name": "畅享 58"' in masked_text('{"name":"畅享 58","monthly_fen":5800}')


def test_a_known_holder_is_masked_in_the_provinces_own_words_too() -> None:
    shown = masked_text('{"words":"机主张丽华在优惠期内"}', known=[PersonName("张丽华")])
    assert '"机主张*在优惠期内"' in shown


@pytest.mark.parametrize(
    "text",
    [
        f"号码16135006721，证件{ID}",
        '{"words":"请打 16135006721"}',
        f'{{"facts":{{"list":[["{ID}"]]}}}}',
        "not json: 16135006721",
        "[" * 5000 + "16135006721",
        '{"card":"6222021234567890123"}',
    ],
)
def test_long_numbers_are_masked_wherever_they_stand(text: str) -> None:
    shown = masked_text(text)
    assert not any(secret in shown for secret in ("16135006721", ID, "6222021234567890123"))


def test_figures_dates_and_words_are_left_alone() -> None:
    text = '{"fen": 24000, "on": "2026-11-24", "words": "您在优惠期内，不能销户", "sha": "a1b2"}'
    assert all(part in masked_text(text) for part in ("24000", "2026-11-24", "您在优惠期内，不能销户", "a1b2"))


@pytest.mark.parametrize(
    "words",
    [
        f"机主张丽华（{ID}）的号码16135006721在优惠期内",
        "机主张 丽华，161 3500 6721",
        f"张·丽华 {ID[:6]} {ID[6:14]} {ID[14:]}",
        "161-3500-6721 张丽华",
        '{"words":"\\u5f20\\u4e3d\\u534e"}',
    ],
)
def test_what_the_case_knows_is_masked_in_free_text_also_with_gaps_g_06(words: str) -> None:
    known = [PersonName("张丽华"), IdNumber(ID), Phone("16135006721")]
    for shown in (masked_words(words, known), masked_text(words, known=known)):
        bare = shown.replace(" ", "").replace("-", "").replace("·", "")
        assert [secret.masked for secret in known if secret.plain in bare] == []


def test_the_provinces_reason_stays_when_the_holder_is_masked() -> None:
    assert masked_words("机主张丽华在优惠期内", [PersonName("张丽华")]) == "机主张*在优惠期内"


def test_the_name_of_a_fact_is_no_persons_name() -> None:
    told = [
        {"name": "line_state", "value": "normal"},
        {"name": "张丽华", "value": 1},
        {"name": "match", "value": "张丽华"},
    ]
    shown = json.loads(masked_text(json.dumps(told), personal_name=True, known=[PersonName("张丽华")]))
    assert [one["name"] for one in shown] == ["line_state", "张*", "match"]
    assert shown[2]["value"] == "张*"
