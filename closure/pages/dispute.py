"""Disputing a line of the quote, and what becomes of it: evidence, deadline, claim (C-03, C-15)."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from closure.forms.dispute import AnswerForm, DisputeForm
from closure.forms.money import MethodForm
from closure.models import Case, Claim, Dispute, QuoteLine
from closure.models.dispute import CONTESTED, PAYING, PROVED, SET_ASIDE
from closure.pages.opening import case_or_missing, head
from closure.parameters import EVIDENCE_DAYS
from closure.queries import answers_of, current_quote, term
from closure.rules.dispute import ANSWERS, REASONS, ROAMING, excess_fen
from closure.services import claims, disputes
from closure.words import disputed
from closure.words.shown import line_row
from portal.errors import Missing
from portal.requests import PortalRequest, typed
from settlement.models import Payment


def page(request: PortalRequest, ref: str, position: int) -> HttpResponse:
    """GET: template closure/dispute.html, context: head(), form, line {label, formula, fen}, fen, days, back_url.

    `?part=excess` contests only what an abnormal bill has above the usual. POST: set aside, back to the result.
    """
    case = case_or_missing(request, ref)
    quote = current_quote(case)
    if quote is None:
        return redirect("closure-progress", case.ref)
    line = quote.lines.filter(position=position).first()
    if line is None:
        raise Missing("error.missing")
    excess = request.GET.get("part") == "excess" and line.kind == "bill"
    kind = "excess" if excess else line.kind
    if kind not in REASONS or line.fen <= 0 or case.state != "QUOTED":
        return redirect("closure-result", case.ref)
    form = DisputeForm(typed(request), reasons=REASONS[kind], lang=request.lang, initial={"quote": quote.seq})
    if request.method == "POST" and form.is_valid():
        clean = form.cleaned_data
        disputes.open_dispute(
            case, position, clean["quote"], clean["reason"], excess=excess, words=clean["words"], by=request.actor
        )
        return redirect("closure-result", case.ref)
    return render(request, "closure/dispute.html", _asking(case, line, form, request, excess=excess), status=_of(form))


def _of(form: Any) -> int:
    return 422 if form is not None and form.errors else 200


def _asking(case: Case, line: QuoteLine, form: DisputeForm, request: PortalRequest, *, excess: bool) -> dict[str, Any]:
    row = line_row(line, request.lang)
    fen = min(line.fen, excess_fen(answers_of(case).get("bills"), line.item)) if excess else line.fen
    days = term(case, EVIDENCE_DAYS)
    context = {"form": form, "line": row, "fen": fen, "days": days, "excess": excess}
    return head(case, request, "result") | context | {"back_url": reverse("closure-result", args=[case.ref])}


def contest(request: PortalRequest, ref: str, claim_ref: str) -> HttpResponse:
    """A claim that is not accepted. GET: template closure/dispute.html, context: head(), form, line {label}, fen, days,
    back_url. POST: set aside, to the dispute (C-03, C-06).
    """
    case = case_or_missing(request, ref)
    row = case.claims.select_related("dispute").filter(ref=claim_ref).first()
    if row is None:
        raise Missing("error.missing")
    if not claims.may_be_contested(row):
        return redirect("closure-claim", case.ref, row.ref)
    form = AnswerForm(typed(request), reasons=REASONS[ROAMING], lang=request.lang)
    if request.method == "POST" and form.is_valid():
        clean = form.cleaned_data
        dispute = disputes.contest_claim(row, clean["reason"], words=clean["words"], by=request.actor)
        return redirect("closure-disputed", case.ref, dispute.ref)
    context = head(case, request, "done") | {
        "form": form,
        "line": disputed.claim_row(row, request.lang),
        "fen": row.fen,
        "days": term(case, EVIDENCE_DAYS),
        "claim": True,
        "back_url": reverse("closure-claim", args=[case.ref, row.ref]),
    }
    return render(request, "closure/dispute.html", context, status=_of(form))


def progress(request: PortalRequest, ref: str, dispute_ref: str) -> HttpResponse:
    """GET: template closure/disputed.html, context: head(), dispute (row of disputed.rows), form, can_take_back,
    back_words.

    POST `action`: accept · contest (with a reason) · back (take the dispute back while the case is quoted).
    """
    case = case_or_missing(request, ref)
    dispute = case.disputes.filter(ref=dispute_ref).first()
    if dispute is None:
        raise Missing("error.missing")
    form = AnswerForm(None, reasons=ANSWERS, lang=request.lang) if dispute.state == PROVED else None
    if request.method == "POST":
        form = AnswerForm(request.POST, reasons=ANSWERS, lang=request.lang)
        if (done := _act(request, dispute, form)) is not None:
            return done
    context = head(case, request, "result" if case.state == "QUOTED" else "done") | {
        "dispute": disputed.row(dispute, request.lang),
        "form": form if dispute.state == PROVED else None,
        "can_take_back": _may_be_taken_back(case, dispute),
        "back_words": f"closure.dispute.back_{'claim' if dispute.kind == ROAMING else 'text'}",
    }
    return render(request, "closure/disputed.html", context, status=_of(form))


def _may_be_taken_back(case: Case, dispute: Dispute) -> bool:
    """A line while the case is quoted; a claim at any time (C-06)."""
    standing = dispute.state in (SET_ASIDE, PROVED, CONTESTED)
    return standing and (case.state == "QUOTED" or dispute.kind == ROAMING)


def _act(request: PortalRequest, dispute: Dispute, form: AnswerForm) -> HttpResponse | None:
    """Do what the button says; None when the reason is missing."""
    here = redirect("closure-disputed", dispute.case.ref, dispute.ref)
    action = request.POST.get("action", "")
    if action == "accept":
        disputes.accept(dispute, by=request.actor)
        return redirect("closure-claim", dispute.case.ref, dispute.claim.ref)
    if action == "back":
        disputes.take_back(dispute, by=request.actor)
        if dispute.kind == ROAMING:
            return redirect("closure-claim", dispute.case.ref, dispute.claim.ref)
        return redirect("closure-result", dispute.case.ref)
    if not form.is_valid():
        return None
    disputes.contest(dispute, form.cleaned_data["reason"], words=form.cleaned_data["words"], by=request.actor)
    return here


def claim(request: PortalRequest, ref: str, claim_ref: str) -> HttpResponse:
    """The pay page of a claim. Template closure/claim.html, context: head(), claim (disputed.claim_row), form, pay_url.

    It works after the closing too, for whoever may open the case.
    """
    case = case_or_missing(request, ref)
    row = case.claims.filter(ref=claim_ref).first()
    if row is None:
        raise Missing("error.missing")
    form = MethodForm(typed(request), lang=request.lang) if claims.may_be_paid(row) else None
    if request.method == "POST" and form is not None and form.is_valid():
        claims.pay(row, form.cleaned_data["method"], by=request.actor)
        return redirect("closure-claim", case.ref, row.ref)
    context = head(case, request, "done") | _paying(row, request.lang) | {"form": form}
    return render(request, "closure/claim.html", context, status=_of(form))


def _paying(row: Claim, lang: str) -> dict[str, Any]:
    payment = Payment.objects.filter(ref=row.payment_ref).first() if row.state == PAYING else None
    return {
        "claim": disputed.claim_row(row, lang),
        "pay_url": payment.pay_url if payment else "",
        "limit_at": payment.not_after if payment else None,
        "polling": row.state == PAYING,
        "back_url": reverse("closure-progress", args=[row.case.ref]),
    }
