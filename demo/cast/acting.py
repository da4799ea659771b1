"""Lines that somebody else closes for the holder, and several of one holder (C-09, C-24, C-25, C-26)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from bss.gateway import Bss
from demo.cast.shapes import Holder, Line, Plan, line
from portal.masked import IdNumber

SILENT: dict[str, Any] = {"state": "two_way", "sms": False, "service_password": "246810"}
"""A line suspended both ways that gets no message; its service password is one of two factors (C-08)."""
FREE = Plan("WY00", "无忧零月租卡", 0)
JIA_JIANGSU, JIA_FUJIAN, JIA_GUIZHOU = (Bss("161", place) for place in ("32", "35", "52"))


@dataclass(frozen=True)
class Unit(Holder):
    """An invented unit; its credit code is well formed, in a district never assigned (G-04)."""

    code: str = ""

    @property
    def id_number(self) -> IdNumber:
        """The social credit code."""
        return IdNumber(self.code)


MOTHER = Holder("吴秀珍", "35", date(1949, 12, 5), 171)
DAUGHTER = Holder("林小芳", "35", date(1985, 3, 2), 272)
CHILD = Holder("林可可", "35", date(2014, 5, 4), 373)
FATHER = Holder("罗永年", "52", date(1944, 10, 10), 474)
SHOP = Unit("甲木演示商贸有限公司", "32", date(2015, 1, 1), 0, "91359999MADEM00015")
BOTH = Holder("唐一鸣", "35", date(1987, 7, 7), 575)


def acting(today: date) -> list[Line]:
    """One line a way of acting, and two of one holder in two provinces."""
    return [
        line("delegate_at_home", JIA_FUJIAN, "008151", MOTHER, FREE, visiting="35"),
        line("delegate_across", JIA_FUJIAN, "008152", MOTHER, FREE),
        line("minor", JIA_FUJIAN, "008153", CHILD, FREE),
        line("heir", JIA_GUIZHOU, "008154", FATHER, FREE, holder_kind="heir"),
        line("unit", JIA_JIANGSU, "008155", SHOP, FREE, visiting="35", holder_kind="unit"),
        line("several_first", JIA_FUJIAN, "008156", BOTH, FREE),
        line("several_second", JIA_JIANGSU, "008157", BOTH, FREE),
    ]
