"""What ends, is lost or must be given back with the number, from the province's own answers (C-10)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from closure.rules.finding import Facts

FAMILY = ("family", "group", "main_card", "sub_card")


@dataclass(frozen=True)
class Going:
    """One thing that goes with the number. `key` names the lexicon entry leaving.<key>; `facts` are put into it."""

    key: str
    facts: Mapping[str, Any] = field(default_factory=dict)


def goings(answers: Mapping[str, Facts]) -> list[Going]:
    """Everything the province named, in the order people act on it: give back, use up, cancel elsewhere, tell others.

    What the province left out is not guessed.
    """
    ties = answers.get("ties", {})
    found = [Going("equipment", {"thing": thing}) for thing in ties.get("equipment", ())]
    found += [Going("points", {"points": ties["points"]})] if ties.get("points") else []
    found += [Going("coupon", {"name": name}) for name in ties.get("coupons", ())]
    found += _gifted(answers.get("prepayment", {}))
    found += [Going("auto_pay", {"name": name}) for name in ties.get("auto_pay", ())]
    found += [Going("subscription", dict(one)) for one in ties.get("subscriptions", ())]
    found += [_tie(tie) for tie in ties.get("ties", ())]
    named = " ".join(str(tie["name"]) for tie in ties.get("ties", ()))
    others = [name for name in answers.get("package", {}).get("goes_with_it", ()) if name not in named]
    return found + [Going("with_plan", {"name": name}) for name in others]


def _gifted(facts: Facts) -> list[Going]:
    buckets = facts.get("buckets", ())
    return [
        Going("gifted", {"name": bucket["name"], "left_fen": bucket["fen"]})
        for bucket in buckets
        if bucket["kind"] == "gifted" and bucket["fen"]
    ]


def _tie(tie: Facts) -> Going:
    """What the others lose, in the province's words; the price they pay from then on."""
    key = "family" if tie["kind"] in FAMILY else "tie"
    return Going(key, {"name": tie["name"], "change": tie["change"], "price_fen": tie["price_fen"]})
