"""What becomes of the money in a line's buckets: own goes back, gifts do not, a deposit by its contract (C-05)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date

from closure.rules.contract import penalty_of
from closure.rules.dispute import SetAside
from closure.rules.finding import Facts
from closure.rules.line import Line

REFUND, UNTIL_TERM, KEEP = "refund", "until_term", "keep"
TREATMENTS = (REFUND, UNTIL_TERM, KEEP)
"""How a home province treats a deposit: back in full; back unless a contract on paper still runs; never back."""


def bucket_lines(
    prepayment: Facts | None,
    contracts: Facts | None,
    *,
    deposit: str,
    filed_on: date,
    aside: Iterable[SetAside] = (),
) -> list[Line]:
    """One line a bucket that holds money: below zero what is the subscriber's, 0 what stays with home.

    `deposit` is the home province's dated treatment; a word that is none of `TREATMENTS` is read in the subscriber's
    favour. `aside` are the disputed lines: a contract whose penalty is set aside, or was dropped, binds nobody until
    its evidence is accepted. Source: RULEBOOK C-03, C-05.
    """
    unproved = {one.item for one in aside if one.kind == "penalty" and not one.accepted}
    kept = _deposit_kept(deposit, contracts, filed_on, unproved)
    lines = (_line(bucket, kept) for bucket in (prepayment["buckets"] if prepayment else ()) if bucket["fen"])
    return list(lines)


def without(prepayment: Facts | None, fen: int) -> Facts | None:
    """Prepayment less what of the holder's own money is spoken for by an earlier closing, whole fen (C-06, C-11)."""
    if prepayment is None or not fen:
        return prepayment
    left, buckets = fen, []
    for bucket in prepayment["buckets"]:
        part = min(left, bucket["fen"]) if bucket["kind"] == "own" else 0
        left -= part
        buckets.append({**bucket, "fen": bucket["fen"] - part})
    return {**prepayment, "buckets": buckets}


def _line(bucket: Facts, kept: str) -> Line:
    kind, fen = bucket["kind"], bucket["fen"]
    figures = {"name": bucket["name"], "left_fen": fen}
    if kind == "gifted":
        return Line("gifted", "line.gifted", 0, "C-05", "formula.gifted", figures, item=bucket["id"])
    if kind == "deposit" and kept:
        return Line("deposit", "line.deposit", 0, "C-05", f"formula.deposit_{kept}", figures, item=bucket["id"])
    return Line(kind, f"line.{kind}", -fen, "C-05", figures=figures, item=bucket["id"])


def _deposit_kept(deposit: str, contracts: Facts | None, filed_on: date, unproved: Collection[str]) -> str:
    """Why a deposit stays with home: its treatment; '' when it goes back."""
    if deposit == KEEP:
        return KEEP
    shown = [one for one in contracts["contracts"] if one["id"] not in unproved] if contracts else []
    running = _on_paper(shown, filed_on)
    return UNTIL_TERM if deposit == UNTIL_TERM and running else ""


def _on_paper(contracts: Iterable[Facts], filed_on: date) -> bool:
    """Whether a contract still runs that binds: shown, and under terms published before it was signed (C-03)."""
    penalties = (penalty_of(contract, filed_on) for contract in contracts)
    return any(penalty is not None and not penalty.refused for penalty in penalties)
