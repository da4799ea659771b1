"""The books by the API: what is listed adds up, each sees their own, and nothing names a person (S-01, S-02, S-04)."""

from __future__ import annotations

from datetime import date

import pytest

from portal.roles import Role
from settlement.models import Account, Entry, Invoice, Statement, Transfer, Voucher
from tests.api.conftest import Caller, for_staff, said
from tests.settlement.books import BEIJING, FUJIAN, JIANGSU, OCTOBER, collected, frozen, undone
from tests.settlement.test_invoicing import charged, issued

ABSENT = "0" * 26


def finance(operator: str = "161") -> Caller:
    """A system of an operator's finance."""
    name = "clerk" if operator == "161" else "clerk of another operator"
    return for_staff(name, role=Role.FINANCE)


@pytest.fixture
def october(database: object) -> Statement:
    """Two collections, one of them undone the next day, and the month's statement."""
    collected(JIANGSU, FUJIAN, 4321, date(2026, 10, 3))
    undone(collected(BEIJING, FUJIAN, 100, date(2026, 10, 4)), date(2026, 10, 5))
    return frozen(OCTOBER)


@pytest.fixture
def invoiced(database: object) -> Invoice:
    """The invoice of a final bill that Jiangsu collected."""
    charged()
    return issued()


def items(caller: Caller, path: str) -> list[dict[str, object]]:
    """The rows of a list's first page."""
    found: list[dict[str, object]] = said(caller.get(path))["items"]
    return found


def test_balances_of_all_accounts_add_up_to_nothing(october: Statement) -> None:
    rows = items(finance(), "ledger/accounts")
    assert sum(int(str(row["balance_fen"])) for row in rows) == 0
    held = {(row["province"], row["kind"], row["counterpart"]): row["balance_fen"] for row in rows}
    assert held["32", "payable", "161_35"] == -4321
    assert held["11", "payable", "161_35"] == 0


def test_entries_are_those_of_an_account_of_a_day_or_of_a_case(october: Statement) -> None:
    caller = finance()
    assert len(items(caller, "ledger/entries")) == Entry.objects.count()
    account = Account.objects.get(province="35", kind="bills")
    of_account = items(caller, f"ledger/entries?account={account.pk}")
    assert [row["fen"] for row in of_account] == [100, -100, -4321]
    assert [row["fen"] for row in items(caller, f"ledger/entries?account={account.pk}&on=2026-10-04")] == [-100]
    Voucher.objects.create(number="XH2611240000001", case_ref="c" * 26, at=october.frozen_at)
    under = items(caller, "ledger/entries?voucher=XH2611240000001")
    assert {row["number"] for row in under} == {"XH2611240000001"}
    assert len(under) == Entry.objects.count()
    assert items(caller, "ledger/entries?voucher=XH0") == []


def test_a_day_needs_its_account(october: Statement) -> None:
    caller = finance()
    for query in ("on=2026-10-04", "account=0", "account=1e3", "account=１", "account=1&on=2026-02-30"):
        assert caller.get(f"ledger/entries?{query}").status_code == 422, query
    assert caller.get("ledger/entries?account=999999999").status_code == 404


def test_a_transfer_says_what_it_undoes(october: Statement) -> None:
    caller, undoing = finance(), Transfer.objects.get(reverses__isnull=False)
    assert undoing.reverses is not None
    one = said(caller.get(f"ledger/transfers/{undoing.ref}"))
    assert (one["reverses"], one["reversed_by"]) == (undoing.reverses.ref, "")
    assert said(caller.get(f"ledger/transfers/{undoing.reverses.ref}"))["reversed_by"] == undoing.ref
    assert sum(leg["fen"] for leg in one["entries"]) == 0
    assert len(one["entries"]) == 4


def test_a_statement_comes_with_its_lines(october: Statement) -> None:
    caller = finance()
    (row,) = items(caller, "statements")
    whole = said(caller.get(f"statements/{row['ref']}"))
    assert (whole["number"], whole["sha256"], whole["before"]) == ("JS202610-161", october.sha256, "")
    assert {(one["province"], one["kind"]): one["fen"] for one in whole["lines"] if one["fen"]} == {
        ("32", "payable"): -4321,
        ("35", "receivable"): 4321,
    }


def test_another_operator_and_an_absent_one_look_the_same(october: Statement) -> None:
    caller = finance("163")
    transfer = Transfer.objects.order_by("pk")[0]
    assert [items(caller, path) for path in ("ledger/accounts", "ledger/entries", "statements", "invoices")] == [[]] * 4
    for path, ref in (("ledger/transfers", transfer.ref), ("statements", october.ref)):
        answers = [caller.get(f"{path}/{one}") for one in (ref, ABSENT)]
        assert {answer.status_code for answer in answers} == {404}
        assert len({answer.content.decode().replace(ref, ABSENT) for answer in answers}) == 1
    account = Account.objects.order_by("pk")[0].pk
    assert caller.get(f"ledger/entries?account={account}").status_code == 404


def test_a_province_sees_its_own_company_and_a_clerk_no_books(october: Statement) -> None:
    seen = items(for_staff("regulator of Fujian"), "ledger/entries")
    assert {row["province"] for row in seen} == {"35"}
    assert items(for_staff("regulator of Guangdong"), "ledger/accounts") == []
    for path in ("ledger/accounts", "ledger/entries", "statements", "invoices"):
        assert for_staff("clerk").get(path).status_code == 403, path


def test_an_invoice_says_its_lines_and_not_its_person(invoiced: Invoice) -> None:
    caller = finance()
    (row,) = items(caller, "invoices")
    one = said(caller.get(f"invoices/{row['ref']}"))
    assert one == row
    assert (one["gross_fen"], one["vat_fen"]) == (invoiced.gross_fen, invoiced.vat_fen)
    assert sum(line["gross_fen"] for line in one["lines"]) == invoiced.gross_fen
    assert "facts" not in one
    assert not [text for text in map(str, one.values()) if "*" in text]
    assert caller.get(f"invoices/{ABSENT}").status_code == 404
