"""Planting a line in a simulated province: the one way tests and the demo world put something there."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from psycopg2 import sql
from psycopg2.extensions import cursor
from psycopg2.extras import execute_values

from bss.provinces import Bss
from bss.simulated import databases, pools


@dataclass(frozen=True)
class ContractSpec:
    """A contract; `document_id` empty means that the province cannot show the signed paper (C-03)."""

    id: str
    kind: str = "terminal"
    name: str = "合约机 24 个月"
    signed_on: date = date(2025, 12, 1)
    ends_on: date = date(2027, 11, 30)
    monthly_fen: int = 5800
    months_total: int = 24
    subsidy_fen: int = 120000
    claimed_fen: int = 0
    formula: str = "remaining_share"
    percent: int = 30
    minimum_fen: int = 0
    published_on: date | None = date(2025, 6, 1)
    version: str = ""
    document_id: str = ""
    document_sha256: str = ""


@dataclass(frozen=True)
class BillSpec:
    """A bill of one month, `2026-10`."""

    month: str
    fen: int
    paid_fen: int
    issued_on: date
    due_on: date


@dataclass(frozen=True)
class BucketSpec:
    """A prepayment bucket: own money, gifted credit or a contract's deposit (C-05)."""

    id: str
    kind: str = "own"
    fen: int = 0
    name: str = "话费余额"


@dataclass(frozen=True)
class TieSpec:
    """A tie with something else (C-07).

    `needs` names a paper without which the province returns the order; `by_hand` leaves it to its staff (C-17).
    """

    id: str
    kind: str = "family"
    name: str = "家庭套餐"
    change: str = "其他成员的套餐不变，共享流量取消"
    price_fen: int = 0
    on: date | None = None
    needs: str = ""
    by_hand: bool = False


@dataclass(frozen=True)
class HoldSpec:
    """An anti-fraud or court hold (C-23)."""

    authority: str
    kind: str = "court"
    since: date = date(2026, 11, 1)
    object_to: str = ""


@dataclass(frozen=True)
class RoamedSpec:
    """A stay abroad whose usage has not arrived yet (C-06)."""

    where: str
    on: date


@dataclass(frozen=True)
class RoamingSpec:
    """A charge for usage abroad and the day on which it arrives at home (C-06)."""

    id: str
    where: str
    on: date
    fen: int
    arrives_on: date


@dataclass(frozen=True)
class LineSpec:
    """A subscriber's line and everything the province knows of it; the default has nothing to fix and nothing to pay.

    `unbilled_from` None means that nothing unbilled has accrued; otherwise usage since then at the plan's price.
    """

    number: str
    holder_name: str
    holder_id: str
    holder_kind: str = "person"
    real_name: bool = True
    state: str = "normal"
    sms: bool = True
    service_password: str = ""
    plan_code: str = "P018"
    plan_name: str = "畅享 18 元"
    monthly_fen: int = 1800
    single_card: bool = True
    goes_with_it: Sequence[str] = ()
    points: int = 0
    equipment: Sequence[str] = ()
    coupons: Sequence[str] = ()
    subscriptions: Sequence[dict[str, Any]] = ()
    auto_pay: Sequence[str] = ()
    unbilled_from: date | None = None
    roaming_by: date | None = None
    contracts: Sequence[ContractSpec] = ()
    bills: Sequence[BillSpec] = ()
    buckets: Sequence[BucketSpec] = ()
    ties: Sequence[TieSpec] = ()
    holds: Sequence[HoldSpec] = ()
    roamed: Sequence[RoamedSpec] = ()
    roaming: Sequence[RoamingSpec] = ()


_LINE = (
    "number holder_name holder_id holder_kind real_name state sms service_password plan_code single_card goes_with_it"
    " points equipment coupons subscriptions auto_pay unbilled_from roaming_by"
)
_CONTRACT = (
    "number id kind name signed_on ends_on monthly_fen months_total subsidy_fen claimed_fen formula percent"
    " minimum_fen published_on version document_id document_sha256"
)


def plant(bss: Bss, *specs: LineSpec) -> None:
    """Put lines into the province, in one transaction; a number already there is replaced."""
    with pools.taken(bss, lambda: databases.dsn(bss)) as opened, opened.cursor() as db:
        for table in ("events", "contracts", "bills", "buckets", "ties", "holds", "roamed", "roaming_charges", "lines"):
            gone = sql.SQL("DELETE FROM {} WHERE number = ANY(%s)").format(sql.Identifier(table))
            db.execute(gone, [[spec.number for spec in specs]])
        _fill(db, "plans", "code name monthly_fen", {(s.plan_code, s.plan_name, s.monthly_fen) for s in specs})
        _fill(db, "lines", _LINE, [_line(spec) for spec in specs])
        _fill(db, "contracts", _CONTRACT, [_contract(s.number, one) for s in specs for one in s.contracts])
        _plant_money(db, specs)
        _plant_ties(db, specs)


def _plant_money(db: cursor, specs: Sequence[LineSpec]) -> None:
    bills = [(s.number, b.month, b.fen, b.paid_fen, b.issued_on, b.due_on) for s in specs for b in s.bills]
    _fill(db, "bills", "number month fen paid_fen issued_on due_on", bills)
    buckets = [(s.number, b.id, b.kind, b.name, b.fen) for s in specs for b in s.buckets]
    _fill(db, "buckets", "number id kind name fen", buckets)


def _plant_ties(db: cursor, specs: Sequence[LineSpec]) -> None:
    _fill(
        db,
        "ties",
        "number id kind name change price_fen on_date needs by_hand",
        [
            (s.number, t.id, t.kind, t.name, t.change, t.price_fen, t.on, t.needs, t.by_hand)
            for s in specs
            for t in s.ties
        ],
    )
    holds = [(s.number, h.authority, h.kind, h.since, h.object_to) for s in specs for h in s.holds]
    _fill(db, "holds", "number authority kind since object_to", holds)
    _fill(db, "roamed", "number place on_date", [(s.number, r.where, r.on) for s in specs for r in s.roamed])
    charges = [(s.number, r.id, r.where, r.on, r.fen, r.arrives_on) for s in specs for r in s.roaming]
    _fill(db, "roaming_charges", "number id place on_date fen arrives_on", charges)


def _line(spec: LineSpec) -> tuple[Any, ...]:
    listed = {"goes_with_it", "equipment", "coupons", "subscriptions", "auto_pay"}
    values = ((name, getattr(spec, name)) for name in _LINE.split())
    return tuple(json.dumps(list(value)) if name in listed else value for name, value in values)


def _contract(number: str, spec: ContractSpec) -> tuple[Any, ...]:
    values = [getattr(spec, name) for name in _CONTRACT.split()[1:]]
    return (number, *(None if value == "" else value for value in values))


def _fill(db: cursor, table: str, columns: str, rows: Any) -> None:
    if rows:
        names = sql.SQL(", ").join(map(sql.Identifier, columns.split()))
        into = sql.SQL("INSERT INTO {} ({}) VALUES %s ON CONFLICT DO NOTHING").format(sql.Identifier(table), names)
        execute_values(db, into.as_string(db), list(rows))


def line_row(bss: Bss, number: str) -> dict[str, Any]:
    """The line as the province holds it, for tests that must see the truth behind an answer."""
    names = ("state", "charging", "stopped_from", "sms", "plan_code", "closed_at")
    query = "SELECT state, charging, stopped_from, sms, plan_code, closed_at FROM lines WHERE number = %s"
    with pools.taken(bss, lambda: databases.dsn(bss)) as opened, opened.cursor() as db:
        db.execute(query, [number])
        row = db.fetchone()
    return dict(zip(names, row, strict=True)) if row else {}


def book_rows(bss: Bss, case_ref: str) -> list[tuple[str, str, int]]:
    """The province's own book rows of a case: command id, account, signed fen."""
    with pools.taken(bss, lambda: databases.dsn(bss)) as opened, opened.cursor() as db:
        db.execute("SELECT command_id, account, fen FROM book WHERE case_ref = %s ORDER BY id", [case_ref])
        return [(str(command), str(account), int(fen)) for command, account, fen in db.fetchall()]


def book_sums(bss: Bss, case_refs: Sequence[str]) -> dict[tuple[str, str], int]:
    """The province's own books of some cases, summed: (case, account) → signed fen."""
    query = "SELECT case_ref, account, sum(fen)::bigint FROM book WHERE case_ref = ANY(%s) GROUP BY case_ref, account"
    with pools.taken(bss, lambda: databases.dsn(bss)) as opened, opened.cursor() as db:
        db.execute(query, [list(case_refs)])
        return {(str(case_ref), str(account)): int(fen) for case_ref, account, fen in db.fetchall()}


def effects_of(bss: Bss, command_id: str) -> int:
    """How often a command id took effect: 0 or 1, whatever was sent (RELIABILITY 2.4, 4)."""
    with pools.taken(bss, lambda: databases.dsn(bss)) as opened, opened.cursor() as db:
        db.execute("SELECT count(*) FROM effects WHERE command_id = %s", [command_id])
        row = db.fetchone()
    return int(row[0]) if row else 0


def service_at(bss: Bss, number: str, at: datetime) -> tuple[str, list[str]]:
    """What a line may do at an instant: `all`, `domestic` (free after a filing) or `receive`; and what is barred."""
    query = "SELECT charging, free_until, barred FROM lines WHERE number = %s"
    with pools.taken(bss, lambda: databases.dsn(bss)) as opened, opened.cursor() as db:
        db.execute(query, [number])
        charging, free_until, barred = db.fetchone() or ("on", None, [])
    if charging == "on":
        return "all", list(barred)
    return ("domestic" if free_until is not None and at < free_until else "receive"), list(barred)


def credit_report(bss: Bss, at: datetime) -> list[str]:
    """Numbers the province would report to a credit bureau: overdue, and no open case holds them back (C-19)."""
    query = (
        "SELECT DISTINCT number FROM bills JOIN lines USING (number) WHERE paid_fen < fen AND due_on < %s::date"
        " AND (no_report_until IS NULL OR no_report_until < %s) ORDER BY number"
    )
    with pools.taken(bss, lambda: databases.dsn(bss)) as opened, opened.cursor() as db:
        db.execute(query, [at, at])
        return [str(number) for (number,) in db.fetchall()]
