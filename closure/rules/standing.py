"""By what right somebody closes a number: how they were proved, and for whom they act (C-08, C-09, C-23 to C-25).

What these findings say is shown to a person who may not be the holder: on their account nothing else is shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from closure import mandates
from closure.rules.finding import BLOCK, Facts, Finding

FULL_AGE = 18
ABOUT_THE_HOLDER = frozenset({"identity.unit", "identity.heir", "identity.minor"})
AT_THE_COUNTER = frozenset({"mandate.submitted", "mandate.policy_asked"})
"""Findings that wait for a clerk or a supervisor: the person has nothing to do."""
MISMATCH = Finding("identity.mismatch", BLOCK, ("C-08",), question="identity")


@dataclass(frozen=True)
class Acting:
    """The mandate of a case: kind, state, whether policy is open for it, until when the next step is due."""

    kind: str
    state: str
    policy_open: bool = True
    exception: str = ""
    until_at: datetime | None = None
    exception_until: datetime | None = None


@dataclass(frozen=True)
class Standing:
    """How the person was proved. `photo_match` and `password` count only beside a code to another line of theirs."""

    proof: str = "code"
    photo_match: str = ""
    password: bool | None = None
    seen_in_store: bool = False
    minor: bool = False
    acting: Acting | None = None


def is_minor(id_number: str, today: date) -> bool:
    """Whether a resident ID belongs to somebody under 18 on `today`; other documents tell no birthday (False)."""
    if len(id_number) != 18 or not id_number[6:14].isdecimal():
        return False
    born = (int(id_number[6:10]), int(id_number[10:12]), int(id_number[12:14]))
    return (today.year - FULL_AGE, today.month, today.day) < born


def proves(found: Sequence[Finding]) -> bool:
    """Whether, with these standing findings, the person is known to hold the number: then the rest may be shown."""
    return all(finding.key in ABOUT_THE_HOLDER for finding in found)


def counter_until(found: Sequence[Finding]) -> datetime | None:
    """Until when a clerk decides, when nothing but that holds the case; None when something is for the person to do."""
    holding = [finding for finding in found if finding.holds_the_case]
    if not holding or any(finding.key not in AT_THE_COUNTER for finding in holding):
        return None
    until = [datetime.fromisoformat(str(one.facts["until_at"])) for one in holding if "until_at" in one.facts]
    return min(until, default=None)


def findings(answers: Mapping[str, Facts], standing: Standing) -> list[Finding]:
    """What is missing before this person may close this number; empty when nothing is."""
    found = _proof(answers.get("other_line"), standing)
    acting = standing.acting
    if acting is not None:
        found += _acting(acting)
    elif standing.minor:
        found.append(_block("identity.minor", "C-24"))
    kind = answers["identity"]["kind"] if "identity" in answers else "person"
    for holder, right, rule in (("unit", mandates.UNIT, "C-25"), ("heir", mandates.HEIR, "C-24")):
        if kind == holder and (acting is None or acting.kind != right):
            found.append(_block(f"identity.{holder}", rule))
    return found


def _block(key: str, *rules: str, **facts: object) -> Finding:
    return Finding(key, BLOCK, rules, facts, question="identity")


def _proof(other_line: Facts | None, standing: Standing) -> list[Finding]:
    """C-08: the line's own code, or a store's clerk, or another line of the same holder and one more factor."""
    if standing.seen_in_store or standing.proof in ("code", "store"):
        return []
    if standing.proof == "papers" and standing.acting is not None:
        return []
    if other_line is None:
        return [_block("identity.other_line", "C-08", "B-2")]
    if not other_line["match"]:
        return [MISMATCH]
    if standing.photo_match == "match" or standing.password:
        return []
    return [_block(_second_factor(standing), "C-08")]


def _second_factor(standing: Standing) -> str:
    """Which finding tells why the code to the other line is not enough yet."""
    if standing.photo_match == "no_picture":
        return "identity.no_picture"
    return "identity.password" if standing.password is False and not standing.photo_match else "identity.photo"


def _acting(acting: Acting) -> list[Finding]:
    rule = mandates.RULE[acting.kind]
    if acting.kind == mandates.DELEGATE and not acting.policy_open and acting.exception != mandates.GRANTED:
        facts = {"until_at": acting.exception_until.isoformat()} if acting.exception_until else {}
        return [_block(f"mandate.policy_{acting.exception or 'closed'}", rule, "D-10", **facts)]
    if acting.state == mandates.PROVED:
        return []
    facts = {"until_at": acting.until_at.isoformat()} if acting.until_at else {}
    return [_block(f"mandate.{acting.state.lower()}", rule, **facts)]
