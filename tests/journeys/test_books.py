"""The books in a browser: two people of finance follow a case's money, undo, settle a month, have a province checked.

What they open is held against the URL configuration: a page of the books that nobody opens here fails.
"""

from __future__ import annotations

import io
import os
import re
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date, timedelta

import psycopg2
import pytest
from playwright.sync_api import Page, expect
from psycopg2.extensions import make_dsn

from bss.provinces import Bss
from bss.simulated.databases import database_name
from closure import states
from closure.models import Case
from closure.services import payment
from demo.cast.shapes import bill
from portal import clock
from portal.actors import robot
from portal.routes import all_routes
from settlement.models import Account, Invoice, Reconciliation, Statement, Transfer
from settlement.services import counting, freezing, invoice_papers, reconciling, statement_papers
from settlement.simulated import provider
from settlement.states import WAITING
from tests.journeys.conftest import DESK, OpenPage
from tests.journeys.paper import cut, printed, sheets_of
from tests.journeys.prepared import arrived, fresh, holder_of, planted, quoted
from tests.journeys.product import WORLD, RunningProduct
from tests.journeys.visitor import ordinary

FUJIAN = Bss("161", "35")
BOOKS = re.compile(r"settlement/|i/")
STRANGE = (
    "INSERT INTO book (command_id, case_ref, number, account, fen, at) VALUES ('x', 'strange', '', 'agent', 77, %s)"
)
PLAIN = "DELETE FROM book WHERE case_ref = 'strange'"
WAITING_ROW = "[aria-labelledby=h-waiting] tbody th a"
Axed = Callable[[Page], None]


def paid(n: int, contact: str, fen: int) -> Case:
    """A closed case of Fujian whose bill was paid in Jiangsu."""
    line = planted(ordinary(FUJIAN.province, n), bills=[bill(clock.today(), 1, fen, paid=False)])
    case = quoted(line, contact)
    charge = payment.pay(case, "card", case.quotes.count(), by=holder_of(case))
    provider.decide(charge.ref, "paid")
    return arrived(case, states.CLOSED)


def in_fujians_book(query: str, *values: object) -> None:
    """A row that its own laws would not let in, by whoever owns the province's server."""
    server = os.environ.get("DATABASE_URL") or WORLD.postgres_url("postgres", "postgres")
    opened = psycopg2.connect(make_dsn(server, dbname=database_name(FUJIAN)))
    with closing(opened), opened, opened.cursor() as db:
        db.execute("SET session_replication_role = replica")
        db.execute(query, values)


def frozen_month() -> Statement:
    """This month's statement with its paper, as the first of the next month will find it."""
    by, month = robot("bookkeeper"), clock.today()
    first = (month.replace(day=28) + timedelta(days=7)).replace(day=1)
    with clock.frozen(clock.now().replace(year=first.year, month=first.month, day=1)):
        made = freezing.freeze(FUJIAN.operator, month, by=by)
        while statement_papers.print_due(by=by):
            pass
    return made


class Clerk:
    """A person of finance at a desk; `opened` are the routes of the books they have seen."""

    def __init__(self, page: Page, username: str, axe: Axed) -> None:
        self.page, self.axe = page, axe
        self.opened: set[str] = set()
        page.goto("/demo/")
        page.locator(f"button[value='{username}']").click()
        page.wait_for_url("**/settlement/accounts")

    def look(self) -> None:
        """The page that stands there, for axe, in both languages, and as it is printed."""
        where = self.page.url.split("/", 3)[-1]
        self._note(where)
        for lang in ("en", "zh"):
            self.page.goto(f"/language/switch?to={lang}&next=/accessibility")
            self.page.goto(f"/{where}")
            self.axe(self.page)
        assert cut(self.page) == [], where
        assert len(printed(self.page)) >= 1

    def go(self, words: str) -> None:
        """Follow a link of the page."""
        self.page.locator("main").get_by_role("link", name=words).first.click()

    def tab(self, words: str) -> None:
        """Follow a link of the frame."""
        self.page.get_by_role("navigation").get_by_role("link", name=re.compile(words)).first.click()

    def fetch(self, words: str) -> bytes:
        """What a link of the page gives to keep."""
        path = self.page.locator("main").get_by_role("link", name=words).get_attribute("href") or ""
        self._note(path.lstrip("/"))
        answer = self.page.context.request.get(path)
        assert (answer.status, "attachment" in answer.headers["content-disposition"]) == (200, True)
        return answer.body()

    def submit(self, words: str, **fields: str) -> None:
        """Fill in the form and send it."""
        self._note(self.page.url.split("/", 3)[-1])
        for name, text in fields.items():
            self.page.locator(f"[name={name}]").fill(text)
        self.page.locator("main").get_by_role("button", name=words).first.click()

    def see(self, words: str) -> None:
        """The page's body says it."""
        expect(self.page.locator("main")).to_contain_text(words)

    def _note(self, where: str) -> None:
        path = where.partition("?")[0].partition("#")[0]
        self.opened |= {one.name for one in all_routes() if re.fullmatch(_pattern(one.template), path)}


def _pattern(template: str) -> str:
    """`settlement/accounts/<int:pk>` as a pattern of paths."""
    return re.sub(r"<int:\w+>", "[0-9]+", re.sub(r"<str:\w+>", "[^/]+", template))


def wanted() -> set[str]:
    """Every page of the books."""
    return {one.name for one in all_routes() if BOOKS.match(one.template)} - {"payments-callback"}


@pytest.fixture
def strange_row(inside: RunningProduct) -> Iterator[date]:
    """Yesterday's book of Fujian has a row that the ledger knows nothing of; gives the day."""
    day = clock.today() - timedelta(days=1)
    in_fujians_book(PLAIN)
    in_fujians_book(STRANGE, clock.now() - timedelta(days=1))
    yield day
    in_fujians_book(PLAIN)


def reconciled(day: date) -> Reconciliation:
    """Fujian's run of a day, at its end, whoever worked it."""
    by = robot("reconciler")
    return reconciling.run(reconciling.start(FUJIAN, day, by=by).ref, by=by)


@pytest.fixture
def clerks(inside: RunningProduct, open_page: OpenPage, axe: Axed) -> tuple[Clerk, Clerk]:
    """Qian and Sun of the first network's finance."""
    return Clerk(open_page(DESK), "finance", axe), Clerk(open_page(DESK), "finance2", axe)


def test_the_books_are_kept_in_a_browser_by_two(
    clerks: tuple[Clerk, Clerk], strange_row: date, page: Page, axe: Axed
) -> None:
    cases = [paid(40, "16932700160", 4321), paid(41, "16932700161", 1000)]
    invoice_papers.print_due(by=robot("bookkeeper"))
    counting.count()
    qian, sun = clerks
    followed(qian)
    undone_or_not(qian, sun, Transfer.objects.get(case_ref=cases[1].ref, purpose="collect"))
    settled(qian, sun, frozen_month())
    invoiced(qian, Invoice.objects.get(case_ref=cases[0].ref), page, axe)
    checked_again(qian, strange_row)
    late_ones(qian)
    assert wanted() - qian.opened - sun.opened == {"invoice-check"}
    assert fresh(cases[1]).state == states.CLOSED


def late_ones(clerk: Clerk) -> None:
    """The list of late refunds."""
    clerk.page.goto("/settlement/late-refunds")
    clerk.look()


def followed(clerk: Clerk) -> None:
    """From the companies down to one posting."""
    clerk.page.reload()
    clerk.go("甲网江苏")
    clerk.look()
    clerk.go("应付外省 · 福建")
    clerk.look()
    with zipfile.ZipFile(io.BytesIO(clerk.fetch("下载 XLSX"))) as book:
        assert any("代收" in book.read(name).decode() for name in book.namelist())
    clerk.page.locator("main tbody a").first.click()
    clerk.look()
    clerk.page.locator("main tbody a").first.click()
    clerk.see("应收外省 · 江苏")
    clerk.look()
    clerk.tab("凭证")
    clerk.look()


def undone_or_not(asks: Clerk, decides: Clerk, transfer: Transfer) -> None:
    """One asks to undo a posting, and may not decide; the other says no, and the books stay as they are."""
    before = Transfer.objects.count()
    asks.page.goto(f"/settlement/transfers/{transfer.ref}")
    asks.go("提交冲正申请")
    asks.look()
    asks.submit("提交申请", reason="重复收款")
    asks.page.wait_for_url(f"**/{transfer.ref}")
    asks.tab("复核")
    asks.look()
    asks.page.locator(WAITING_ROW).first.click()
    asks.see("重复收款")
    assert asks.page.locator("main form").count() == 0
    verdict(decides, "deny", "不是重复，是两个月的账单")
    assert Transfer.objects.count() == before


def verdict(clerk: Clerk, outcome: str, because: str) -> None:
    """Open what waits and decide it."""
    clerk.page.goto("/settlement/approvals")
    clerk.page.locator(WAITING_ROW).first.click()
    clerk.look()
    clerk.page.locator(f"[name=outcome][value={outcome}]").check()
    clerk.submit("确认", because=because)
    clerk.page.wait_for_url("**/settlement/approvals")
    clerk.see(because)


def settled(asks: Clerk, decides: Clerk, statement: Statement) -> None:
    """The month from its matrix to one cell's entries, on paper, as a workbook, and brought to zero by two."""
    asks.page.goto("/settlement/statements")
    asks.look()
    asks.page.locator(f"main a[href$='/{statement.number}']").first.click()
    asks.look()
    (sheet,) = sheets_of(asks.fetch("下载 PDF"))
    assert f"{statement.number}" in sheet
    assert re.search(rf"{statement.frozen_at.astimezone(clock.SHANGHAI).year}年[0-9]+月1日", sheet)
    with zipfile.ZipFile(io.BytesIO(asks.fetch("下载 XLSX"))) as book:
        assert any(name.startswith("xl/worksheets/") for name in book.namelist())
    asks.page.locator("table.matrix td a").first.click()
    asks.look()
    asks.page.goto(f"/settlement/statements/{statement.number}")
    asks.go("提交结清申请")
    asks.look()
    asks.submit("提交申请", reason="与两省核对一致")
    verdict(decides, "approve", "核对无误")
    owed = Account.objects.filter(operator="161", kind__in=("payable", "receivable"))
    lines = {line.account_id: line.fen for line in statement.lines.all()}
    cleared = Transfer.objects.get(approval__statement=statement).entries.filter(account__in=owed)
    assert {one.account_id: -one.fen for one in cleared} == {pk: fen for pk, fen in lines.items() if fen}


def invoiced(clerk: Clerk, invoice: Invoice, anyone: Page, axe: Axed) -> None:
    """The invoice of a case, its paper, and the check that anybody can make."""
    clerk.tab("发票")
    clerk.look()
    clerk.go(invoice.number)
    clerk.look()
    (sheet,) = sheets_of(clerk.fetch("下载 PDF"))
    year = invoice.issued_at.astimezone(clock.SHANGHAI).year
    assert (invoice.number in sheet, f"{year}年" in sheet) == (True, True)
    anyone.goto(f"/i/{invoice.ref}")
    expect(anyone.locator("main")).to_contain_text("43.21 元")
    axe(anyone)


def checked_again(clerk: Clerk, day: date) -> None:
    """A province's strange row is found with its order; once it is gone, the clerk has the books compared again."""
    assert reconciled(day).state == "DIFFERS"
    clerk.tab("差异")
    clerk.see("0.77")
    clerk.look()
    in_fujians_book(PLAIN)
    ran = Reconciliation.objects.filter(operator="161", province="35", day=day).count()
    clerk.page.locator("form[action$='/settlement/differences/35'] button").click()
    clerk.opened.add("settlement-reconcile")
    assert reconciled(day).state != WAITING
    assert Reconciliation.objects.filter(operator="161", province="35", day=day).count() > ran
    clerk.page.goto("/settlement/differences")
    expect(clerk.page.locator("main")).not_to_contain_text("0.77")
    clerk.page.goto("/settlement/differences?tab=gone")
    clerk.see("0.77")
