"""The itemised quote: lines that anyone can add up, each with its formula and figures (C-03, C-05, C-15)."""

from __future__ import annotations

import calendar
from collections.abc import Container, Mapping, Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction

from closure.rules.arrears import late_fee_fen
from closure.rules.balance import balance_of
from closure.rules.buckets import REFUND, bucket_lines
from closure.rules.contract import Penalty, penalty_of
from closure.rules.dispute import SetAside, with_lines_set_aside
from closure.rules.finding import Facts
from closure.rules.line import Line
from closure.rules.roaming import kept_lines
from portal.rules.money import round_fen


def lines_of(
    answers: Mapping[str, Facts],
    *,
    filed_on: date,
    permille: int,
    collected_fen: int = 0,
    stopped_on: date | None = None,
    aside: Sequence[SetAside] = (),
    deposit: str = REFUND,
    keep_fen: int = 0,
    paid: Container[str] = (),
) -> list[Line]:
    """All lines in the order people read them: bills, late fees, use so far, penalties, then what is set against them.

    `collected_fen` is money kept from earlier payments in this case, `stopped_on` the day the charges stopped when that
    was not the filing day, `aside` the disputed lines, `deposit` how home treats one, `keep_fen` what the person agreed
    to keep back at most for roaming, `paid` the contracts whose penalty a closing that was refused afterwards has
    settled at home already. Source: RULEBOOK C-03, C-05, C-06.
    """
    lines = _arrears_lines(_unpaid_bills(answers.get("arrears"), answers.get("bills")), filed_on, permille)
    lines += _unbilled_lines(answers.get("bills"), stopped_on or filed_on)
    lines += [_paid_once(line, paid) for line in _penalty_lines(answers.get("contract"), filed_on)]
    lines = with_lines_set_aside(lines, aside, answers.get("bills"))
    prepayment, contracts = answers.get("prepayment"), answers.get("contract")
    lines += bucket_lines(prepayment, contracts, deposit=deposit, filed_on=filed_on, aside=aside)
    lines += _collected_lines(collected_fen, balance_of(lines).owed_fen)
    return lines + kept_lines(lines, keep_fen)


def _collected_lines(collected_fen: int, owed_fen: int) -> list[Line]:
    """Money kept from earlier payments: it meets what is owed, and what is more than that goes back (C-12)."""
    met = min(collected_fen, owed_fen)
    lines = [Line("collected", "line.collected", -met, "C-12")] if met else []
    if collected_fen > met:
        lines.append(Line("returned", "line.returned", met - collected_fen, "C-12"))
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


def _unbilled_lines(facts: Facts | None, stopped_on: date) -> list[Line]:
    """The month's fee for the days up to the day the charges stopped; nothing after it, nor what a bill has (C-04)."""
    if not facts or not facts["unbilled"] or not facts["unbilled"]["monthly_fen"]:
        return []
    monthly = facts["unbilled"]["monthly_fen"]
    of = calendar.monthrange(stopped_on.year, stopped_on.month)[1]
    first = date.fromisoformat(facts["unbilled"]["from"])
    if first > stopped_on:
        return []
    days = (
        (stopped_on - first).days + 1
        if (first.year, first.month) == (stopped_on.year, stopped_on.month)
        else stopped_on.day
    )
    if days <= 0:
        return []
    fen = round_fen(Fraction(monthly * days, of))
    month = f"{stopped_on:%Y-%m}"
    figures = {"month": month, "monthly_fen": monthly, "days": days, "of": of}
    return [Line("unbilled", "line.unbilled", fen, "C-04", "formula.unbilled", figures, item=month)]


def _penalty_lines(facts: Facts | None, filed_on: date) -> list[Line]:
    penalties = [penalty_of(contract, filed_on) for contract in (facts["contracts"] if facts else ())]
    return [_penalty_line(penalty) for penalty in penalties if penalty is not None]


def _paid_once(line: Line, paid: Container[str]) -> Line:
    """A penalty is paid once, also where home settled it and then would not end the contract (C-03)."""
    if line.item not in paid or line.fen == 0:
        return line
    return replace(line, fen=0, claimed_fen=line.fen, formula="formula.paid_before")


def _penalty_line(penalty: Penalty) -> Line:
    formula = f"formula.{penalty.refused}" if penalty.refused else f"formula.{penalty.formula}"
    return Line(
        kind="penalty",
        label="line.penalty",
        fen=penalty.owed_fen,
        rule="C-03",
        formula=formula,
        figures={"name": penalty.name, **penalty.figures, **penalty.terms},
        claimed_fen=penalty.claimed_fen if penalty.claimed_fen != penalty.owed_fen else None,
        document=penalty.document,
        item=penalty.contract,
    )
