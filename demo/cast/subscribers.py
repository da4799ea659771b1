"""The cast of lines, told from simple to hard; each shows one thing the rulebook asks for."""

from __future__ import annotations

from datetime import date

from bss.gateway import Bss
from bss.simulated.lines import RoamedSpec
from demo.cast import months, people, terms
from demo.cast.acting import SILENT, acting
from demo.cast.shapes import Line, Plan, bill, gifted, history, line, own

FREE = Plan("WY00", "无忧零月租卡", 0)
LIGHT = Plan("QT18", "轻听卡 18", 1800)
ELDER = Plan("LN29", "乐年卡 29", 2900)
OPEN = Plan("CX38", "畅行卡 38", 3800)
JOY = Plan("CX58", "畅享 58", 5800)
HOME = Plan("RH169", "融合全家 169", 16900)
GRAND = Plan("ZX600", "尊享 600", 60000)

JIA_BEIJING, JIA_JIANGSU, JIA_FUJIAN, JIA_GUIZHOU = (Bss("161", place) for place in ("11", "32", "35", "52"))
YI_BEIJING, YI_JIANGSU, YI_FUJIAN, YI_SHANDONG = (Bss("163", place) for place in ("11", "32", "35", "37"))
BING_SHANGHAI, BING_JIANGSU, BING_GUIZHOU = (Bss("164", place) for place in ("31", "32", "52"))
DING_JIANGSU, DING_FUJIAN, DING_SHANDONG = (Bss("169", place) for place in ("32", "35", "37"))

OBSTRUCTIVE, SLOW = YI_SHANDONG, BING_GUIZHOU


def cast(today: date) -> list[Line]:
    """Every named line as of `today`; its figures follow the calendar as a real bill run does."""
    return [
        *_simple(today),
        *_owing(today),
        *_in_trouble(today),
        *_unreachable(today),
        *_tied(today),
        *_ordered(today),
        *_held(today),
        *_difficult(today),
        *acting(today),
    ]


def _simple(today: date) -> list[Line]:
    this_month = months.first_of(today, 0)
    return [
        line("clean", JIA_FUJIAN, "008101", people.CHEN_XIAOWEN, FREE),
        line(
            "refund",
            JIA_FUJIAN,
            "008102",
            people.LIN_YIMING,
            LIGHT,
            bills=history(today, 1800),
            unbilled_from=this_month,
            buckets=[own(8650), gifted(2000)],
        ),
        line(
            "beijing_in_nanjing",
            JIA_BEIJING,
            "008116",
            people.ZHOU_QIAN,
            OPEN,
            bills=history(today, 3800),
            unbilled_from=this_month,
        ),
        line(
            "fujian_in_jiangsu",
            YI_FUJIAN,
            "008216",
            people.XU_WENBIN,
            OPEN,
            bills=history(today, 3800),
            unbilled_from=this_month,
            buckets=[own(1200)],
        ),
        line("contact", DING_JIANGSU, "009001", people.GUO_PENG, FREE),
    ]


def _owing(today: date) -> list[Line]:
    this_month = months.first_of(today, 0)
    return [
        line(
            "arrears_contracts",
            JIA_FUJIAN,
            "006721",
            people.ZHANG_LIHUA,
            JOY,
            bills=history(today, 5800, unpaid=2),
            unbilled_from=this_month,
            contracts=[terms.handset(today), terms.pretty_without_document(today)],
            buckets=[own(3650), gifted(2000)],
            ties=[terms.family(today)],
            roamed=[RoamedSpec("泰国", months.first_of(today, 1))],
            roaming_by=months.last_of(today, -2),
        ),
    ]


def _in_trouble(today: date) -> list[Line]:
    this_month = months.first_of(today, 0)
    return [
        line(
            "s7_arrears_670",
            DING_SHANDONG,
            "000670",
            people.HUANG_JIANPING,
            JOY,
            bills=[bill(today, 12, 3200, paid=False), *history(today, 5800, unpaid=11, length=11)],
            state="one_way",
        ),
        line(
            "s5_pretty_number",
            BING_SHANGHAI,
            "008888",
            people.MA_CHAO,
            GRAND,
            bills=history(today, 60000),
            unbilled_from=this_month,
            contracts=[terms.pretty_with_document(today)],
        ),
        line(
            "abnormal_bill",
            DING_FUJIAN,
            "008215",
            people.HE_JING,
            OPEN,
            bills=[*history(today, 3800)[:-1], bill(today, 1, 23800, paid=False)],
            unbilled_from=this_month,
        ),
    ]


def _unreachable(today: date) -> list[Line]:
    return [
        line(
            "two_way_no_sms",
            JIA_GUIZHOU,
            "008301",
            people.CHEN_GUOQIANG,
            ELDER,
            bills=history(today, 2900, unpaid=4),
            **SILENT,
        ),
        line("two_way_sister", JIA_GUIZHOU, "008302", people.CHEN_GUOQIANG, ELDER, bills=history(today, 2900)),
    ]


def _tied(today: date) -> list[Line]:
    this_month = months.first_of(today, 0)
    return [
        line(
            "family_broadband",
            YI_JIANGSU,
            "008401",
            people.LIU_FANG,
            HOME,
            visiting="31",
            bills=history(today, 16900),
            unbilled_from=this_month,
            single_card=False,
            goes_with_it=["固定宽带 500M", "副卡 1 张", "亲情网 2 人"],
            ties=[terms.family(today), terms.broadband(today), terms.sub_card(today)],
            points=4260,
            equipment=["光猫 1 台，还到任一乙网自有营业厅"],
            coupons=["5 元流量券 2 张"],
            subscriptions=[{"name": "视频会员", "monthly_fen": 1500}],
            auto_pay=["水电费"],
        ),
        line(
            "roaming_tail",
            BING_JIANGSU,
            "008402",
            people.SUN_YUE,
            JOY,
            visiting="31",
            bills=history(today, 5800),
            unbilled_from=this_month,
            roamed=[RoamedSpec("日本", months.days_before(today, 12))],
            roaming_by=months.last_of(today, -2),
        ),
    ]


def _ordered(today: date) -> list[Line]:
    """Orders that come back, and cases that people leave lying."""
    return [
        line(
            "tie_needs_paper",
            YI_FUJIAN,
            "008411",
            people.CAI_YUN,
            FREE,
            single_card=False,
            ties=[terms.family_with_consent(today)],
        ),
        line(
            "tie_by_hand",
            JIA_JIANGSU,
            "008412",
            people.QIN_HAO,
            FREE,
            visiting="35",
            single_card=False,
            ties=[terms.main_card_by_hand(today)],
        ),
        line("left_lying", JIA_FUJIAN, "008413", people.TANG_MIN, FREE),
        line("two_tabs", JIA_FUJIAN, "008414", people.DONG_LAN, FREE),
        line("called_after", JIA_FUJIAN, "008415", people.SHI_YAN, FREE),
    ]


def _held(today: date) -> list[Line]:
    return [
        line(
            "court_hold",
            JIA_JIANGSU,
            "008501",
            people.WU_ZHIGANG,
            LIGHT,
            visiting="35",
            bills=history(today, 1800),
            holds=[terms.police_hold(today)],
        ),
        line(
            "holder_mismatch",
            YI_BEIJING,
            "008502",
            people.WANG_JIANGUO,
            LIGHT,
            user=people.WANG_XIAOMING,
            bills=history(today, 1800),
        ),
    ]


def _difficult(today: date) -> list[Line]:
    this_month = months.first_of(today, 0)
    return [
        line(
            "obstructive_province",
            OBSTRUCTIVE,
            "008601",
            people.ZHAO_LEI,
            OPEN,
            bills=history(today, 3800),
            unbilled_from=this_month,
            buckets=[own(5000)],
        ),
        line(
            "slow_province",
            SLOW,
            "008602",
            people.YANG_GUIZHEN,
            OPEN,
            bills=history(today, 3800),
            unbilled_from=this_month,
        ),
    ]
