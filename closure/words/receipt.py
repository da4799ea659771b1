"""A receipt: what was paid or is due back, who collected for whom, under which number (C-18, S-01)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count
from django.urls import reverse

from closure import states
from closure.models import Case, Quote
from closure.queries import payment_of, payout_of, settled_quote, settling_link
from closure.rules.balance import papers_number
from closure.words.named import bss_said
from closure.words.shown import route_words
from portal import clock
from portal.lexicon import say
from portal.models import AuditEntry
from settlement.ledger import BOUNCED_REFUND, CASH, PREPAYMENT, PROVIDER, SUSPENSE
from settlement.models import Payment, Transfer
from settlement.queries import transfers_under
from settlement.queries_invoices import invoices_under
from settlement.words_invoices import title_of

GIVEN_BACK = (states.WITHDRAWN, states.LAPSED)


@dataclass(frozen=True)
class Paper:
    """What a receipt rests on: the settling, its quote, its link in the chain, and the payment if there was one."""

    at: datetime
    quote: Quote
    link: AuditEntry
    payment: Payment | None


def paper_of(case: Case) -> Paper | None:
    """The receipt's facts, None before the case is settled."""
    quote, link = settled_quote(case), settling_link(case)
    if case.settled_at is None or quote is None or link is None:
        return None
    return Paper(case.settled_at, quote, link, payment_of(case) if quote.total_fen > 0 else None)


def paper_words(paper: Paper, lang: str) -> str:
    """收据, 退费单, 结清单, or 红字凭证 of a case that ended otherwise."""
    return say(f"closure.receipt.{_kind(paper)}", lang)


def entries(case: Case, lang: str) -> list[dict[str, Any]]:
    """The ledger's transfers under the case's number, numbered as they were written: whole fen, a credit note below
    zero (C-18)."""
    rows = transfers_under(papers_number(case.case_no))
    return [_entry(n, row, lang) for n, row in enumerate(rows, start=1)]


def invoices_of(case: Case, lang: str) -> list[dict[str, Any]]:
    """Invoices and red notes of the case with the address of each paper; "" while it is being printed (S-04)."""
    rows = invoices_under(papers_number(case.case_no)).annotate(printed=Count("paper"))
    return [
        {
            "words": title_of(row, lang),
            "number": row.number,
            "fen": row.gross_fen,
            "url": reverse("closure-invoice-pdf", args=[case.ref, row.number]) if row.printed else "",
        }
        for row in rows
    ]


def _entry(n: int, row: Transfer, lang: str) -> dict[str, Any]:
    """One transfer: what is undone is written in red, as its exact opposite."""
    sums = {entry.account.kind: entry.fen for entry in row.entries.all()}
    whole = next((sums[kind] for kind in (PROVIDER, CASH, BOUNCED_REFUND, SUSPENSE, PREPAYMENT) if sums.get(kind)), 0)
    fen = abs(whole or sum(abs(one) for one in sums.values()) // 2)
    red = row.reverses_id is not None
    return {
        "n": n,
        "words": say(f"closure.entry.{row.purpose}", lang),
        "purpose": row.purpose,
        "at": row.at,
        "fen": -fen if red else fen,
        "ref": row.ref,
        "reverses": row.reverses.ref if row.reverses else "",
    }


def _kind(paper: Paper) -> str:
    if paper.quote.case.state in GIVEN_BACK:
        return "credit"
    return "paid" if paper.quote.total_fen > 0 else "refund" if paper.quote.total_fen < 0 else "none"


def paper_rows(case: Case, paper: Paper, lang: str) -> list[dict[str, str]]:
    """Number, case, line and holder (masked), when, and how the money went."""
    home = bss_said(case.operator, case.province, lang)
    rows = [
        ("number", papers_number(case.case_no)),
        ("case", case.case_no or ""),
        ("line", case.number.masked),
        ("holder", case.name.masked),
        ("at", say("closure.receipt.moment", lang, moment_at=paper.at, year=_year(paper.at))),
    ]
    if paper.payment is not None:
        rows += [
            ("method", say(f"closure.pay.{paper.payment.method}", lang)),
            ("reference", paper.payment.provider_ref or paper.payment.ref),
            ("agent", bss_said(paper.payment.operator, paper.payment.province, lang)),
            ("for", home),
        ]
    elif paper.quote.total_fen < 0:
        rows += [("route", route_words(case, lang, payout_of(case))), ("for_refund", home)]
    return [{"label": say(f"closure.receipt.row.{name}", lang), "value": value} for name, value in rows]


def _year(at: datetime) -> int:
    return at.astimezone(clock.SHANGHAI).year
