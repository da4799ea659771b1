"""The staff of the demo: invented people, one per role, with passwords that everybody may read."""

from __future__ import annotations

from dataclasses import dataclass

from portal.roles import Role


@dataclass(frozen=True)
class StaffMember:
    """A member of staff as the demo door shows them."""

    username: str
    label: str
    role: Role
    operator: str = ""
    province: str = ""
    store: str = ""

    @property
    def password(self) -> str:
        """The demo's own, shown on the door page; staff accounts of a real portal are made by its administrator."""
        return f"demo-{self.username}-2026"


CLERK = StaffMember("clerk", "甲网江苏 1042 李娜", Role.CLERK, "161", "32", "南京新街口店")
OTHER_CLERK = StaffMember("clerk2", "乙网江苏 2077 王磊", Role.CLERK, "163", "32", "南京鼓楼店")
SUPERVISOR = StaffMember("supervisor", "甲网江苏 1001 沈洁", Role.SUPERVISOR, "161", "32", "南京新街口店")
FINANCE = StaffMember("finance", "甲网 3015 钱峰", Role.FINANCE, "161", "32")
SECOND_FINANCE = StaffMember("finance2", "甲网 3016 孙晓", Role.FINANCE, "161", "35")
FUJIAN = StaffMember("fujian", "福建省通信管理局 郑凯", Role.PROVINCIAL_REGULATOR, "", "35")
NATIONAL = StaffMember("national", "全国监管 周敏", Role.NATIONAL_REGULATOR)
AUDITOR = StaffMember("auditor", "审计 韩雪", Role.AUDITOR)
SECURITY = StaffMember("security", "安全 曹阳", Role.SECURITY_OFFICER)
ADMINISTRATOR = StaffMember("admin", "系统管理 冯涛", Role.ADMINISTRATOR)

STAFF = (CLERK, OTHER_CLERK, SUPERVISOR, FINANCE, SECOND_FINANCE, FUJIAN, NATIONAL, AUDITOR, SECURITY, ADMINISTRATOR)
CLERKS = (CLERK, OTHER_CLERK, SUPERVISOR)
REGULATORS = (FUJIAN, NATIONAL)
OTHERS = (FINANCE, SECOND_FINANCE, AUDITOR, SECURITY, ADMINISTRATOR)
