"""Contracts that run, and what leaving early may cost: a contract *and* its document, or nothing (C-03)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from bss.shapes import FEN_LIMIT
from closure.rules.finding import BLOCK, INFO, Facts, Finding
from portal.rules.money import round_fen

_SHA256 = re.compile(r"[0-9a-fA-F]{64}\Z")


@dataclass(frozen=True)
class Penalty:
    """What the operator claims and what is owed, both whole fen, with the formula and its figures.

    `terms` are the formula's version and the two dates that decide whether it holds: published, and signed (C-03).
    """

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
    terms: Mapping[str, str]


def months_left(today: date, ends_on: date) -> int:
    """Whole calendar months after the current one that the term still runs; never negative."""
    return max(0, (ends_on.year - today.year) * 12 + ends_on.month - today.month)


def penalty_of(contract: Facts, today: date) -> Penalty | None:
    """The penalty of one contract, None when its term is over.

    0 without a document, under terms published after signing, or under terms that cannot be: what is not shown to be
    owed is not owed (C-03).
    """
    ends_on = date.fromisoformat(contract["ends_on"])
    if ends_on <= today:
        return None
    left = months_left(today, ends_on)
    possible = _is_possible(contract, left)
    formula, figures, amount = _formula(contract, left) if possible else (contract["formula"], {"months": left}, 0)
    possible = possible and amount <= FEN_LIMIT
    refused = _refusal(contract) or ("" if possible else "impossible")
    return Penalty(
        contract=contract["id"],
        name=contract["name"],
        formula=formula,
        figures=figures,
        owed_fen=0 if refused else amount,
        claimed_fen=contract["claimed_fen"] or (amount if possible else 0),
        document="" if refused else contract["document"]["id"],
        refused=refused,
        months_left=left,
        ends_on=ends_on,
        terms=_terms(contract),
    )


def _terms(contract: Facts) -> dict[str, str]:
    """Version of the formula, published on, contract signed on; what the province did not say is left out."""
    named = ("version", "published_on", "signed_on")
    return {name: str(contract[name]) for name in named if contract.get(name)}


def _refusal(contract: Facts) -> str:
    """Why nothing is owed, or ''."""
    if not is_document(contract["document"]):
        return "no_document"
    if contract["published_on"] is None:
        return "not_published"
    if date.fromisoformat(contract["published_on"]) > date.fromisoformat(contract["signed_on"]):
        return "published_late"
    return ""


def is_document(document: Facts | None) -> bool:
    """Whether a province showed a document: it has a name, and a SHA-256 by which anyone can tell it again (C-03)."""
    return document is not None and bool(document["id"].strip()) and bool(_SHA256.match(document["sha256"]))


def _is_possible(contract: Facts, left: int) -> bool:
    """Whether the terms can be true: signed before they end, no more left than there was, and a share of a whole."""
    total, formula = contract["months_total"], contract["formula"]
    if contract["signed_on"] > contract["ends_on"] or 0 < total < left:
        return False
    if formula == "subsidy_share":
        return bool(total > 0)
    return formula != "remaining_share" or bool(contract["percent"] <= 100)


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
        shown = {
            "item": penalty.contract,
            "name": penalty.name,
            "months": penalty.months_left,
            "ends_on": penalty.ends_on.isoformat(),
        }
        if penalty.refused:
            shown["claimed_fen"] = penalty.claimed_fen
            key = f"contract.{penalty.refused}"
            found.append(Finding(key, INFO, ("C-03",), shown, 0, "contract", settled_by_quote=True))
        else:
            key = "contract.running"
            found.append(Finding(key, BLOCK, ("C-03",), shown, penalty.owed_fen, "contract", settled_by_quote=True))
    return found
