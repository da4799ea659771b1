"""Invoices and red notes: sums to the fen, once per case, and laws that hold against raw SQL (S-04)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import psycopg2
import pytest
from django.db import connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from portal.errors import Conflict
from portal.models import AuditEntry
from settlement.ledger import VAT, VAT_WITHIN, AccountKey
from settlement.models import Invoice, Transfer
from settlement.queries import balance_of, transfers_under, trial_balance
from settlement.rules.invoicing import TAXED, lines_of, red_lines, vat_within
from settlement.services.approvals import ask_reversal, decide
from settlement.services.collection import collect
from settlement.services.invoicing import give_back, issue, left_of
from settlement.services.ledger import put_under
from tests.settlement.books import FUJIAN, JIANGSU, ROBOT, person
from tests.settlement.conftest import CASE, Connect

ROLES = ("app", "owner")
VOUCHER = "SJ261124-03875124"
FACTS = {"number": "161****6721", "name": "张**", "case_no": "XH261124-03875124", "agent": "161_32"}
SPLIT = {"bills": 10900, "late_fee": 218, "penalty": 5450, "applied": -3000}
KIND = st.sampled_from(TAXED)
CHARGED = st.dictionaries(KIND, st.integers(0, 10**9))
RATES = st.fixed_dictionaries({kind: st.integers(0, 400) for kind in TAXED})


def charged(split: dict[str, int] = SPLIT) -> Transfer:
    """A final bill that Jiangsu collected for Fujian."""
    with transaction.atomic(durable=True):
        put_under(VOUCHER, CASE)
        fen = sum(split.values())
        return collect(FUJIAN, JIANGSU, case_ref=CASE, payment_ref="p", fen=fen, split=split, by=ROBOT)


def issued() -> Invoice:
    """Its invoice."""
    with transaction.atomic(durable=True):
        made = issue(FUJIAN, CASE, FACTS, lang="zh", by=ROBOT)
    assert made is not None
    return made


def given_back(invoice: Invoice, fen: int, key: str = "r1") -> Invoice:
    """A red note over some fen of the bills."""
    with transaction.atomic(durable=True):
        return give_back(invoice, {"bills": fen}, key=key, why="test", by=ROBOT)


@pytest.fixture
def invoice(database: object) -> Invoice:
    """The invoice of a collected final bill."""
    charged()
    return issued()


@given(CHARGED, RATES)
def test_each_line_adds_up_and_its_tax_is_within_half_a_fen_s_04(
    charges: dict[str, int], rates: dict[str, int]
) -> None:
    for line in lines_of(charges, rates):
        assert line.net_fen + line.vat_fen == line.gross_fen == charges[line.kind]
        assert abs(line.vat_fen * (1000 + line.rate) * 2 - line.gross_fen * line.rate * 2) <= 1000 + line.rate


@given(st.integers(0, 400), st.lists(st.integers(1, 10**6), min_size=1, max_size=8))
def test_red_notes_over_everything_take_back_the_whole_tax_however_divided_s_04(rate: int, parts: list[int]) -> None:
    lines = lines_of({"bills": sum(parts)}, {"bills": rate})
    taken: list = []  # type: ignore[type-arg]
    for part in parts:
        taken += red_lines(lines, taken, {"bills": part})
        assert taken[-1].vat_fen <= 0 >= taken[-1].net_fen
    assert sum(one.vat_fen for one in taken) == -lines[0].vat_fen
    with pytest.raises(ValueError, match="left"):
        red_lines(lines, taken, {"bills": 1})


@pytest.mark.parametrize(("gross", "rate", "vat"), [(10900, 90, 900), (106, 60, 6), (1, 90, 0), (100, 0, 0)])
def test_the_tax_is_contained_in_the_price(gross: int, rate: int, vat: int) -> None:
    assert vat_within(gross, rate) == vat


def test_the_home_company_invoices_the_whole_final_bill_and_owes_its_tax_s_01_s_04(invoice: Invoice) -> None:
    figures = [(one.kind, one.gross_fen, one.vat_fen) for one in invoice.lines.all()]
    assert figures == [("bills", 10900, 900), ("late_fee", 218, 18), ("penalty", 5450, 450)]
    assert (invoice.operator, invoice.province, invoice.gross_fen) == ("161", "35", 16568)
    tax = [balance_of(AccountKey("161", "35", kind)) for kind in (VAT, VAT_WITHIN)]
    assert (tax, trial_balance()) == ([-1368, 1368], 0)


def test_invoice_bill_and_tax_stand_under_one_number_c_18(invoice: Invoice) -> None:
    assert [one.purpose for one in transfers_under(VOUCHER)] == ["collect", "invoice"]
    assert (invoice.voucher, invoice.number) == (VOUCHER, "FP261124-03875124-1")
    assert AuditEntry.objects.filter(verb="invoice.final", subject_ref=CASE).count() == 1


def test_own_money_given_back_is_never_invoiced_s_04(database: object) -> None:
    with transaction.atomic(durable=True):
        put_under(VOUCHER, CASE)
        assert issue(FUJIAN, CASE, FACTS, lang="zh", by=ROBOT) is None
    assert (Invoice.objects.count(), Transfer.objects.count()) == (0, 0)


def test_two_who_close_at_once_issue_one_invoice(database: object) -> None:
    charged()

    def one(_: int) -> str:
        try:
            return issued().number
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert set(pool.map(one, range(2))) == {"FP261124-03875124-1"}
    assert (Invoice.objects.count(), balance_of(AccountKey("161", "35", VAT))) == (1, -1368)


def test_who_dies_while_issuing_leaves_neither_invoice_nor_tax(database: object) -> None:
    charged()
    with pytest.raises(KeyboardInterrupt), transaction.atomic(durable=True):
        issue(FUJIAN, CASE, FACTS, lang="zh", by=ROBOT)
        raise KeyboardInterrupt
    assert (Invoice.objects.count(), Transfer.objects.count()) == (0, 1)


def test_a_red_note_points_to_its_invoice_and_takes_its_tax_back_s_04(invoice: Invoice) -> None:
    red = given_back(invoice, 5450)
    assert (red.of, red.gross_fen, red.vat_fen, red.voucher) == (invoice, -5450, -450, VOUCHER)
    assert balance_of(AccountKey("161", "35", VAT)) == -918
    assert left_of(invoice) == {"bills": 5450, "late_fee": 218, "penalty": 5450}
    assert given_back(invoice, 5450).pk == red.pk


def test_a_red_note_takes_back_no_more_than_is_left_and_none_of_a_red_note_s_04(invoice: Invoice) -> None:
    red = given_back(invoice, 10900)
    for of in (invoice, red):
        with pytest.raises(Conflict):
            given_back(of, 1, key="r2")
    assert Invoice.objects.count() == 2


def test_a_charge_that_two_people_reverse_is_taken_back_in_red_with_it_d_10(database: object) -> None:
    transfer = charged()
    invoice = issued()
    asked = ask_reversal(transfer.ref, "收错了", by=person("qian"))
    assert not invoice.reds.exists()
    decide(asked.ref, approve=True, because="核对过", by=person("sun"))
    (red,) = invoice.reds.all()
    assert (red.gross_fen, red.vat_fen) == (-invoice.gross_fen, -invoice.vat_fen)
    assert balance_of(AccountKey("161", "35", VAT)) == 0 == trial_balance()


ATTACKS = [
    "UPDATE settlement_invoice SET gross_fen = gross_fen + 1, net_fen = net_fen + 1",
    "UPDATE settlement_invoice SET facts = '{}'",
    "UPDATE settlement_invoice SET state = 'GONE'",
    "UPDATE settlement_invoice SET issued_at = now()",
    "DELETE FROM settlement_invoice",
    "TRUNCATE settlement_invoice CASCADE",
    "UPDATE settlement_invoiceline SET vat_fen = 0, net_fen = gross_fen",
    "DELETE FROM settlement_invoiceline",
    "INSERT INTO settlement_invoiceline (invoice_id, kind, rate, net_fen, vat_fen, gross_fen)"
    " SELECT id, 'unbilled', 90, 100, 9, 109 FROM settlement_invoice",
]
COPY = (
    "INSERT INTO settlement_invoice (ref, state, owner, lease_token, failures, number, kind, of_id, key, operator,"
    " province, case_ref, voucher, facts, lang, net_fen, vat_fen, gross_fen, issued_at, issued_by)"
    " SELECT 'x', 'ISSUED', '', 0, 0, 'x', %s, {of}, 'x', operator, province, {case}, voucher, '{{}}', 'zh',"
    " %s, %s, %s, now(), 'x' FROM settlement_invoice LIMIT 1 RETURNING id"
)
LINE = (
    "INSERT INTO settlement_invoiceline (invoice_id, kind, rate, net_fen, vat_fen, gross_fen)"
    " VALUES (%s, %s, %s, %s, %s, %s)"
)
FORGED = {
    "a red note of nothing": ("NULL", "case_ref", "red", (-100, -9, -109), ("bills", 90)),
    "a red note above zero": ("id", "case_ref", "red", (100, 9, 109), ("bills", 90)),
    "a second invoice": ("NULL", "case_ref", "final", (100, 9, 109), ("bills", 90)),
    "more than there is": ("id", "case_ref", "red", (-10001, -900, -10901), ("bills", 90)),
    "tax alone": ("id", "case_ref", "red", (0, -901, -901), ("bills", 90)),
    "another kind": ("id", "case_ref", "red", (-100, -9, -109), ("unbilled", 90)),
    "another rate": ("id", "case_ref", "red", (-100, -6, -106), ("bills", 60)),
    "another case": ("id", "'other'", "red", (-100, -9, -109), ("bills", 90)),
    "no lines": ("NULL", "'other'", "final", (100, 9, 109), None),
}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("attack", ATTACKS)
def test_what_was_issued_is_changed_by_nobody_s_04(invoice: Invoice, connect: Connect, role: str, attack: str) -> None:
    with pytest.raises(psycopg2.Error) as refused, connect(role) as raw, raw.cursor() as cursor:
        cursor.execute(attack)
    assert refused.value.pgcode in ("42501", "23000")
    assert Invoice.objects.get().gross_fen == 16568


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("what", FORGED)
def test_no_red_note_is_forged_s_04(invoice: Invoice, connect: Connect, role: str, what: str) -> None:
    of, case, kind, sums, line = FORGED[what]
    with pytest.raises(psycopg2.IntegrityError), connect(role) as raw, raw.cursor() as cursor:
        cursor.execute(COPY.format(of=of, case=case), (kind, *sums))
        made = cursor.fetchone()
        if made and line:
            cursor.execute(LINE, (made[0], *line, *sums))
    assert Invoice.objects.count() == 1


def test_a_lawful_red_note_by_raw_sql_goes_in_so_the_attacks_fail_for_their_reason(
    invoice: Invoice, connect: Connect
) -> None:
    with connect("app") as raw, raw.cursor() as cursor:
        cursor.execute(COPY.format(of="id", case="case_ref"), ("red", -10000, -900, -10900))
        made = cursor.fetchone()
        assert made is not None
        cursor.execute(LINE, (made[0], "bills", 90, -10000, -900, -10900))
    assert invoice.reds.count() == 1
