"""A home province, and money, as sentences name them."""

from __future__ import annotations

from closure.models import Case
from portal.lexicon import say
from portal.rules.money import grouped


def home_words(case: Case, lang: str) -> str:
    """甲网 福建."""
    return f"{say(f'operator.{case.operator}', lang)} {say(f'province.{case.province}', lang)}"


def home_said(case: Case, lang: str) -> str:
    """The same inside a sentence: 福建甲网."""
    return bss_said(case.operator, case.province, lang)


def bss_said(operator: str, province: str, lang: str) -> str:
    """One company of one province inside a sentence: 江苏甲网."""
    return say(
        "closure.home", lang, operator=say(f"operator.{operator}", lang), province=say(f"province.{province}", lang)
    )


def money(fen: int, lang: str) -> str:
    """1,251.88 元, in the page's language."""
    return say("chrome.yuan", lang, yuan=grouped(fen))
