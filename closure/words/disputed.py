"""Disputes and claims as the pages show them: what, how much, where it stands, until when (C-03, C-06)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.urls import reverse

from closure.models import Case, Claim, Dispute
from closure.models.dispute import CLAIMED, CONTESTED, DISPUTED, ENDED, OPEN, PAYING, PROVED, VOID
from closure.rules.balance import papers_number
from closure.services.claims import may_be_contested, may_be_paid
from closure.services.disputes import reference_of
from closure.words.named import home_said, money
from closure.words.shown import figures_said
from portal.lexicon import say


def rows(case: Case, lang: str) -> list[dict[str, Any]]:
    """Every dispute of a case, the newest first; those taken back are history only."""
    disputes = case.disputes.exclude(state=ENDED).select_related("case").order_by("-number")
    return [row(dispute, lang) for dispute in disputes]


def row(dispute: Dispute, lang: str) -> dict[str, Any]:
    """One dispute: {label, amount, state, text, url, claim_url, document, sha256, words, reference, kind}."""
    case = dispute.case
    amount = money(dispute.fen + dispute.late_fee_fen, lang)
    facts = {
        "home": home_said(case, lang),
        "until_at": _until(dispute),
        "amount": amount,
        "reference": reference_of(dispute),
    }
    claim = Claim.objects.filter(dispute=dispute).first() if dispute.state == CLAIMED else None
    return {
        "label": say(dispute.label, lang, **figures_said(dispute.figures, lang)),
        "amount": amount,
        "kind": "warn" if dispute.state == PROVED else "info",
        "state": say(f"closure.dispute.state.{dispute.state}", lang),
        "text": say(f"closure.dispute.text.{dispute.state}", lang, **facts),
        "why": say(f"closure.dispute.why.{dispute.reason}", lang),
        "reference": facts["reference"],
        "url": reverse("closure-disputed", args=[case.ref, dispute.ref]),
        "claim_url": reverse("closure-claim", args=[case.ref, claim.ref]) if claim else "",
        "document": dispute.document,
        "sha256": dispute.document_sha256,
        "words": dispute.operator_words,
    }


def _until(dispute: Dispute) -> datetime | None:
    """When the one whose turn it is has to be done: the operator, the person, or the operator's supervisor."""
    return dispute.due_at if dispute.state in (PROVED, CONTESTED) else dispute.evidence_due_at


def claim_rows(case: Case, lang: str) -> list[dict[str, Any]]:
    """Claims that are to be paid or were, the newest first."""
    return [claim_row(claim, lang) for claim in case.claims.select_related("case", "dispute").order_by("-pk")]


def claim_row(claim: Claim, lang: str) -> dict[str, Any]:
    """One claim: {label, amount, fen, state, text, url, to_pay, number, document, sha256, dispute_url, contest_url}."""
    case = claim.case
    dispute = claim.dispute if claim.dispute is not None and claim.dispute.state != ENDED else None
    contest_url = reverse("closure-contest", args=[case.ref, claim.ref]) if may_be_contested(claim) else ""
    shown = claim.state if claim.state in (OPEN, DISPUTED, PAYING, VOID) else "PAID"
    to_pay = may_be_paid(claim)
    shown = "WAITS" if claim.state == OPEN and not to_pay else shown
    return {
        "label": say(claim.label, lang, **figures_said(claim.figures, lang)),
        "amount": money(claim.fen, lang),
        "fen": claim.fen,
        "state": say(f"closure.claim.state.{shown}", lang),
        "text": say(f"closure.claim.text.{shown}", lang),
        "url": reverse("closure-claim", args=[case.ref, claim.ref]),
        "to_pay": to_pay,
        "number": papers_number(case.case_no),
        "document": dispute.document if dispute else "",
        "sha256": dispute.document_sha256 if dispute else "",
        "dispute_url": reverse("closure-disputed", args=[case.ref, dispute.ref]) if dispute else "",
        "contest_url": contest_url,
    }
