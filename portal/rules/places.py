"""The 31 mainland provinces by GB/T 2260, and the two sets of operators (G-01)."""

from typing import NamedTuple


class Place(NamedTuple):
    """A province: code, Chinese and English name, region (the first digit of the code)."""

    code: str
    zh: str
    en: str
    region: str


class Network(NamedTuple):
    """An operator: code, Chinese and English name, hotline."""

    code: str
    zh: str
    en: str
    hotline: str


REGIONS = {"1": "华北", "2": "东北", "3": "华东", "4": "中南", "5": "西南", "6": "西北"}

_ROWS = """
11 北京 Beijing|12 天津 Tianjin|13 河北 Hebei|14 山西 Shanxi|15 内蒙古 Inner_Mongolia
21 辽宁 Liaoning|22 吉林 Jilin|23 黑龙江 Heilongjiang
31 上海 Shanghai|32 江苏 Jiangsu|33 浙江 Zhejiang|34 安徽 Anhui|35 福建 Fujian|36 江西 Jiangxi|37 山东 Shandong
41 河南 Henan|42 湖北 Hubei|43 湖南 Hunan|44 广东 Guangdong|45 广西 Guangxi|46 海南 Hainan
50 重庆 Chongqing|51 四川 Sichuan|52 贵州 Guizhou|53 云南 Yunnan|54 西藏 Tibet
61 陕西 Shaanxi|62 甘肃 Gansu|63 青海 Qinghai|64 宁夏 Ningxia|65 新疆 Xinjiang
"""


def _places() -> dict[str, Place]:
    found = {}
    for row in _ROWS.replace("\n", "|").strip("|").split("|"):
        code, zh, en = row.split()
        found[code] = Place(code, zh, en.replace("_", " "), code[0])
    return found


PROVINCES: dict[str, Place] = _places()

DEMO_OPERATORS = (
    Network("161", "甲网", "Jia Net", "16100"),
    Network("163", "乙网", "Yi Net", "16300"),
    Network("164", "丙网", "Bing Net", "16400"),
    Network("169", "丁网", "Ding Net", "16900"),
)
"""Nobody real; the code is also the beginning of their numbers, which lie in unallocated ranges."""

REAL_OPERATORS = (
    Network("cmcc", "中国移动", "China Mobile", "10086"),
    Network("cucc", "中国联通", "China Unicom", "10010"),
    Network("ctcc", "中国电信", "China Telecom", "10000"),
    Network("cbn", "中国广电", "China Broadnet", "10099"),
)


def demo_segments(operator: str, province: str) -> list[str]:
    """The hundred 7-digit beginnings of a fictitious operator's numbers in a province."""
    return [f"{operator}{province}{tail:02d}" for tail in range(100)]
