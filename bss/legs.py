"""What an order moves in the province's own books: whole fen by account, known before it is sent (S-03).

The accounts of a book: agent (what the agent collected), prepayment, receivable (bills), unbilled, late_fee, penalty.
Signed as there: debit positive; the legs of one order sum to zero; a zero is no leg. A payment in by number stands
under prepayment whole, because only the home province knows how much of it met bills.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

AGENT, PREPAYMENT, RECEIVABLE = "agent", "prepayment", "receivable"
CHARGES = ("unbilled", "late_fee", "penalty")
ACCOUNTS = (AGENT, PREPAYMENT, RECEIVABLE, *CHARGES)
MOVES_MONEY = frozenset({"settle", "settle_claim", "refund", "pay_in", "reverse"})


def legs_of(verb: str, payload: Mapping[str, Any], reversed_legs: Mapping[str, int] | None = None) -> dict[str, int]:
    """The legs of an order by account; {} for one that moves no money. `reversed_legs`: those a `reverse` undoes."""
    if verb in ("settle", "settle_claim"):
        legs = {AGENT: _fen(payload, "paid_fen"), PREPAYMENT: _fen(payload, "applied_fen")}
        legs[RECEIVABLE] = -sum(int(bill["fen"]) for bill in payload.get("bills", ()))
        legs |= {name: -_fen(payload, f"{name}_fen") for name in CHARGES}
    elif verb == "refund":
        legs = {PREPAYMENT: _fen(payload, "fen"), AGENT: -_fen(payload, "fen")}
    elif verb == "pay_in":
        legs = {AGENT: _fen(payload, "fen"), PREPAYMENT: -_fen(payload, "fen")}
    elif verb == "reverse":
        legs = {account: -fen for account, fen in (reversed_legs or {}).items()}
    else:
        legs = {}
    return {account: fen for account, fen in legs.items() if fen}


def _fen(payload: Mapping[str, Any], name: str) -> int:
    value = payload.get(name, 0)
    return value if type(value) is int else 0
