"""How the money of a quote comes together: what home is paid, what prepayment is used, what goes back (C-05, C-12)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

OWED = {"bill": "bills", "late_fee": "late_fee", "unbilled": "unbilled", "penalty": "penalty"}
BUCKETS = ("own", "deposit")
PAID_BEFORE = ("collected", "returned")


def papers_number(case_no: str | None) -> str:
    """The one number that bill, slip, ledger entries and credit notes of a case bear: `SJ` for `XH` (C-18)."""
    return f"SJ{case_no[2:]}" if case_no else ""


class Priced(Protocol):
    """A line of a quote, as a rule made it or as it was stored."""

    @property
    def kind(self) -> str:
        """What the line is: bill, contract, late fee, prepayment and so on."""

    @property
    def fen(self) -> int:
        """Whole fen; below 0 what is given back."""

    @property
    def item(self) -> str:
        """The province's own name of the bill, contract or bucket."""

    @property
    def dispute(self) -> str:
        """How its dispute stands; "" when nobody disputes it."""

    @property
    def claimed_fen(self) -> int | None:
        """Whole fen the operator claims for a line set aside by its dispute; None without one."""


@dataclass(frozen=True)
class Balance:
    """Whole fen, none negative.

    `paid_fen` is what the home province gets of the money collected, `applied_fen` what it takes out of prepayment;
    both sum to what is owed. `own_fen` is prepayment to be refunded, `deposit_fen` what of it is a contract's
    deposit (used up last), `excess_fen` money collected and never due.
    """

    parts: Mapping[str, int] = field(default_factory=dict)
    bills: Mapping[str, int] = field(default_factory=dict)
    paid_fen: int = 0
    applied_fen: int = 0
    own_fen: int = 0
    deposit_fen: int = 0
    excess_fen: int = 0
    disputed: Sequence[Mapping[str, Any]] = ()

    @property
    def owed_fen(self) -> int:
        """What the quote charges."""
        return self.paid_fen + self.applied_fen

    @property
    def settled(self) -> dict[str, int]:
        """What a settlement of this quote posts, by purpose: it sums to `paid_fen`."""
        return {**self.parts, "applied": -self.applied_fen}

    @property
    def posted(self) -> dict[str, int]:
        """The same with the excess, which home owes to the subscriber until it is returned."""
        return {**self.parts, "applied": self.excess_fen - self.applied_fen}


def balance_of(lines: Collection[Priced]) -> Balance:
    """The balance of a quote's lines. Money paid earlier meets what is owed before prepayment does."""
    parts: Counter[str] = Counter()
    bills: Counter[str] = Counter()
    collected = total = 0
    for line in lines:
        total += line.fen
        if line.kind in OWED:
            parts[OWED[line.kind]] += line.fen
        if line.kind == "bill":
            bills[line.item] += line.fen
        if line.kind in PAID_BEFORE:
            collected -= line.fen
    owed = sum(parts.values())
    excess = max(0, collected - owed)
    disputed = [line for line in lines if line.dispute]
    paid = max(total, 0) + collected - excess
    own = max(-total, 0) - excess
    deposits = -sum(line.fen for line in lines if line.kind == "deposit")
    return Balance(
        parts=dict(parts),
        bills=dict(bills),
        paid_fen=paid,
        applied_fen=owed - paid,
        own_fen=own,
        deposit_fen=min(own, deposits),
        excess_fen=excess,
        disputed=[{"kind": line.kind, "item": line.item, "fen": line.claimed_fen or 0} for line in disputed],
    )


def payload_of(balance: Balance) -> dict[str, Any]:
    """What the home province posts when the case is settled: whole fen by purpose, the bills it covers, and what is
    disputed and therefore no reason to refuse the closing (C-03)."""
    return {
        "paid_fen": balance.paid_fen,
        "applied_fen": balance.applied_fen,
        "bills": [{"month": month, "fen": fen} for month, fen in balance.bills.items()],
        "disputed": list(balance.disputed),
        **{f"{part}_fen": balance.parts.get(part, 0) for part in ("unbilled", "late_fee", "penalty")},
    }
