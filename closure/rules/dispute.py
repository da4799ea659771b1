"""Disputing a line: what may be disputed and why, and what a quote looks like with lines set aside (C-03, C-15)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from closure.rules.finding import Facts
from closure.rules.line import Line
from portal.rules.money import round_fen

ROAMING = "roaming"
DISPUTABLE = ("bill", "excess", "late_fee", "unbilled", "penalty")
REASONS: dict[str, tuple[str, ...]] = {
    "penalty": ("never_signed", "months", "formula", "other"),
    "bill": ("not_used", "paid", "amount", "other"),
    "excess": ("not_used", "amount", "other"),
    "late_fee": ("paid", "days", "other"),
    "unbilled": ("stopped", "amount", "other"),
    "roaming": ("not_used", "paid", "amount", "other"),
}
ANSWERS = ("not_mine", "unreadable", "does_not_say", "other")


@dataclass(frozen=True)
class SetAside:
    """One line that is disputed: which, the dispute's ref, and whether the person has accepted the evidence."""

    kind: str
    item: str
    ref: str
    accepted: bool = False


def with_lines_set_aside(lines: Sequence[Line], aside: Iterable[SetAside], bills: Facts | None) -> list[Line]:
    """The lines with each disputed one at 0 and its sum shown as asked for; a late fee follows its bill.

    Of an abnormal bill only what is above the usual is set aside, with its share of the late fee (C-15); the usual part
    may be set aside beside it, and neither takes the other's share.
    """
    by_line = {(one.kind, one.item): one.ref for one in aside}
    found: list[Line] = []
    for line in lines:
        excess = by_line.get(("excess", line.item)) if line.kind in ("bill", "late_fee") else None
        ref = by_line.get((line.kind, line.item))
        if line.kind == "late_fee":
            ref = ref or by_line.get(("bill", line.item))
        parts = [line] if excess is None else _divided(line, excess, excess_fen(bills, line.item))
        found += [part if ref is None or part.dispute else _aside(part, ref) for part in parts]
    return found


def _aside(line: Line, ref: str) -> Line:
    return replace(line, fen=0, claimed_fen=line.fen or line.claimed_fen, dispute=ref)


def _divided(line: Line, ref: str, excess: int) -> list[Line]:
    """The usual part, and what is above it; of a late fee, the part on each."""
    if line.kind == "bill":
        above = min(line.fen, excess)
        usual = replace(line, fen=line.fen - above)
        return [usual, Line("excess", "line.excess", 0, "C-15", figures=line.figures, claimed_fen=above,
                            item=line.item, dispute=ref)]  # fmt: skip
    base, permille, days = (line.figures[name] for name in ("base_fen", "permille", "days"))
    kept_base = base - min(base, excess)
    kept = round_fen(Fraction(kept_base * permille * days, 1000))
    figures = {**line.figures, "base_fen": kept_base}
    above_line = replace(line, fen=0, claimed_fen=line.fen - kept, dispute=ref, formula="", kind="late_excess",
                         label="line.late_excess")  # fmt: skip
    return ([replace(line, fen=kept, figures=figures)] if kept else []) + [above_line]


def excess_fen(bills: Facts | None, month: str) -> int:
    """What a month's bill has above the mean of the three before it, whole fen; 0 without three months (C-15)."""
    known = sorted(bills["bills"], key=lambda bill: str(bill["month"])) if bills else []
    months = [bill["month"] for bill in known]
    place = months.index(month) if month in months else 0
    before = [bill["fen"] for bill in known[max(0, place - 3) : place]]
    if len(before) < 3:
        return 0
    return max(0, int(known[place]["fen"]) - round_fen(Fraction(sum(before), 3)))
