"""The holders: invented names, IDs of a district that was never assigned (portal.rules.identity.demo_id)."""

from datetime import date

from demo.cast.shapes import Holder

CHEN_XIAOWEN = Holder("陈晓雯", "35", date(1991, 4, 12), 128)
LIN_YIMING = Holder("林一鸣", "35", date(1988, 9, 3), 215)
ZHANG_LIHUA = Holder("张丽华", "35", date(1986, 2, 17), 324)
HUANG_JIANPING = Holder("黄建平", "37", date(1979, 11, 5), 431)
ZHOU_QIAN = Holder("周倩", "11", date(1993, 7, 21), 562)
XU_WENBIN = Holder("徐文彬", "35", date(1990, 1, 9), 613)
CHEN_GUOQIANG = Holder("陈国强", "52", date(1968, 6, 30), 717)
LIU_FANG = Holder("刘芳", "32", date(1982, 12, 8), 824)
SUN_YUE = Holder("孙悦", "31", date(1995, 5, 19), 946)
WU_ZHIGANG = Holder("吴志刚", "32", date(1985, 8, 14), 155)
WANG_JIANGUO = Holder("王建国", "11", date(1957, 3, 2), 257)
WANG_XIAOMING = Holder("王小明", "11", date(1989, 10, 26), 359)
ZHAO_LEI = Holder("赵磊", "37", date(1984, 4, 4), 451)
YANG_GUIZHEN = Holder("杨桂珍", "52", date(1951, 1, 23), 548)
MA_CHAO = Holder("马超群", "31", date(1977, 9, 15), 655)
HE_JING = Holder("何静", "35", date(1994, 2, 28), 764)
GUO_PENG = Holder("郭鹏", "32", date(1983, 6, 11), 873)
CAI_YUN = Holder("蔡芸", "35", date(1987, 3, 18), 412)
QIN_HAO = Holder("秦浩", "32", date(1990, 9, 27), 533)
TANG_MIN = Holder("唐敏", "35", date(1975, 12, 1), 641)
SHI_YAN = Holder("石燕", "35", date(1992, 10, 30), 863)
DONG_LAN = Holder("董岚", "35", date(1996, 5, 6), 752)
