"""Check 1, asked of the home province: does this person hold this line, and may it be closed (C-08, C-23, C-25)."""

from __future__ import annotations

from closure.rules.finding import BLOCK, INFO, Facts, Finding

STOPPED = ("one_way", "two_way", "lost")
MISMATCH = Finding("identity.mismatch", BLOCK, ("C-08",), question="identity")


def findings(facts: Facts) -> list[Finding]:
    """All identity findings. On a mismatch nothing about the real holder or the line is said (C-08)."""
    if not facts["match"]:
        return [MISMATCH]
    found = [_hold(hold) for hold in facts["holds"]]
    if facts["kind"] == "unit":
        found.append(Finding("identity.unit", BLOCK, ("C-25",), question="identity"))
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


def other_line_findings(facts: Facts | None, photo_match: str) -> list[Finding]:
    """C-08, first way: the line that got the code has the same holder, and the live photo is the holder's."""
    if facts is None:
        return []
    if not facts["match"]:
        return [MISMATCH]
    if photo_match != "match":
        return [Finding("identity.photo", BLOCK, ("C-08",), question="identity")]
    return []
