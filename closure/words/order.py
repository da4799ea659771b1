"""A work order of a case in words: what it is about, whose turn (C-07, C-17)."""

from __future__ import annotations

from closure.models import Case
from closure.words.named import home_said
from portal.lexicon import say
from portal.work_orders import WorkOrder


def title_of(order: WorkOrder, lang: str) -> str:
    """What the order is about, in a few words."""
    return say(f"closure.order.title.{order.kind}", lang, name=order.facts.get("name", ""))


def who_of(case: Case, order: WorkOrder, lang: str) -> str:
    """Whose turn it is."""
    return say("closure.who.you", lang) if order.waits_for == "person" else home_said(case, lang)
