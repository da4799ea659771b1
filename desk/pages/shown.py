"""What the desk's pages share: the frame's context, and whose turn a case is."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from closure import states
from closure.models import Case
from closure.words.named import home_words
from closure.words.shown import left
from portal import clock
from portal.lexicon import say
from portal.requests import PortalRequest

SOON_S = 3600
WAITS_FOR = {states.HELD: "subscriber", states.QUOTED: "subscriber", states.PAYING: "provider"}
"""Whose turn it is; everywhere else the home province's."""


def staff_frame(request: PortalRequest) -> dict[str, Any]:
    """The context of templates/staff.html."""
    return {"who": request.actor.label, "store": request.actor.store}


def waiting(case: Case, lang: str) -> dict[str, Any]:
    """What the case waits for, on whom, until when, how long that is, and how urgent (late, soon, calm)."""
    if case.state not in states.OPEN:
        return {
            "what": say(f"desk.state.{case.state}", lang),
            "who": "",
            "limit_at": None,
            "left": "",
            "pace": "calm",
        }
    waits = WAITS_FOR.get(case.state, "home")
    return {
        "what": say(f"desk.state.{case.state}", lang),
        "who": home_words(case, lang) if waits == "home" else say(f"desk.who.{waits}", lang),
        "limit_at": case.limit_at,
        "left": left(case.limit_at, lang) if case.limit_at else say("desk.no_limit", lang),
        "pace": pace_of(case.limit_at),
    }


def pace_of(limit_at: datetime | None) -> str:
    """How urgent a limit is: late, soon, calm."""
    if limit_at is None:
        return "calm"
    seconds = (limit_at - clock.now()).total_seconds()
    return "late" if seconds < 0 else "soon" if seconds < SOON_S else "calm"
