"""What hangs on the number: ties to untie, things that go with it, a roaming tail (C-06, C-07, C-10)."""

from __future__ import annotations

from closure.rules.finding import INFO, WARN, Facts, Finding

USER_REASON = "user_reason"
RETURNS = ("data_wrong", "attachment_missing", "attachment_unusable")
BY_HAND = "by_hand"


def answers_an_order(code: str) -> bool:
    """Whether a province's code is one of the answers that ask something of the user (C-17), not a refusal."""
    return code == USER_REASON or code in RETURNS


def is_no_refusal(code: str) -> bool:
    """The same, or "our staff will do it by hand": nothing is in the way, somebody is at it (C-17)."""
    return code == BY_HAND or answers_an_order(code)


def tie_findings(facts: Facts) -> list[Finding]:
    """Each tie is the home province's to untie; the subscriber is told what changes and at what price."""
    return [
        Finding(
            f"tie.{tie['kind']}",
            INFO,
            ("C-07",),
            {"name": tie["name"], "change": tie["change"], "price_fen": tie["price_fen"]},
            question="ties",
        )
        for tie in facts["ties"]
    ]


def leaving_findings(facts: Facts) -> list[Finding]:
    """What is lost with the line: points, and equipment to give back (C-10)."""
    found = []
    if facts["points"]:
        found.append(Finding("leaving.points", WARN, ("C-10",), {"points": facts["points"]}, question="ties"))
    if facts["equipment"]:
        shown = {"things": list(facts["equipment"])}
        found.append(Finding("leaving.equipment", WARN, ("C-10",), shown, question="ties"))
    return found


def roaming_findings(facts: Facts) -> list[Finding]:
    """Usage abroad that is not billed yet: a deferred settlement, never a reason to refuse (C-06)."""
    if not facts["roamed"] or not facts["expected_by"]:
        return []
    shown = {"where": sorted({stay["where"] for stay in facts["roamed"]}), "expected_on": facts["expected_by"]}
    return [Finding("roaming.tail", WARN, ("C-06",), shown, question="roaming")]
