"""The invoice on paper and on pages: one signed sheet, a code that leads to its check, each sees their own (S-04)."""

from __future__ import annotations

import hashlib
import io

import pytest
import typst
from django.test import Client
from pypdf import PdfReader

from portal.models import AuditEntry
from portal.roles import Role
from portal.signing import is_genuine
from settlement.models import Invoice, InvoicePaper
from settlement.queries_invoices import invoices_visible_to
from settlement.services.invoice_papers import FONTS, TEMPLATE, address_of, print_due, render, sources_of
from tests import qr
from tests.closure.test_certificate import DPI, points
from tests.overseen import entered
from tests.settlement.books import ROBOT, person
from tests.settlement.test_invoicing import charged, given_back, issued


@pytest.fixture
def invoice(database: object) -> Invoice:
    """An invoice of Fujian's company, printed."""
    charged()
    made = issued()
    print_due(by=ROBOT)
    return made


def text_of(invoice: Invoice) -> str:
    """What the one sheet of its paper says."""
    (sheet,) = PdfReader(io.BytesIO(bytes(InvoicePaper.objects.get(invoice=invoice).pdf))).pages
    return sheet.extract_text()


def page(client: Client, where: str, status: int = 200) -> str:
    """A page, as it must answer."""
    answer = client.get(where)
    assert answer.status_code == status, where
    return answer.content.decode()


def test_it_is_one_signed_sheet_stored_once(invoice: Invoice) -> None:
    paper = InvoicePaper.objects.get()
    assert is_genuine(bytes(paper.pdf)) and not is_genuine(bytes(paper.pdf)[:-9] + b"A" + bytes(paper.pdf)[-8:])
    assert paper.sha256 == hashlib.sha256(bytes(paper.pdf)).hexdigest()
    assert (render(invoice, by=ROBOT).pk, print_due(by=ROBOT)) == (paper.pk, 0)
    assert paper.sha256 in AuditEntry.objects.get(verb="invoice.printed").facts


def test_two_who_print_at_once_store_one(invoice: Invoice) -> None:
    red = given_back(invoice, 5450)
    first, second = (Invoice.objects.get(pk=red.pk) for _ in range(2))
    render(first, by=ROBOT)
    assert (render(second, by=ROBOT).invoice_id, InvoicePaper.objects.count()) == (red.pk, 2)
    assert Invoice.objects.get(pk=red.pk).state == "ARCHIVED"


def test_it_says_sums_tax_and_that_a_demo_is_no_tax_document_s_04(invoice: Invoice) -> None:
    said = text_of(invoice)
    assert [one for one in ("165.68", "13.68", "9%", invoice.number, "演示，不作税务凭证") if one not in said] == []


def test_a_red_note_names_its_invoice_and_fits_one_sheet_s_04(invoice: Invoice) -> None:
    red = given_back(invoice, 5450)
    print_due(by=ROBOT)
    said = text_of(red)
    assert [one for one in ("红字发票", "−54.50", invoice.number, red.number) if one not in said] == []


def test_its_code_is_the_address_of_the_public_check(invoice: Invoice) -> None:
    drawn = typst.compile(  # type: ignore[call-overload]
        TEMPLATE.read_bytes(),
        font_paths=[str(FONTS)],
        sys_inputs=sources_of(invoice),
        ignore_system_fonts=True,
        format="png",
        ppi=DPI,
    )
    sheet = ["".join("01"[dark] for dark in row) for row in points(drawn)]
    assert qr.read(sheet).text == address_of(invoice)
    assert address_of(invoice) in text_of(invoice)


def test_anybody_checks_it_and_sees_masked_facts_and_its_red_notes(invoice: Invoice) -> None:
    where = f"/i/{invoice.ref}"
    assert "这张发票是真的" in page(Client(), where) and "红字" not in page(Client(), where)
    red = given_back(invoice, 5450)
    assert red.number in page(Client(), where)
    assert "查不到" in page(Client(), "/i/" + "0" * 26, 404)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_finance_reads_list_invoice_and_paper(invoice: Invoice, lang: str) -> None:
    given_back(invoice, 5450)
    client = entered("finance")
    client.get(f"/language/switch?to={lang}&next=/accessibility")
    assert invoice.number in page(client, "/settlement/invoices")
    assert "165.68" in page(client, f"/settlement/invoices/{invoice.number}")
    answer = client.get(f"/settlement/invoices/{invoice.number}/pdf")
    assert answer.content == bytes(InvoicePaper.objects.get().pdf)


def test_another_operators_finance_sees_none_of_it(invoice: Invoice) -> None:
    rows = {one: invoices_visible_to(person(operator=one)).count() for one in ("161", "163")}
    assert rows == {"161": 1, "163": 0}
    regulators = [person(role=Role.PROVINCIAL_REGULATOR, operator="", province=one) for one in ("35", "32")]
    assert [invoices_visible_to(one).count() for one in regulators] == [1, 0]


def test_only_the_provinces_regulator_opens_it(invoice: Invoice) -> None:
    where = f"/settlement/invoices/{invoice.number}"
    page(entered("fujian"), where)
    page(entered("clerk"), where, 403)
    page(entered("finance"), "/settlement/invoices/FP000000-00000000-1", 404)
