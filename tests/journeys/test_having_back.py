"""What follows a closing as its person sees it: having the number back in time, saying how it went (C-11, T-15)."""

from __future__ import annotations

from playwright.sync_api import Page

from closure.models import Case, HavingBack
from closure.services import having_back
from closure.services.having_back import Seen
from demo.cast.shapes import Line
from portal.actors import Actor
from portal.masked import PersonName
from portal.roles import Role
from portal.servers.process import wait_for
from tests.journeys.conftest import Holds
from tests.journeys.prepared import LIMIT_S, closed, person_of, planted, seated
from tests.journeys.product import RunningProduct
from tests.journeys.test_keyboard import Keyboard
from tests.journeys.visitor import ordinary


def at_the_counter(case: Case, line: Line) -> HavingBack:
    """The holder shows the original ID in an own store far from home; the clerk orders the number back."""
    clerk = Actor(Role.CLERK, "person:clerk", operator=case.operator, province="32", store="nanjing-1")
    seen = Seen(PersonName(line.user.name), line.user.id_number, "resident_id", "reader", "match")
    return having_back.ask(case, seen, by=clerk)


def test_a_number_is_had_back_in_the_freeze_and_the_certificate_says_so(
    page: Page, inside: RunningProduct, holds: Holds
) -> None:
    line = planted(ordinary("11", 43))
    case, person = closed(line, "16932700102"), person_of(line, "16932700102")
    visitor = seated(page, case, line, inside)
    visitor.tap(visitor.button("要回这个号码"))
    visitor.see("90 天内可以要回")
    visitor.see("南京")
    holds(page, person)
    row = at_the_counter(case, line)
    wait_for(lambda: HavingBack.objects.get(pk=row.pk).state == "RESTORED", what="the number", limit_s=LIMIT_S)
    page.reload()
    visitor.see("号码已经要回过")
    holds(page, person)
    page.goto(f"{visitor.case}/certificate")
    visitor.see("已恢复使用")
    holds(page, person)


def test_how_it_went_is_said_by_keyboard_alone(page: Page, inside: RunningProduct, holds: Holds) -> None:
    line = planted(ordinary("11", 44))
    visitor, keys = seated(page, closed(line, "16932700103"), line, inside), Keyboard(page)
    page.goto(f"{visitor.case}/satisfaction")
    holds(page)
    page.reload()
    keys.reach(name="score")
    page.keyboard.press("Space")
    keys.type_in("words", "办得快")
    keys.press("提交评价")
    visitor.see("已记下，谢谢")
    holds(page)
