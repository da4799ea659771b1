"""The itemised quote: lines that anyone can add up, each with its formula and figures (C-03, C-05, C-15)."""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any

from closure.rules.arrears import late_fee_fen
from closure.rules.contract import Penalty, penalty_of
from closure.rules.finding import Facts
from portal.rules.money import round_fen


@dataclass(frozen=True)
class Line:
    """One line of the quote; `fen` whole fen, positive to pay, negative in the subscriber's favour."""

    kind: str
    label: str
    fen: int
    rule: str
    formula: str = ""
    figures: Mapping[str, Any] = field(default_factory=dict)
    claimed_fen: int | None = None
    document: str = ""
    item: str = ""


def lines_of(answers: Mapping[str, Facts], *, filed_on: date, permille: int, collected_fen: int = 0) -> list[Line]:
    """All lines in the order people read them: bills, late fees, use so far, penalties, then what is set against them.

    `collected_fen` is money kept from an earlier payment in this case. Source: RULEBOOK C-05.
    """
    lines = _arrears_lines(_unpaid_bills(answers.get("arrears"), answers.get("bills")), filed_on, permille)
    lines += _unbilled_lines(answers.get("bills"), filed_on)
    lines += _penalty_lines(answers.get("contract"), filed_on)
    lines += _bucket_lines(answers.get("prepayment"))
    if collected_fen:
        lines.append(Line("collected", "line.collected", -collected_fen, "C-12"))
    return lines


def total_fen(lines: list[Line]) -> int:
    """The sum of the lines, whole fen; below zero it is a refund."""
    return sum(line.fen for line in lines)


def _unpaid_bills(arrears: Facts | None, bills: Facts | None) -> list[Facts]:
    """Overdue bills, and those issued but not due yet: a line closes with all of them settled (C-02)."""
    overdue = list(arrears["bills"]) if arrears else []
    known = {bill["month"] for bill in overdue}
    issued = [
        {"month": bill["month"], "unpaid_fen": bill["fen"] - bill["paid_fen"], "due_on": bill["due_on"]}
        for bill in (bills["bills"] if bills else ())
        if bill["month"] not in known and bill["fen"] > bill["paid_fen"]
    ]
    return sorted([*overdue, *issued], key=lambda bill: str(bill["month"]))


def _arrears_lines(bills: list[Facts], filed_on: date, permille: int) -> list[Line]:
    lines: list[Line] = []
    for bill in bills:
        due_on = date.fromisoformat(bill["due_on"])
        month, unpaid = bill["month"], bill["unpaid_fen"]
        lines.append(Line("bill", "line.bill", unpaid, "C-02", figures={"month": month}, item=month))
        late = late_fee_fen(unpaid, due_on=due_on, filed_on=filed_on, permille=permille)
        if late:
            days = (filed_on - due_on).days
            figures = {"month": month, "base_fen": unpaid, "permille": permille, "days": days}
            lines.append(Line("late_fee", "line.late_fee", late, "C-15", "formula.late_fee", figures, item=month))
    return lines


def _unbilled_lines(facts: Facts | None, filed_on: date) -> list[Line]:
    """The month's fee for the days up to the filing day; nothing after it (C-04)."""
    if not facts or not facts["unbilled"] or not facts["unbilled"]["monthly_fen"]:
        return []
    monthly = facts["unbilled"]["monthly_fen"]
    of = calendar.monthrange(filed_on.year, filed_on.month)[1]
    first = date.fromisoformat(facts["unbilled"]["from"])
    days = (filed_on - first).days + 1 if (first.year, first.month) == (filed_on.year, filed_on.month) else filed_on.day
    if days <= 0:
        return []
    fen = round_fen(Fraction(monthly * days, of))
    month = f"{filed_on:%Y-%m}"
    figures = {"month": month, "monthly_fen": monthly, "days": days, "of": of}
    return [Line("unbilled", "line.unbilled", fen, "C-04", "formula.unbilled", figures, item=month)]


def _penalty_lines(facts: Facts | None, filed_on: date) -> list[Line]:
    penalties = [penalty_of(contract, filed_on) for contract in (facts["contracts"] if facts else ())]
    return [_penalty_line(penalty) for penalty in penalties if penalty is not None]


def _penalty_line(penalty: Penalty) -> Line:
    formula = f"formula.{penalty.refused}" if penalty.refused else f"formula.{penalty.formula}"
    return Line(
        kind="penalty",
        label="line.penalty",
        fen=penalty.owed_fen,
        rule="C-03",
        formula=formula,
        figures={"name": penalty.name, **penalty.figures},
        claimed_fen=penalty.claimed_fen if penalty.claimed_fen != penalty.owed_fen else None,
        document=penalty.document,
        item=penalty.contract,
    )


def _bucket_lines(facts: Facts | None) -> list[Line]:
    lines = []
    for bucket in facts["buckets"] if facts else ():
        kind, fen = bucket["kind"], bucket["fen"]
        if not fen:
            continue
        figures = {"name": bucket["name"], "left_fen": fen}
        if kind == "gifted":
            lines.append(Line("gifted", "line.gifted", 0, "C-05", "formula.gifted", figures, item=bucket["id"]))
        else:
            lines.append(Line(kind, f"line.{kind}", -fen, "C-05", figures=figures, item=bucket["id"]))
    return lines
