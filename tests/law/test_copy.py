"""The copy reads as UX section 6.13 asks: short paragraphs, buttons that begin with a verb, waits with who and when."""

from __future__ import annotations

import re
from pathlib import Path

from closure import states
from closure.rules.verification import ABOUT_PERSON, QUESTIONS
from portal.lexicon import texts

TEMPLATES = sorted((Path(__file__).resolve().parents[2] / "templates").rglob("*.html"))
SENTENCES_MOST = 3
BUTTON_LEAST, BUTTON_MOST = 2, 10
SAYS = re.compile(r"""{%-?\s*say\s+["']([a-z0-9_.]+)["']""", re.IGNORECASE)
PARAGRAPH = re.compile(r"""<p\b(?![^>]*class="facts)[^>]*>(.*?)</p>""", re.DOTALL)
"""A row of facts is a list that reads across, no paragraph."""
BUTTON = re.compile(
    r"""<button\b[^>]*>(.*?)</button>|<a\b[^>]*class=["'][^"']*\bbtn\b[^"']*["'][^>]*>(.*?)</a>""", re.DOTALL
)
HIDDEN = re.compile(r"""<span class="vh">.*?</span>""", re.DOTALL)
GIVEN_BY_PAGES = re.compile(
    r"closure\.go\.\w+|closure\.(?:dispute\.button|roaming\.choose|order\.(?:send|settled))\b.*|demo\.cashier\.way\.\w+"
)
"""Buttons whose words a page hands to its template."""
VERBS = "看查用付办提同选改交去打下上提确核检继撤换重发接进登退回找加选收刷获告认请催改拨拍填读取补同恢按校"
ADVERBS = re.compile(r"^(?:再|重新|不|新|全部|往前|没提交的)")
WAITS = re.compile(r"正在|在查|在办|在复核|在看|就要|短信告诉|短信通知|(?<!再)发短信|前答复|前看完|前办|前确认|再问")
WHO = re.compile(r"\{home\}|\{sender\}|您|我们|店长|店员|付款机构|主管|监管台|归属省")
WHEN = re.compile(r"\{\w+_(?:at|on)\}|\{minutes\}|\{days?\}|[0-9几]+ ?(?:秒|分钟|小时|天)|每天|马上|超时")
FOR_SUBSCRIBERS = re.compile(r"(?:closure|finding|notice)\.")


def count(text: str, ends: str) -> int:
    """The sentences of a text."""
    return len([one for one in re.split(ends, text) if one.strip()])


def longest(keys: list[str]) -> int:
    """The sentences of a paragraph that says these texts one after the other, in the language that has more."""
    zh = sum(count(texts()[key]["zh"], r"[。？！\n]") for key in keys)
    return max(zh, sum(count(texts()[key]["en"], r"[.?!](?:\s|$)|\n") for key in keys))


def buttons() -> set[str]:
    """The keys of everything that looks like a button."""
    found = {key for path in TEMPLATES for one in BUTTON.findall(path.read_text(encoding="utf-8"))
             for key in SAYS.findall(HIDDEN.sub("", "".join(one)))}  # fmt: skip
    return found | {key for key in texts() if GIVEN_BY_PAGES.fullmatch(key)}


def begins_with_a_verb(text: str) -> bool:
    """A verb stands first, or first after what one answers: 不认可，请主管复核."""
    return any(ADVERBS.sub("", clause)[:1] in VERBS for clause in re.split("[，：？]", text) if clause)


def test_no_text_is_longer_than_three_sentences() -> None:
    assert {key for key in texts() if longest([key]) > SENTENCES_MOST} == set()


def test_no_paragraph_of_a_template_is_longer_than_three_sentences() -> None:
    said = [(path.name, SAYS.findall(one)) for path in TEMPLATES
            for one in PARAGRAPH.findall(re.sub(r"{% (?:elif|else).*?(?={% (?:elif|else|endif))", "",
                                                path.read_text(encoding="utf-8"), flags=re.DOTALL))]  # fmt: skip
    assert len(said) > 60
    assert [one for one in said if longest(one[1]) > SENTENCES_MOST] == []


def test_every_button_is_short_and_begins_with_a_verb() -> None:
    said = {key: re.sub(r"\{\w+\}", "", texts()[key]["zh"]).strip() for key in buttons()}
    assert len(said) > 80
    assert {key: text for key, text in said.items() if not BUTTON_LEAST <= len(text) <= BUTTON_MOST} == {}
    assert {key: text for key, text in said.items() if not begins_with_a_verb(text)} == {}


def test_every_wait_of_a_subscriber_names_who_and_when() -> None:
    waits = {key: text["zh"] for key, text in texts().items()
             if FOR_SUBSCRIBERS.match(key) and "。" in text["zh"] and WAITS.search(text["zh"])}  # fmt: skip
    assert len(waits) > 15
    assert {key: text for key, text in waits.items() if not (WHO.search(text) and WHEN.search(text))} == {}


def test_every_question_a_province_may_refuse_has_a_name() -> None:
    assert {f"closure.six.{question}" for question in (*QUESTIONS, *ABOUT_PERSON)} <= set(texts())


def test_every_open_state_says_until_when() -> None:
    for state in states.OPEN:
        assert "{limit_at}" in texts()[f"closure.progress.{state}_text"]["zh"], state


def test_a_bare_wait_and_a_noun_on_a_button_would_be_found() -> None:
    assert not begins_with_a_verb("前一页")
    assert begins_with_a_verb("不认可，请主管复核")
    assert longest(["closure.progress.soon"]) == 1
    assert WAITS.search("正在销户。")
    assert not WHEN.search("正在销户。")
