"""Contracts that run, and what leaving early may cost: a contract *and* its document, or nothing (C-03)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from closure.rules.finding import BLOCK, INFO, Facts, Finding
from portal.rules.money import round_fen


@dataclass(frozen=True)
class Penalty:
    """What the operator claims and what is owed, both whole fen, with the formula and its figures."""

    contract: str
    name: str
    formula: str
    figures: dict[str, Any]
    owed_fen: int
    claimed_fen: int
    document: str
    refused: str
    months_left: int
    ends_on: date


def months_left(today: date, ends_on: date) -> int:
    """Whole calendar months after the current one that the term still runs; never negative."""
    return max(0, (ends_on.year - today.year) * 12 + ends_on.month - today.month)


def penalty_of(contract: Facts, today: date) -> Penalty | None:
    """The penalty of one contract, None when its term is over. No document, or terms published after signing: 0."""
    ends_on = date.fromisoformat(contract["ends_on"])
    if ends_on <= today:
        return None
    left = months_left(today, ends_on)
    formula, figures, amount = _formula(contract, left)
    refused = _refusal(contract)
    return Penalty(
        contract=contract["id"],
        name=contract["name"],
        formula=formula,
        figures=figures,
        owed_fen=0 if refused else amount,
        claimed_fen=contract["claimed_fen"] or amount,
        document="" if refused else contract["document"]["id"],
        refused=refused,
        months_left=left,
        ends_on=ends_on,
    )


def _refusal(contract: Facts) -> str:
    """Why nothing is owed, or ''."""
    if contract["document"] is None:
        return "no_document"
    if date.fromisoformat(contract["published_on"]) > date.fromisoformat(contract["signed_on"]):
        return "published_late"
    return ""


def _formula(contract: Facts, left: int) -> tuple[str, dict[str, Any], int]:
    kind = contract["formula"]
    if kind == "remaining_share":
        share = Fraction(contract["percent"], 100)
        figures = {"monthly_fen": contract["monthly_fen"], "months": left, "percent": contract["percent"]}
        return kind, figures, round_fen(contract["monthly_fen"] * left * share)
    if kind == "subsidy_share":
        total = contract["months_total"]
        figures = {"subsidy_fen": contract["subsidy_fen"], "months": left, "total": total}
        return kind, figures, round_fen(Fraction(contract["subsidy_fen"] * left, total))
    figures = {"minimum_fen": contract["minimum_fen"], "months": left}
    return kind, figures, contract["minimum_fen"] * left


def findings(facts: Facts, *, today: date) -> list[Finding]:
    """One finding a running contract: BLOCK settled by the quote when something is owed, INFO when it is not."""
    found = []
    for contract in facts["contracts"]:
        penalty = penalty_of(contract, today)
        if penalty is None:
            continue
        shown = {"name": penalty.name, "months": penalty.months_left, "ends_on": penalty.ends_on.isoformat()}
        if penalty.refused:
            shown["claimed_fen"] = penalty.claimed_fen
            key = f"contract.{penalty.refused}"
            found.append(Finding(key, INFO, ("C-03",), shown, 0, "contract", settled_by_quote=True))
        else:
            key = "contract.running"
            found.append(Finding(key, BLOCK, ("C-03",), shown, penalty.owed_fen, "contract", settled_by_quote=True))
    return found
