"""The books' pages: each sees their own, a cell opens its entries, and what needs two people is asked and decided."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bss.provinces import Bss
from portal.servers.provision import Addresses
from portal.signing import is_genuine
from settlement.models import Account, Approval, Statement, Transfer
from settlement.services.counting import count
from settlement.services.ledger import put_under
from settlement.services.statement_papers import print_due
from tests.overseen import entered
from tests.settlement.books import BEIJING, FUJIAN, JIANGSU, OCTOBER, ROBOT, collected, frozen
from tests.settlement.conftest import CASE
from tests.settlement.test_workbook import cells

LISTS = ("accounts", "transfers", "statements", "invoices", "late-refunds", "approvals")
QUERIES = 16


@pytest.fixture
def books(database: Addresses) -> Statement:
    """October of two operators; the statement of the first."""
    collected(JIANGSU, FUJIAN, 123456, OCTOBER)
    collected(FUJIAN, JIANGSU, 23400, OCTOBER)
    collected(BEIJING, JIANGSU, 5000, OCTOBER)
    collected(Bss("163", "32"), Bss("163", "37"), 99900, OCTOBER)
    frozen(OCTOBER, "163")
    return frozen(OCTOBER)


def text(client: Client, where: str, status: int = 200) -> str:
    """A page, as it must answer."""
    answer = client.get(where)
    assert answer.status_code == status, where
    return answer.content.decode()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_finance_opens_every_page_of_its_books(books: Statement, lang: str) -> None:
    client = entered("finance")
    client.get(f"/language/switch?to={lang}&next=/accessibility")
    for name in LISTS:
        assert "<h1>" in text(client, f"/settlement/{name}")
    account = Account.objects.get(province="32", kind="receivable", counterpart="161_11")
    assert "50.00" in text(client, f"/settlement/accounts/{account.pk}?month=2026-10-01")
    assert "50.00" in text(client, f"/settlement/accounts/{account.pk}/2026-10-01")
    assert "1,234.56" in text(client, f"/settlement/transfers/{Transfer.objects.order_by('pk')[0].ref}")
    assert "1,000.56" in text(client, f"/settlement/statements/{books.number}")


def test_a_month_of_an_account_is_taken_away_as_a_workbook(books: Statement) -> None:
    account = Account.objects.get(province="32", kind="receivable", counterpart="161_11")
    where = f"/settlement/accounts/{account.pk}/xlsx?month=2026-10-01"
    answer = entered("finance").get(where)
    assert answer.headers["Content-Disposition"] == f'attachment; filename="16132-{account.pk}-202610.xlsx"'
    days, entries = cells(answer.content), cells(answer.content, 2)
    assert [days[one] for one in ("A1", "B1", "C1")] == ["甲网江苏", "应收外省 · 北京", "2026年10月"]
    assert [days[one] for one in ("A3", "E3")] == ["期初余额", "0.00"]
    assert [days[f"{column}4"] for column in "ABCDE"] == ["2026-10-01", "1", "50.00", "0.00", "50.00"]
    assert [days[one] for one in ("A5", "E5")] == ["期末余额", "50.00"]
    assert [entries[f"{column}2"] for column in "ABC"] == ["2026-10-01 12:00:00", "代收", "50.00"]
    november = entered("finance").get(where.replace("10-01", "11-01")).content
    assert [cells(november)[f"E{row}"] for row in (3, 4)] == ["50.00", "50.00"]
    assert entered("clerk").get(where).status_code == 403
    text(entered("finance"), where.replace(str(account.pk), str(2**62)), 404)


def test_a_cell_opens_the_entries_it_is_the_sum_of(books: Statement) -> None:
    client = entered("finance")
    page = text(client, f"/settlement/statements/{books.number}")
    urls = re.findall(r'href="(/settlement/statements/[^"]+/entries\?[^"]+)"', page)
    assert len(urls) == 4
    (fujian,) = [url.replace("&amp;", "&") for url in urls if "row=35" in url]
    entries = text(client, fujian)
    assert all(figure in entries for figure in ("1,234.56", "234.00", "1,000.56"))


def test_another_operators_finance_sees_nothing_of_it(books: Statement) -> None:
    other = Statement.objects.get(operator="163")
    client = entered("finance")
    assert other.number not in text(client, "/settlement/statements")
    assert "999.00" not in text(client, "/settlement/accounts") + text(client, "/settlement/accounts?company=163_32")
    account = Account.objects.filter(operator="163").first()
    transfer = Transfer.objects.get(entries__account__operator="163", entries__account__kind="provider")
    assert account is not None
    for where in (
        f"statements/{other.number}",
        f"statements/{other.number}/xlsx",
        f"statements/{other.number}/settling",
        f"accounts/{account.pk}",
        f"accounts/{account.pk}/2026-10-01",
        f"transfers/{transfer.ref}",
        f"transfers/{transfer.ref}/reversal",
    ):
        text(client, f"/settlement/{where}", status=404)


def test_a_provincial_regulator_sees_the_rows_of_its_province(books: Statement) -> None:
    print_due(by=ROBOT)
    client = entered("fujian")
    page = text(client, f"/settlement/statements/{books.number}")
    assert re.findall(r"entries\?row=(\d\d)", page) == ["35"]
    text(client, f"/settlement/statements/{books.number}/entries?row=32&column=161_35", status=404)
    text(client, f"/settlement/statements/{books.number}/pdf", status=404)
    assert "JS202610-163" not in text(client, "/settlement/statements")


def test_overseers_read_everything_and_act_on_nothing(books: Statement) -> None:
    transfer = Transfer.objects.order_by("pk")[0]
    for who in ("national", "auditor"):
        client = entered(who)
        page = text(client, "/settlement/statements")
        assert "JS202610-161" in page
        assert "JS202610-163" in page
        assert "提交冲正申请" not in text(client, f"/settlement/transfers/{transfer.ref}")
        text(client, f"/settlement/transfers/{transfer.ref}/reversal", status=403)
        text(client, f"/settlement/statements/{books.number}/settling", status=403)


def test_a_clerk_has_no_books(books: Statement) -> None:
    for name in LISTS:
        text(entered("clerk"), f"/settlement/{name}", status=403)


def test_a_transfer_is_found_by_the_number_of_its_papers(books: Statement) -> None:
    put_under("T-1001", CASE)
    client = entered("finance")
    transfer = Transfer.objects.order_by("pk")[0]
    assert "T-1001" in text(client, f"/settlement/transfers/{transfer.ref}")
    found = text(client, "/settlement/transfers?number=T-1001")
    assert transfer.ref in found
    assert "1,234.56" in found
    assert "没有凭证" in text(client, "/settlement/transfers?number=T-9")


def test_one_asks_for_a_reversal_and_another_decides(books: Statement) -> None:
    transfer = Transfer.objects.order_by("pk")[0]
    first, second = entered("finance"), entered("finance2")
    assert first.post(f"/settlement/transfers/{transfer.ref}/reversal", {"reason": ""}).status_code == 422
    first.post(f"/settlement/transfers/{transfer.ref}/reversal", {"reason": "收错了"})
    where = f"/settlement/approvals/{Approval.objects.get().ref}"
    verdict = {"outcome": "approve", "because": "核对过"}
    assert "不能批自己的申请" in text(first, where)
    assert first.post(where, verdict).status_code == 403
    assert second.post(where, {"outcome": "", "because": ""}).status_code == 422
    assert second.post(where, verdict).headers["Location"] == "/settlement/approvals"
    assert second.post(where, verdict).status_code in (302, 409)
    page = text(second, f"/settlement/transfers/{transfer.ref}")
    assert Transfer.objects.get(reverses=transfer).ref in page
    assert "已通过" in page


def test_both_kinds_of_request_wait_in_one_list(books: Statement) -> None:
    first, second = entered("finance"), entered("finance2")
    transfer = Transfer.objects.order_by("pk")[0]
    first.post(f"/settlement/transfers/{transfer.ref}/reversal", {"reason": "收错了"})
    first.post(f"/settlement/statements/{books.number}/settling", {"reason": "到期结算"})
    page = text(second, "/settlement/approvals")
    assert page.count('href="/settlement/approvals/') == 2
    assert "1,234.56" in page
    assert "复核 2" in page
    assert "您的申请" in text(first, "/settlement/approvals")


def test_one_asks_to_settle_and_another_decides(books: Statement) -> None:
    first, second = entered("finance"), entered("finance2")
    first.post(f"/settlement/statements/{books.number}/settling", {"reason": "到期结算"})
    where = f"/settlement/approvals/{Approval.objects.get().ref}"
    assert "1,000.56" in text(second, where)
    second.post(where, {"outcome": "approve", "because": "核对过"})
    assert "已结清" in text(second, f"/settlement/statements/{books.number}")


def test_a_correction_is_shown_with_the_statement_it_corrects(books: Statement) -> None:
    late = collected(JIANGSU, FUJIAN, 700, OCTOBER + timedelta(days=3))
    november = frozen(OCTOBER + timedelta(days=31))
    page = text(entered("finance"), f"/settlement/statements/{november.number}")
    assert books.number in page
    assert late.ref in page


def test_the_paper_is_one_signed_page_printed_once(books: Statement) -> None:
    assert (print_due(by=ROBOT), print_due(by=ROBOT)) == (2, 0)
    answer = entered("finance").get(f"/settlement/statements/{books.number}/pdf")
    assert answer.headers["Content-Type"] == "application/pdf"
    assert is_genuine(answer.content)


def test_the_queries_of_a_page_do_not_grow_with_the_books(books: Statement) -> None:
    client = entered("finance")
    account = Account.objects.get(province="32", kind="provider", operator="161")
    wheres = [f"/settlement/{name}" for name in LISTS] + [
        f"/settlement/accounts/{account.pk}?month=2026-10-01",
        f"/settlement/accounts/{account.pk}/2026-10-02",
        f"/settlement/statements/{books.number}",
        f"/settlement/statements/{books.number}/entries?row=35&column=161_32",
    ]
    counts: list[list[int]] = []
    for _ in range(2):
        for n in range(20):
            collected(JIANGSU, FUJIAN, n + 1, OCTOBER + timedelta(days=1))
            collected(FUJIAN, Bss("161", f"{50 + n}"), n + 1, OCTOBER + timedelta(days=n))
        count()
        counts.append([queries_of(client, where) for where in wheres])
    assert counts[0] == counts[1]
    assert max(counts[0]) <= QUERIES


def queries_of(client: Client, where: str) -> int:
    """How many queries a page costs."""
    with CaptureQueriesContext(connection) as queries:
        text(client, where)
    return len(queries)


@pytest.mark.parametrize(
    "where",
    ["accounts/1/2026-13-01", "accounts/1/x", f"accounts/{10**30}", "transfers/x", "statements/x", "approvals/x"],
)
def test_what_is_not_there_is_not_found(where: str, database: Addresses) -> None:
    text(entered("finance"), f"/settlement/{where}", status=404)
