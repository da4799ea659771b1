"""The unnamed lines that fill a province: deterministic, paid up, with a common surname and a plain plan."""

from __future__ import annotations

from datetime import date, timedelta

from bss.gateway import Bss
from bss.simulated.lines import LineSpec
from demo.cast import months
from demo.cast.shapes import Holder, history

SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
GIVEN = (
    "伟",
    "芳",
    "娜",
    "敏",
    "静",
    "丽",
    "强",
    "磊",
    "洋",
    "艳",
    "勇",
    "军",
    "杰",
    "涛",
    "明",
    "超",
    "霞",
    "平",
    "刚",
    "桂英",
)
PLANS = (("QT18", "轻听卡 18", 1800), ("CX38", "畅行卡 38", 3800), ("CX58", "畅享 58", 5800))
OLDEST = date(1955, 1, 1)


def crowd(bss: Bss, today: date, *, size: int) -> list[LineSpec]:
    """`size` ordinary lines of one province, the same at every seeding."""
    return [_ordinary(bss, today, n) for n in range(size)]


def holder_of(bss: Bss, n: int) -> Holder:
    """Who holds the `n`th ordinary line of a province."""
    salt = _salt(bss, n)
    name = SURNAMES[salt % len(SURNAMES)] + GIVEN[(salt * 5) % len(GIVEN)]
    return Holder(name, bss.province, OLDEST + timedelta(days=(salt * 397) % 17000), salt % 900 + 100)


def _salt(bss: Bss, n: int) -> int:
    return int(bss.operator) * 31 + int(bss.province) * 7 + n


def _ordinary(bss: Bss, today: date, n: int) -> LineSpec:
    salt, holder = _salt(bss, n), holder_of(bss, n)
    code, plan, monthly_fen = PLANS[salt % len(PLANS)]
    return LineSpec(
        number=f"{bss.operator}{bss.province}{700000 + n:06d}",
        holder_name=holder.name,
        holder_id=holder.id_number.plain,
        plan_code=code,
        plan_name=plan,
        monthly_fen=monthly_fen,
        bills=history(today, monthly_fen, length=3),
        unbilled_from=months.first_of(today, 0),
    )
