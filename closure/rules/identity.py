"""Check 1, asked of the home province: does this person hold this line, and may it be closed (C-08, C-23)."""

from __future__ import annotations

from closure.rules.finding import BLOCK, INFO, Facts, Finding
from closure.rules.standing import MISMATCH

STOPPED = ("one_way", "two_way", "lost")


def findings(facts: Facts) -> list[Finding]:
    """All identity findings. On a mismatch nothing about the real holder or the line is said (C-08)."""
    if not facts["match"]:
        return [MISMATCH]
    found = [_hold(hold) for hold in facts["holds"]]
    if not facts["real_name"]:
        found.append(Finding("identity.unregistered", BLOCK, ("N-01", "C-08"), question="identity"))
    if facts["line_state"] == "closed":
        found.append(Finding("identity.closed", BLOCK, ("C-01",), question="identity"))
    if facts["line_state"] in STOPPED:
        found.append(Finding("identity.stopped", INFO, ("C-01",), question="identity"))
    return found


def _hold(hold: Facts) -> Finding:
    facts = {"authority": hold["authority"], "since_on": hold["since"], "object_to": hold["object_to"]}
    return Finding("identity.hold", BLOCK, ("C-23",), facts, question="identity")
