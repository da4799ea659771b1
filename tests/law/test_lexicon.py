"""Every text stands in both languages with the same facts, and reads as people speak (UX 13)."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from portal import clock
from portal.clock import SHANGHAI
from portal.errors import Invalid, TooMany
from portal.lexicon import PLACEHOLDER, lexicon_files, said_twice, say, texts
from portal.masked import Phone

BANNED = ("处理中", "请稍后再试", "非法", "系统繁忙", "尊敬的用户", "亲，", "！")
LONGEST_SENTENCE = 40


def sentences(text: str) -> list[str]:
    """Its sentences, without the facts that are put in."""
    return re.split(r"[。？；\n]", PLACEHOLDER.sub("", text))


def test_every_text_has_both_languages_and_nothing_else() -> None:
    assert {key for key, text in texts().items() if set(text) != {"zh", "en"} or not all(text.values())} == set()


def test_both_languages_say_the_same_facts() -> None:
    differ = {
        key
        for key, text in texts().items()
        if set(PLACEHOLDER.findall(text["zh"])) != set(PLACEHOLDER.findall(text["en"]))
    }
    assert differ == set()


def test_no_brace_is_left_that_is_not_a_fact() -> None:
    left = {key for key, text in texts().items() for one in text.values() if set("{}") & set(PLACEHOLDER.sub("", one))}
    assert left == set()


def test_no_banned_word_is_said() -> None:
    assert {(key, word) for key, text in texts().items() for word in BANNED if word in text["zh"]} == set()


def test_no_sentence_is_longer_than_forty_characters() -> None:
    long = {key for key, text in texts().items() if any(len(one) > LONGEST_SENTENCE for one in sentences(text["zh"]))}
    assert long == set()


def test_english_texts_are_english() -> None:
    assert {key for key, text in texts().items() if re.search(r"[\u4e00-\u9fff]", text["en"])} <= {
        "chrome.other_language",
        "language.zh",
    }


def test_every_key_a_rule_of_input_raises_is_said() -> None:
    sources = Path("portal").rglob("*.py")
    keys = {
        key for path in sources for key in re.findall(r'"(error\.[a-z_.]+[a-z])"', path.read_text(encoding="utf-8"))
    }
    assert len(keys) > 20
    assert keys - set(texts()) == set()


def test_an_unknown_key_or_a_missing_fact_is_an_error_of_ours() -> None:
    with pytest.raises(KeyError, match=r"no\.such\.key"):
        say("no.such.key")
    with pytest.raises(KeyError, match="n"):
        say("error.phone.short")


def test_facts_are_written_the_way_each_language_does(tmp_path: Path) -> None:
    facts: dict[str, Any] = {
        "until": datetime(2026, 11, 24, 10, 12, tzinfo=SHANGHAI),
        "on": date(2026, 11, 24),
        "left": Phone("16135006721"),
    }
    with clock.frozen(facts["until"]):
        assert say("error.code.wrong", left=facts["until"]) == "验证码不对，还可试 11月24日 10:12 次"
        assert "2027年2月22日 10:12" in say("error.code.wrong", left=facts["until"] + timedelta(days=90))
        assert "22 Feb 2027 10:12" in say("error.code.wrong", "en", left=facts["until"] + timedelta(days=90))
    assert "24 Nov" in say("error.code.wrong", "en", left=facts["on"])
    assert "161****6721" in say("error.code.wrong", left=facts["left"])
    assert "日本、泰国" in say("error.code.wrong", left=["日本", "泰国"])
    assert "Japan, Thailand" in say("error.code.wrong", "en", left=["Japan", "Thailand"])


def test_a_refusal_speaks_both_languages_and_counts_its_minutes() -> None:
    assert Invalid("error.phone.short", n=3).message("en") == "This number has only 3 digits. Check it again"
    assert "2 分钟" in TooMany("error.too_many", retry_after=61).message()


def test_no_text_is_written_twice() -> None:
    assert said_twice(lexicon_files()) == set()


def test_a_text_written_twice_is_found(tmp_path: Path) -> None:
    for name in ("a.toml", "b.toml"):
        (tmp_path / name).write_text('[a.b]\nzh = "甲"\nen = "A"\n', encoding="utf-8")
    assert said_twice(sorted(tmp_path.glob("*.toml"))) == {"a.b"}
