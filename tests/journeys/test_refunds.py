"""Where a refund goes, as people walk it: another number, cash with a code, back the way it came, anew (C-05)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.db import transaction
from playwright.sync_api import Page

from bss.gateway import Bss
from bss.simulated import set_temper
from closure import states
from closure.models import Case, Restoring
from closure.services import paying_out, payment, returning, withdrawal
from demo.cast.shapes import Line, bill, own
from portal import clock
from portal.actors import robot
from portal.servers.process import wait_for
from settlement.models import Payout
from settlement.services import payouts
from settlement.simulated import provider
from tests.journeys.conftest import DESK, Holds, OpenPage
from tests.journeys.prepared import LIMIT_S, arrived, closed, fresh, holder_of, person_of, planted, quoted, seated
from tests.journeys.product import RunningProduct
from tests.journeys.visitor import Visitor, ordinary

CARD = "6222020000000000018"
BEIJING = Bss("164", "11")
"""The home province of these journeys; its temper is nobody else's."""


def owed(n: int, fen: int = 3650) -> Line:
    """A line whose holder's own money is to be paid back."""
    return planted(ordinary(BEIJING.province, n, BEIJING.operator), buckets=[own(fen)])


@pytest.fixture
def paused(inside: RunningProduct) -> Iterator[None]:
    """The home province hands no money out for now, so that a payout can be decided before it is sent."""
    set_temper(BEIJING, "down", only=["refund"])
    yield
    set_temper(BEIJING, "honest")


@pytest.fixture
def takes_nothing_in(inside: RunningProduct) -> Iterator[None]:
    """The home province books no payment by number."""
    set_temper(BEIJING, "obstructive", only=["pay_in"])
    yield
    set_temper(BEIJING, "honest")


def sent(case: Case, state: str) -> None:
    """Wait until the payout in force is in a state."""
    wait_for(
        lambda: Payout.objects.filter(ref=fresh(case).payout_ref, state=state).exists(), what=state, limit_s=LIMIT_S
    )


def choose(visitor: Visitor, route: str, destination: str = "") -> None:
    """Fill in the page that asks where the money goes."""
    visitor.page.locator(f"[name=route][value={route}]").check()
    visitor.fill("destination", destination)
    visitor.tap(visitor.button("确认退款方式"))


def test_another_number_of_the_holder_takes_the_refund_and_a_strangers_does_not(
    page: Page, inside: RunningProduct, holds: Holds
) -> None:
    line = owed(30)
    same = {"holder_name": line.spec.holder_name, "holder_id": line.spec.holder_id}
    mine, theirs = (planted(ordinary("11", n, "164"), **also) for n, also in ((31, same), (32, {})))
    visitor = seated(page, quoted(line, "16932700085"), line, inside)
    page.goto(f"{visitor.case}/refund")
    holds(page, person_of(line, visitor.contact))
    choose(visitor, "line", theirs.number.plain)
    visitor.see("机主和您对不上")
    holds(page)
    choose(visitor, "line", mine.number.plain)
    visitor.see(f"尾号 {mine.number.plain[-4:]} 的号码")
    visitor.see("已退 36.50 元")
    holds(page, person_of(line, visitor.contact) | {"to": mine.number.plain})


def test_cash_lies_ready_for_whoever_shows_the_code_and_is_fetched_once(
    page: Page, inside: RunningProduct, holds: Holds
) -> None:
    line = owed(33)
    visitor = seated(page, quoted(line, "16932700086"), line, inside)
    page.goto(f"{visitor.case}/refund")
    choose(visitor, "cash")
    visitor.see("现金等您去取")
    case = Case.objects.get(ref=visitor.case.rsplit("/", 1)[-1])
    code = payouts.code_of(Payout.objects.get(ref=case.payout_ref))
    visitor.see(code)
    holds(page, person_of(line, visitor.contact))
    paying_out.hand_over(case, code, store="nanjing-1", by=robot("store"))
    page.reload()
    visitor.see("已退 36.50 元，退到营业厅，领现金")
    assert code not in page.content()


def test_a_refund_that_came_back_is_sent_another_way(
    page: Page, inside: RunningProduct, paused: None, holds: Holds
) -> None:
    line = owed(34)
    case = closed(line, "16932700087", "card", "6222020000000000000")
    paying_out._intend(case, 3650, "card", by=robot("test"))
    provider.decide_payout(case.payout_ref, "refused")
    set_temper(BEIJING, "honest")
    sent(case, "REFUSED")
    visitor = seated(page, case, line, inside)
    visitor.see("退款没有退成")
    holds(page)
    visitor.tap(visitor.button("换一种退款方式"))
    holds(page)
    choose(visitor, "card", "6222020000000000017")
    visitor.see("请填 15 到 19 位的银行卡号")
    choose(visitor, "card", CARD)
    page.wait_for_url(f"**{visitor.case}")
    sent(case, "PAID")
    page.reload()
    visitor.see("已退 36.50 元，退到尾号 0018 的银行卡")
    holds(page, {"card": CARD})


def test_a_large_refund_goes_when_finances_second_person_lets_it_go(
    page: Page, open_page: OpenPage, inside: RunningProduct, holds: Holds, axe: Callable[[Page], None]
) -> None:
    line = planted(ordinary("35", 37), buckets=[own(600_000)])
    case = closed(line, "16932700156", "card", CARD)
    sent(case, "AWAITING")
    visitor = seated(page, case, line, inside)
    visitor.see("财务要换个人再核一次")
    holds(page, person_of(line, visitor.contact))
    finance = open_page(DESK)
    finance.goto("/demo/")
    finance.locator("button[value='finance']").click()
    finance.goto("/settlement/approvals")
    axe(finance)
    finance.locator("tr", has_text="6,000.00").get_by_role("link", name="大额退款").click()
    axe(finance)
    finance.locator("[name=outcome][value=approve]").check()
    finance.locator("[name=because]").fill("卡主和机主是一个人")
    finance.get_by_role("button", name="确认").click()
    finance.wait_for_url("**/settlement/approvals")
    sent(case, "PAID")
    page.reload()
    visitor.see("已退 6,000.00 元，退到尾号 0018 的银行卡")
    holds(page, {"card": CARD})


def test_what_was_paid_in_by_number_and_came_back_goes_to_a_card(
    page: Page, takes_nothing_in: None, holds: Holds
) -> None:
    line = planted(ordinary("11", 36, "164"))
    visitor = Visitor(page, line, contact="")
    page.goto("/closure/restore")
    visitor.fill("number", line.number.plain)
    visitor.fill("amount", "50")
    page.locator("[name=province]").select_option("32")
    visitor.tap(page.locator("main form button").first)
    back, row = page.url, Restoring.objects.get(ref=page.url.rsplit("/", 1)[-1])
    with transaction.atomic(durable=True):
        going_back = returning._new_payout(row, "original", "", by=robot("test"))
        provider.decide_payout(going_back.ref, "refused")  # before anybody can see that there is something to send
    visitor.tap(visitor.button("去付款"))
    visitor.tap(visitor.button("付款成功"))
    page.goto(back)
    visitor.see("请用付款时的浏览器换一张卡")
    holds(page, {"line": line.number.plain})
    visitor.fill("card", CARD)
    visitor.tap(visitor.button("确认退款方式"))
    wait_for(lambda: returned(row.ref), what="the money on the card", limit_s=LIMIT_S)
    page.goto(back)
    assert page.locator("[name=card]").count() == 0
    holds(page, {"card": CARD})


def returned(restoring_ref: str) -> bool:
    """Whether what was paid in has arrived where it was sent last."""
    sent_by = Restoring.objects.get(ref=restoring_ref).payout_ref
    return Payout.objects.filter(ref=sent_by, state="PAID", route="card").exists()


def test_what_was_paid_goes_back_the_way_it_came_when_nothing_is_closed(
    page: Page, inside: RunningProduct, holds: Holds
) -> None:
    line = planted(ordinary("11", 35, "164"), bills=[bill(clock.today(), 1, 5800, paid=False)])
    case = quoted(line, "16932700088")
    set_temper(BEIJING, "obstructive", only=["settle"], code="2067", words="欠费 12.00 元")
    ref = payment.pay(case, "card", 1, by=holder_of(case)).ref
    provider.decide(ref, "paid")
    arrived(case, states.HELD)
    set_temper(BEIJING, "honest")
    visitor = seated(page, case, line, inside)
    holds(page)
    withdrawal.withdraw(fresh(case), by=holder_of(case))
    sent(case, "PAID")
    page.goto(visitor.case)
    visitor.see("已退 58.00 元，退到原来付款的地方")
    visitor.see("一切照旧的证明")
    holds(page, person_of(line, visitor.contact))
