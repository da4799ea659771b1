"""Whose turn a case is, and what happens if they are late (C-13)."""

from __future__ import annotations

from closure import states
from closure.models import Case
from portal.lexicon import say

WAITS_FOR = {
    states.FILED: "home",
    states.VERIFYING: "home",
    states.HELD: "you",
    states.QUOTED: "you",
    states.PAYING: "provider",
    states.SETTLED: "home",
    states.CLOSING: "home",
}


def if_late(case: Case, lang: str) -> str:
    """The regulator hears of a late province; a person's own limit has its own end."""
    if case.state not in states.OPEN:
        return ""
    own = {states.HELD: "closure.if_late_held", states.QUOTED: "closure.if_late_quoted"}
    return say(own.get(case.state, "closure.if_late"), lang)
