"""Bills that are not paid, the late fee on them, and a bill that is far too high (C-02, C-15)."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from closure.rules.finding import INFO, WARN, Facts, Finding
from portal.rules.money import round_fen


def late_fee_fen(unpaid_fen: int, *, due_on: date, filed_on: date, permille: int) -> int:
    """Late fee in whole fen: unpaid × permille × days from the due day to the filing day; nothing grows after it."""
    days = max(0, (filed_on - due_on).days)
    return round_fen(Fraction(unpaid_fen * permille * days, 1000))


def findings(facts: Facts, *, filed_on: date, permille: int) -> list[Finding]:
    """Arrears stand in the quote, so they are ours to settle and not one more thing to do (C-02)."""
    if not facts["bills"]:
        return []
    owed = sum(bill["unpaid_fen"] for bill in facts["bills"])
    late = sum(
        late_fee_fen(
            bill["unpaid_fen"], due_on=date.fromisoformat(bill["due_on"]), filed_on=filed_on, permille=permille
        )
        for bill in facts["bills"]
    )
    shown = {"count": len(facts["bills"]), "owed_fen": owed, "late_fen": late}
    return [Finding("arrears.in_quote", INFO, ("C-02", "C-15"), shown, owed + late, "arrears", settled_by_quote=True)]


def abnormal_bills(facts: Facts, *, factor: int) -> list[Finding]:
    """Bills over `factor` times the mean of the three months before them (Telecom Regulations art. 33)."""
    bills = sorted(facts["bills"], key=lambda bill: str(bill["month"]))
    found = []
    for position, bill in enumerate(bills):
        before = [earlier["fen"] for earlier in bills[max(0, position - 3) : position]]
        if len(before) == 3 and bill["fen"] * 3 > factor * sum(before) > 0:
            shown = {"month": bill["month"], "times": bill["fen"] * 3 // sum(before)}
            found.append(Finding("bills.abnormal", WARN, ("C-15",), shown, bill["fen"], "bills"))
    return found
