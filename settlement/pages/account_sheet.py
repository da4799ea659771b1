"""An account's month to take away: its days and its entries as a workbook."""

from __future__ import annotations

from datetime import date

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from portal import clock
from portal.lexicon import say
from portal.requests import PortalRequest
from settlement.models import Account
from settlement.pages.accounts import account_or_404
from settlement.pages.shown import day_of_text, download
from settlement.queries import numbers_of
from settlement.queries_books import entries_within, sheet
from settlement.rules.netting import month_of
from settlement.words import account_words, company_words, month_name, purpose_words
from settlement.workbook import XLSX, Fen, Row, workbook

MOST_ENTRIES = 50_000
"""More are read by the API, page by page."""


@require_safe
def xlsx(request: PortalRequest, pk: int) -> HttpResponse:
    """`?month=2026-10-01`, else the present one; 404 for an account out of scope."""
    row = account_or_404(request, pk)
    first_on, last_on = month_of(day_of_text(request.GET.get("month", "")) or clock.today())
    sheets = [(say("statement.account", request.lang), _days(row, first_on, last_on, request.lang))]
    entries = _entries(row, first_on, last_on, request.lang)
    if entries:
        sheets.append((say("books.legs", request.lang), entries))
    return download(workbook(sheets), XLSX, f"{row.operator}{row.province}-{row.pk}-{first_on:%Y%m}.xlsx")


def _days(row: Account, first_on: date, last_on: date, lang: str) -> list[Row]:
    """The account, its opening balance, a row a day, its closing balance; balances signed, debit positive."""
    found = sheet(row, first_on, last_on)
    head = [say(f"books.{name}", lang) for name in ("day", "n_entries", "side.debit", "side.credit", "balance")]
    company = company_words(f"{row.operator}_{row.province}", lang)
    rows: list[Row] = [
        [one.on.isoformat(), one.n, Fen(one.debit_fen), Fen(one.credit_fen), Fen(one.balance_fen)] for one in found.days
    ]
    return [
        [company, account_words(row, lang), month_name(first_on, lang)],
        head,
        [say("books.opening", lang), None, None, None, Fen(found.opening_fen)],
        *rows,
        [say("books.closing", lang), None, None, None, Fen(found.closing_fen)],
    ]


def _entries(row: Account, first_on: date, last_on: date, lang: str) -> list[Row]:
    """A row an entry, the oldest first; none where there are too many for a sheet."""
    rows = list(entries_within(row, first_on, last_on).order_by("pk")[: MOST_ENTRIES + 1])
    if len(rows) > MOST_ENTRIES:
        return []
    numbers = numbers_of({one.transfer.case_ref for one in rows})
    head = [say(key, lang) for key in ("staff.time", "statement.transfer", "books.amount", "books.number", "books.ref")]
    return [head] + [
        [
            one.transfer.at.astimezone(clock.SHANGHAI).replace(tzinfo=None).isoformat(sep=" ", timespec="seconds"),
            purpose_words(one.transfer, lang),
            Fen(one.fen),
            numbers.get(one.transfer.case_ref, ""),
            one.transfer.ref,
        ]
        for one in rows
    ]
