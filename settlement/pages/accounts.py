"""The accounts: companies, a company's accounts, one account by days, one day by entries."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from portal import clock
from portal.errors import Missing
from portal.keyset import page_of
from portal.requests import PortalRequest
from settlement.models import Account
from settlement.pages.shown import books_frame, day_of_text, paging, sided
from settlement.queries_books import accounts_visible_to, balances, entries_on, sheet
from settlement.rules.books import GROUPS, CompanyRow, by_company, sum_of
from settlement.rules.netting import month_of
from settlement.words import account_words, company_words, month_name, purpose_words

HERE = "settlement-accounts"


@require_safe
def tree(request: PortalRequest) -> HttpResponse:
    """Balances by company; `?company=161_35` opens that company's accounts below."""
    accounts = accounts_visible_to(request.actor)
    found = balances(accounts)
    rows = list(accounts.filter(pk__in=found).order_by("operator", "province", "kind", "counterpart"))
    companies = by_company((_company(row), row.kind, found[row.pk]) for row in rows)
    asked = request.GET.get("company", "")
    known = asked if asked in {one.company for one in companies} else ""
    opened = known or (companies[0].company if len(companies) == 1 else "")
    lang = request.lang
    context = books_frame(request, HERE) | {
        "now": clock.now(),
        "groups": [f"books.group.{one}" for one in GROUPS],
        "rows": [_company_row(one, opened, lang) for one in companies],
        "sum": _company_row(sum_of(companies), "", lang) if len(companies) > 1 else None,
        "opened": company_words(opened, lang) if opened else "",
        "accounts": [
            {"pk": row.pk, "words": account_words(row, lang), **sided(found[row.pk], lang)}
            for row in rows
            if _company(row) == opened
        ],
    }
    return render(request, "settlement/accounts.html", context)


def _company(account: Account) -> str:
    return f"{account.operator}_{account.province}"


def _company_row(row: CompanyRow, opened: str, lang: str) -> dict[str, Any]:
    return {
        "code": row.company,
        "words": company_words(row.company, lang) if row.company else "",
        "fen": row.fen,
        "total": row.total_fen,
        "n": row.accounts,
        "here": row.company == opened,
    }


@require_safe
def account(request: PortalRequest, pk: int) -> HttpResponse:
    """One account's month: opening balance, days, closing balance; `?month=2026-10-01`, else the present one."""
    row = account_or_404(request, pk)
    lang = request.lang
    first_on, last_on = month_of(day_of_text(request.GET.get("month", "")) or clock.today())
    found = sheet(row, first_on, last_on)
    this_month = month_of(clock.today())[0]
    context = books_frame(request, HERE) | _head(row, lang) | {
        "month": month_name(first_on, lang),
        "first_on": first_on,
        "last_on": last_on,
        "opening": sided(found.opening_fen, lang),
        "closing": sided(found.closing_fen, lang),
        "days": [
            {"day": one, "url": _day_url(row, one.on), "balance": sided(one.balance_fen, lang)} for one in found.days
        ],
        "debit_fen": sum(one.debit_fen for one in found.days),
        "credit_fen": sum(one.credit_fen for one in found.days),
        "n": sum(one.n for one in found.days),
        "xlsx": reverse("settlement-account-xlsx", args=[row.pk]) + f"?month={first_on}",
        "months": {
            "older": f"?month={month_of(first_on - timedelta(days=1))[0]}",
            "newer": f"?month={last_on + timedelta(days=1)}" if first_on < this_month else "",
        },
    }  # fmt: skip
    return render(request, "settlement/account.html", context)


@require_safe
def day(request: PortalRequest, pk: int, day: str) -> HttpResponse:
    """The entries of one account on one day, fifty a page, the newest first; 404 for what is no day."""
    row, on = account_or_404(request, pk), day_of_text(day)
    if on is None:
        raise Missing("error.missing")
    lang = request.lang
    before, after = request.GET.get("before", ""), request.GET.get("after", "")
    page = page_of(entries_on(row, on), before=before, after=after)
    context = books_frame(request, HERE) | _head(row, lang) | {
        "on": on,
        "month_url": reverse("settlement-account", args=[row.pk]) + f"?month={month_of(on)[0]}",
        "rows": [{"entry": one, "purpose": purpose_words(one.transfer, lang)} for one in page.rows],
        "paging": paging(page),
    }  # fmt: skip
    return render(request, "settlement/day.html", context)


def account_or_404(request: PortalRequest, pk: int) -> Account:
    """The account; raises Missing outside the scope."""
    row = accounts_visible_to(request.actor).filter(pk=min(pk, 2**63 - 1)).first()
    if row is None:
        raise Missing("error.missing")
    return row


def _head(row: Account, lang: str) -> dict[str, Any]:
    code = _company(row)
    return {
        "account": row,
        "title": account_words(row, lang),
        "company": company_words(code, lang),
        "company_url": reverse("settlement-accounts") + f"?company={code}",
    }


def _day_url(row: Account, on: date) -> str:
    return reverse("settlement-account-day", args=[row.pk, on.isoformat()])
