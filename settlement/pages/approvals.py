"""What needs a second person: asking for it, the list of what waits, and the decision (D-10)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render

from portal.errors import Invalid, Missing
from portal.keyset import page_of
from portal.lexicon import say
from portal.pages.repeats import saw
from portal.permissions import roles_of
from portal.requests import PortalRequest, typed
from portal.rules.money import grouped
from settlement.forms import ReasonForm, RefundVerdictForm, VerdictForm
from settlement.models import Account, Approval, Payout, Statement, Transfer
from settlement.pages.shown import books_frame, paging
from settlement.queries import numbers_of, visible_to
from settlement.queries_books import approvals_visible_to
from settlement.queries_statements import statements_visible_to
from settlement.services.approvals import ask_reversal, ask_settling, decide, settling_legs
from settlement.services.statement_papers import title_of
from settlement.states import ASKED
from settlement.words import account_words, company_words, largest_leg, purpose_words

HERE = "settlement-approvals"


def reversal(request: PortalRequest, ref: str) -> HttpResponse:
    """Ask to reverse a transfer: what would be posted, and why; → the transfer. 404 outside the scope."""
    transfer = visible_to(request.actor).filter(ref=ref).first()
    if transfer is None:
        raise Missing("error.missing")
    form = ReasonForm(typed(request), lang=request.lang)
    if request.method == "POST" and form.is_valid():
        try:
            ask_reversal(ref, form.cleaned_data["reason"], by=request.actor)
        except Invalid as error:
            form.blame(error)
        else:
            return redirect("settlement-transfer", ref)
    context = books_frame(request, "settlement-transfers") | {
        "form": form,
        "transfer": transfer,
        "purpose": purpose_words(transfer, request.lang),
        "legs": _opposite(transfer, request.lang),
    }
    return render(request, "settlement/reversal.html", context, status=422 if form.errors else 200)


def settling(request: PortalRequest, number: str) -> HttpResponse:
    """Ask to settle a statement: who would pay and get what, and why; → the statement. 404 outside the scope."""
    statement = statements_visible_to(request.actor).filter(number=number).first()
    if statement is None:
        raise Missing("error.missing")
    form = ReasonForm(typed(request), lang=request.lang)
    if request.method == "POST" and form.is_valid():
        try:
            ask_settling(number, form.cleaned_data["reason"], by=request.actor)
        except Invalid as error:
            form.blame(error)
        else:
            return redirect("settlement-statement", number)
    context = books_frame(request, "settlement-statements") | {
        "form": form,
        "statement": statement,
        "title": title_of(statement, request.lang),
        "cleared": _cleared(statement, request.lang),
    }
    return render(request, "settlement/settling.html", context, status=422 if form.errors else 200)


def listed(request: PortalRequest) -> HttpResponse:
    """Fifty requests a page, the newest first; what waits for this person stands above them."""
    rows = approvals_visible_to(request.actor).prefetch_related("transfer__entries")
    page = page_of(rows, before=request.GET.get("before", ""), after=request.GET.get("after", ""))
    waiting = rows.filter(state=ASKED).order_by("pk")[:50]
    acts = request.actor.role in roles_of("settlement.act")
    numbers = numbers_of({one.payout.case_ref for one in [*waiting, *page.rows] if one.payout})
    context = books_frame(request, HERE) | {
        "waiting": [_row(one, request, numbers) for one in waiting],
        "rows": [_row(one, request, numbers) for one in page.rows if one.state != ASKED],
        "acts": acts,
        "paging": paging(page),
    }
    return render(request, "settlement/approvals.html", context)


def decision(request: PortalRequest, ref: str) -> HttpResponse:
    """One request: what would be posted or paid, who asked and why; → the list.

    POST `outcome` approve or deny, with a reason. Whoever asked sees it without the form. 404 outside the scope.
    """
    row = approvals_visible_to(request.actor).filter(ref=ref).first()
    if row is None:
        raise Missing("error.missing")
    saw(request, row)
    form = (RefundVerdictForm if row.payout else VerdictForm)(typed(request), lang=request.lang)
    if request.method == "POST" and form.is_valid():
        clean = form.cleaned_data
        try:
            decide(ref, approve=clean["outcome"] == "approve", because=clean["because"], by=request.actor)
        except Invalid as error:
            form.blame(error)
        else:
            return redirect("settlement-approvals")
    context = books_frame(request, HERE) | {
        "form": form,
        "legs": _opposite(row.transfer, request.lang) if row.transfer else [],
        "cleared": _cleared(row.statement, request.lang) if row.statement else [],
        "refund": _refund(row.payout, request.lang) if row.payout else [],
        **_row(row, request, numbers_of({row.payout.case_ref}) if row.payout else {}),
    }
    return render(request, "settlement/approval.html", context, status=422 if form.errors else 200)


def _row(row: Approval, request: PortalRequest, numbers: Mapping[str, str]) -> dict[str, Any]:
    subject, fen, number = "", None, ""
    if row.statement is not None:
        subject = title_of(row.statement, request.lang)
    elif row.transfer is not None:
        subject = purpose_words(row.transfer, request.lang)
        fen = largest_leg(row.transfer)
    elif row.payout is not None:
        subject, fen = _route(row.payout, request.lang), row.payout.fen
        number = numbers.get(row.payout.case_ref, "")
    return {
        "number": number,
        "asker": row.asked_label or say("role.subscriber", request.lang),
        "reason": "" if row.payout else row.reason,
        "row": row,
        "subject": subject,
        "fen": fen,
        "open": row.state == ASKED,
        "own": row.asked_by == request.actor.ref,
    }


def _route(payout: Payout, lang: str) -> str:
    return say(f"payout.route.{payout.route}", lang, last4=payout.last4)


def _refund(payout: Payout, lang: str) -> list[dict[str, str]]:
    """What would be paid, where to, by whom and for whom."""
    home, agent = (f"{payout.operator}_{place}" for place in (payout.home_province, payout.province))
    rows = {
        "refund": say("chrome.yuan", lang, yuan=grouped(payout.fen)),
        "refund_to": _route(payout, lang),
        "refund_home": company_words(home, lang),
        "refund_agent": company_words(agent, lang),
    }
    return [{"label": say(f"books.approval.{name}", lang), "value": value} for name, value in rows.items()]


def _opposite(transfer: Transfer, lang: str) -> list[dict[str, Any]]:
    """The legs of the reversal as it would be posted."""
    legs = transfer.entries.select_related("account").order_by("pk")
    return [{"fen": -leg.fen, "credit": leg.fen, **_account(leg.account, lang)} for leg in legs]


def _account(account: Account, lang: str) -> dict[str, Any]:
    code = f"{account.operator}_{account.province}"
    return {"words": account_words(account, lang), "company": company_words(code, lang)}


def _cleared(statement: Statement, lang: str) -> list[dict[str, Any]]:
    """What each company would get (plus) or pay (minus)."""
    return [
        {
            "company": company_words(f"{leg.account.operator}_{leg.account.province}", lang, within=statement.operator),
            "fen": leg.fen,
            "abs": abs(leg.fen),
        }
        for leg in settling_legs(statement)
        if leg.account.kind == "clearing"
    ]
