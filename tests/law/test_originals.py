"""C-20: no sentence on any channel asks to post an original; what is to be seen is seen in a store and given back."""

from __future__ import annotations

import re

import pytest

from portal.lexicon import texts

POSTING = re.compile("邮寄|寄来|寄到|寄回|寄给|寄送|寄往|快递|挂号信|邮政")
PAPERS = re.compile("原件|身份证|证件|证明|材料|执照|授权书|介绍信|户口本")
NEVER = re.compile("不用寄|不寄|不要寄|不必寄|从不|不会")
POSTING_EN = re.compile(r"\b(?:post|mail|courier|ship|by letter)\b", re.I)
PAPERS_EN = re.compile(r"\b(?:originals?|documents?|papers?|ID|licence|certificate|letter of authority)\b")
NEVER_EN = re.compile(r"\b(?:never|not|no need)\b", re.I)


def asks_to_post(zh: str, en: str) -> bool:
    """Whether a text, in either language, has a sentence that sends a document on its way."""
    chinese = any(
        POSTING.search(one) and PAPERS.search(one) and not NEVER.search(one) for one in re.split(r"[。；\n]", zh)
    )
    english = any(
        POSTING_EN.search(one) and PAPERS_EN.search(one) and not NEVER_EN.search(one) for one in re.split(r"[.;\n]", en)
    )
    return chinese or english


def test_no_sentence_asks_to_post_originals() -> None:
    assert {key for key, text in texts().items() if asks_to_post(text["zh"], text["en"])} == set()


@pytest.mark.parametrize(
    ("zh", "en"),
    [
        ("请把身份证原件邮寄到归属省。", "Fine."),
        ("材料用快递寄来也行。", "Fine."),
        ("好。", "Mail the original to the home province."),
    ],
)
def test_a_sentence_that_does_would_be_found(zh: str, en: str) -> None:
    assert asks_to_post(zh, en)


def test_wherever_originals_are_asked_for_a_store_is_named() -> None:
    asking = {key: text["zh"] for key, text in texts().items() if re.search("带.{0,12}原件", text["zh"])}
    assert len(asking) > 3
    assert {
        key for key, zh in asking.items() if "stores" not in key and not re.search("营业厅|店|原件只看不收", zh)
    } == set()
