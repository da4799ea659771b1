"""Balances and account statements: exact at every moment, at the same cost however much was posted (S-02)."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

from django.db import connection
from django.test.utils import CaptureQueriesContext

from bss.provinces import Bss
from portal.keyset import page_of
from portal.roles import Role
from settlement.ledger import PAYABLE, PROVIDER, AccountKey
from settlement.models import Account
from settlement.queries import balance_of, visible_to
from settlement.queries_books import accounts_visible_to, balances, entries_on, sheet, transfers_near
from settlement.services.counting import count
from tests.settlement.books import FUJIAN, JIANGSU, NOVEMBER, OCTOBER, collected, person

FLOAT = re.compile(r"\bfloat\b|FloatField|DecimalField|double precision|\breal\b|numeric\(")


def provider() -> Account:
    """Jiangsu's account at the provider."""
    return Account.objects.get(province="32", kind=PROVIDER, operator="161")


def test_a_balance_is_the_sum_of_the_entries_counted_or_not(database: object) -> None:
    collected(JIANGSU, FUJIAN, 300, OCTOBER)
    count()
    collected(JIANGSU, FUJIAN, 11, OCTOBER)
    found = balances(Account.objects.all())
    keys = {row.pk: AccountKey(row.operator, row.province, row.kind, row.counterpart) for row in Account.objects.all()}
    assert found == {pk: balance_of(key) for pk, key in keys.items()}
    assert found[provider().pk] == 311


def test_a_sheet_begins_with_what_was_before_and_ends_with_the_balance(database: object) -> None:
    collected(JIANGSU, FUJIAN, 300, OCTOBER)
    count()
    collected(JIANGSU, FUJIAN, 20, NOVEMBER)
    collected(JIANGSU, FUJIAN, 5, NOVEMBER)
    collected(JIANGSU, FUJIAN, 999, NOVEMBER + timedelta(days=30))
    found = sheet(provider(), NOVEMBER, NOVEMBER + timedelta(days=29))
    (day,) = found.days
    assert (found.opening_fen, found.closing_fen) == (300, 325)
    assert (day.on, day.debit_fen, day.credit_fen, day.n, day.balance_fen) == (NOVEMBER, 25, 0, 2, 325)
    assert sum(entries_on(provider(), NOVEMBER).values_list("fen", flat=True)) == 25


def test_both_sides_of_a_day_are_told_apart(database: object) -> None:
    collected(JIANGSU, FUJIAN, 300, OCTOBER)
    count()
    account = Account.objects.get(kind=PAYABLE)
    (day,) = sheet(account, OCTOBER, OCTOBER).days
    assert (day.debit_fen, day.credit_fen) == (0, 300)


def test_the_number_of_queries_does_not_grow_with_the_books(database: object) -> None:
    counts = []
    for round_ in range(2):
        for n in range(1 + 6 * round_):
            collected(JIANGSU, FUJIAN, n + 1, OCTOBER + timedelta(days=n))
            collected(FUJIAN, Bss("161", f"4{n}"), n + 1, OCTOBER + timedelta(days=n))
            if n % 3 == 0:
                count()
        with CaptureQueriesContext(connection) as queries:
            balances(accounts_visible_to(person()))
            sheet(provider(), OCTOBER, OCTOBER + timedelta(days=30))
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 10


def test_each_sees_their_own_books(database: object) -> None:
    collected(JIANGSU, FUJIAN, 300, OCTOBER)
    collected(Bss("163", "32"), Bss("163", "35"), 40, OCTOBER)
    assert set(accounts_visible_to(person()).values_list("operator", flat=True)) == {"161"}
    regulator = person("lin", operator="", role=Role.PROVINCIAL_REGULATOR, province="35")
    assert set(accounts_visible_to(regulator).values_list("province", flat=True)) == {"35"}
    assert accounts_visible_to(person(role=Role.AUDITOR)).count() == Account.objects.count()
    assert not accounts_visible_to(person(role=Role.CLERK)).exists()


def test_money_is_never_a_float() -> None:
    root = Path(__file__).resolve().parents[2] / "settlement"
    sources = [path for kind in ("*.py", "*.sql") for path in root.rglob(kind)]
    assert len(sources) > 30
    found = {path.name for path in sources if FLOAT.search(path.read_text(encoding="utf-8"))}
    assert found == set()


def test_every_column_of_fen_is_a_whole_number(database: object) -> None:
    with connection.cursor() as db:
        db.execute(
            "SELECT DISTINCT data_type FROM information_schema.columns"
            " WHERE table_name LIKE 'settlement_%%' AND column_name LIKE '%%fen'"
        )
        assert db.fetchall() == [("bigint",)]


def test_a_page_of_transfers_is_the_same_as_of_all_that_may_be_seen(database: object) -> None:
    for n in range(120):
        collected(Bss("163" if n % 3 else "161", "32"), Bss("163" if n % 3 else "161", "35"), n + 1, OCTOBER)
    regulator = person(operator="", role=Role.PROVINCIAL_REGULATOR, province="35")
    for actor in (person(), person(operator="163"), regulator, person(operator="169"), person(role=Role.AUDITOR)):
        for before, after in (("", ""), ("60", ""), ("", "60"), ("", "5"), ("2", ""), ("", "120")):
            whole = page_of(visible_to(actor), before=before, after=after)
            assert page_of(transfers_near(actor, before=before, after=after), before=before, after=after) == whole
