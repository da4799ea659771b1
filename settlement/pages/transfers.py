"""The transfers: the list, and one with its entries, its papers' number and what undid it. No personal data."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portal.errors import Missing
from portal.keyset import page_of
from portal.permissions import roles_of
from portal.requests import PortalRequest
from settlement.ledger import SETTLE
from settlement.models import Account, Transfer
from settlement.pages.shown import books_frame, paging
from settlement.queries import number_of, numbers_of, transfers_under, visible_to
from settlement.queries_books import approvals_visible_to, transfers_near
from settlement.queries_statements import statements_holding, statements_visible_to
from settlement.states import ASKED
from settlement.words import account_words, company_words, largest_leg, people_words, purpose_words

HERE = "settlement-transfers"
LONGEST_NUMBER = 24
MOST_UNDER_ONE = 1000


@require_safe
def listed(request: PortalRequest) -> HttpResponse:
    """Fifty transfers a page, the newest first; `?number=` those under one paper's number (C-18)."""
    number = request.GET.get("number", "").strip()[:LONGEST_NUMBER]
    before, after = request.GET.get("before", ""), request.GET.get("after", "")
    if number:
        under = list(transfers_under(number).values_list("pk", flat=True)[:MOST_UNDER_ONE])
        rows = visible_to(request.actor).filter(pk__in=under)
    else:
        rows = transfers_near(request.actor, before=before, after=after)
    page = page_of(rows.prefetch_related("entries"), before=before, after=after)
    lang, numbers = request.lang, numbers_of({row.case_ref for row in page.rows})
    context = books_frame(request, HERE) | {
        "number": number,
        "rows": [
            {
                "row": row,
                "purpose": purpose_words(row, lang),
                "fen": largest_leg(row),
                "number": numbers.get(row.case_ref, ""),
            }
            for row in page.rows
        ],
        "paging": paging(page, number=number),
    }
    return render(request, "settlement/transfers.html", context)


@require_safe
def transfer(request: PortalRequest, ref: str) -> HttpResponse:
    """One transfer; 404 outside the scope."""
    row = visible_to(request.actor).select_related("reverses").filter(ref=ref).first()
    if row is None:
        raise Missing("error.missing")
    lang = request.lang
    legs = list(row.entries.select_related("account").order_by("pk"))
    undoing = Transfer.objects.filter(reverses=row).first()
    requests = list(approvals_visible_to(request.actor).filter(transfer=row).order_by("-pk"))
    acts = request.actor.role in roles_of("settlement.act")
    own = all(leg.account.operator == request.actor.operator for leg in legs)
    free = row.reverses_id is None and undoing is None and row.purpose != SETTLE
    context = books_frame(request, HERE) | {
        "row": row,
        "purpose": purpose_words(row, lang),
        "number": number_of(row.case_ref) if row.case_ref else "",
        "by": people_words([row.by_ref], lang).get(row.by_ref, ""),
        "legs": [{"fen": leg.fen, "credit": -leg.fen, **_account(leg.account, lang)} for leg in legs],
        "debit_fen": sum(leg.fen for leg in legs if leg.fen > 0),
        "undoing": undoing,
        "requests": requests,
        "acts": acts,
        "statements": statements_holding(row, statements_visible_to(request.actor)),
        "may_ask": acts and own and free and not any(one.state == ASKED for one in requests),
    }
    return render(request, "settlement/transfer.html", context)


def _account(account: Account, lang: str) -> dict[str, Any]:
    code = f"{account.operator}_{account.province}"
    return {"account": account, "words": account_words(account, lang), "company": company_words(code, lang)}
