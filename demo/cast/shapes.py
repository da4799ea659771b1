"""A line of the cast, and small builders for what its province knows of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from bss.gateway import Bss
from bss.simulated.lines import BillSpec, BucketSpec, LineSpec
from demo.cast import months
from portal.masked import IdNumber, Phone
from portal.rules.identity import demo_id


@dataclass(frozen=True)
class Holder:
    """An invented person; province, birth date and serial make the ID number, in a district never assigned."""

    name: str
    province: str
    born_on: date
    serial: int

    @property
    def id_number(self) -> IdNumber:
        """Well-formed, with the right check character, and nobody's."""
        return demo_id(self.province, self.born_on, self.serial)


@dataclass(frozen=True)
class Plan:
    """A tariff: code, name, whole fen a month."""

    code: str
    name: str
    monthly_fen: int


@dataclass(frozen=True)
class Line:
    """A named line. `key` names its story in the lexicon (`demo.line.<key>`), `user` who will try to close it."""

    key: str
    bss: Bss
    spec: LineSpec
    user: Holder
    visiting: str

    @property
    def number(self) -> Phone:
        """The number, in a range allocated to nobody."""
        return Phone(self.spec.number)


def line(
    key: str,
    bss: Bss,
    tail: str,
    holder: Holder,
    plan: Plan,
    *,
    visiting: str = "32",
    user: Holder | None = None,
    **more: Any,
) -> Line:
    """A line whose number is operator code, province code and a six-digit tail; `more` are fields of LineSpec."""
    spec = LineSpec(
        number=f"{bss.operator}{bss.province}{tail}",
        holder_name=holder.name,
        holder_id=holder.id_number.plain,
        plan_code=plan.code,
        plan_name=plan.name,
        monthly_fen=plan.monthly_fen,
        **more,
    )
    return Line(key, bss, spec, user or holder, visiting)


def bill(today: date, back: int, fen: int, *, paid: bool = True) -> BillSpec:
    """The bill of the month `back` months ago."""
    return BillSpec(
        month=months.label(today, back),
        fen=fen,
        paid_fen=fen if paid else 0,
        issued_on=months.issued_on(today, back),
        due_on=months.due_on(today, back),
    )


def history(today: date, fen: int, *, unpaid: int = 0, length: int = 6) -> Sequence[BillSpec]:
    """`length` months of equal bills, oldest first, the last `unpaid` of them not paid."""
    return [bill(today, back, fen, paid=back > unpaid) for back in range(length, 0, -1)]


def own(fen: int) -> BucketSpec:
    """The subscriber's own money: refundable (C-05)."""
    return BucketSpec("own-1", "own", fen, "预存话费")


def gifted(fen: int) -> BucketSpec:
    """Credit given by the operator: not refundable."""
    return BucketSpec("gift-1", "gifted", fen, "充值赠送")
