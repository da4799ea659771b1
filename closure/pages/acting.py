"""Somebody acts for the holder: four ways, the papers of each, and how far they are (C-09, C-24, C-25)."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render

from closure import mandates, states
from closure.forms.acting import ActingForm, AgentForm, ExceptionForm, PapersForm
from closure.models import Case, Mandate
from closure.pages.opening import case_or_missing, head, to_sign_in
from closure.pages.places import store_facts
from closure.queries import draft_of, latest_findings
from closure.services import exceptions, filing, mandate, papers, standing
from portal.errors import Invalid, Missing, TongbanError
from portal.lexicon import say
from portal.queries.people import account_of
from portal.requests import PortalRequest, typed

SENDABLE = (mandates.GATHERING, mandates.RETURNED)


def choose(request: PortalRequest) -> HttpResponse:
    """Template closure/acting.html, context: kinds (words of the lexicon, `closure.acting.<kind>`)."""
    return render(request, "closure/acting.html", {"kinds": mandates.KINDS})


def begin(request: PortalRequest, kind: str) -> HttpResponse:
    """GET: template closure/acting_form.html, context: form (ActingForm), kind, title, text.

    POST: to the contact step.
    """
    if kind not in mandates.KINDS:
        raise Missing("error.missing")
    if not request.actor.line_ref:
        return to_sign_in("closure-acting")
    draft = draft_of(request.actor)
    there = set(papers.present(draft)) if draft else set()
    files = request.FILES if request.method == "POST" else None
    form = ActingForm(typed(request), kind=kind, there=there, files=files, lang=request.lang)
    if request.method == "POST" and form.is_valid():
        try:
            _begin(request, form)
        except TongbanError as error:
            form.blame(error)
        else:
            return redirect("closure-identity")
    words = {
        name: say(f"closure.acting.{kind}{tail}", request.lang) for name, tail in (("title", ""), ("text", "_text"))
    }
    context = {"form": form, "kind": kind, "number": account_of(request.actor).number.masked} | words
    return render(request, "closure/acting_form.html", context, status=422 if form.errors else 200)


def _begin(request: PortalRequest, form: ActingForm) -> None:
    """A delegate has the holder's own phone at hand; the others may name a number they cannot sign in with."""
    clean, by = form.cleaned_data, request.actor
    account = account_of(by)
    draft = filing.open_draft(account, by=by, language=request.lang)
    number, holder = clean.get("number", account.number), (clean["name"], clean["id_number"])
    filing.act_for(draft, number, holder=holder, own=number == account.number, by=by)
    _offer(draft, form, by=request)


def _offer(case: Case, form: AgentForm, *, by: PortalRequest) -> None:
    clean = form.cleaned_data
    agent = (clean["agent_name"], clean["agent_id"])
    if clean.get("photo"):
        standing.compare(case, standing.AGENT, agent, clean["photo"].read(), by=by.actor)
    mandate.offer(case, form.kind, agent, form.pictures(), by=by.actor)


def of_case(request: PortalRequest, ref: str) -> HttpResponse:
    """The mandate of a filed case: template closure/acting_case.html.

    Context: head(), title, row (Mandate or None), reason (the clerk's words), until_at, papers [{ref, words, seen}],
    form (AgentForm, PapersForm or None), exception (ExceptionForm or None), store facts. POST sends papers, or with
    `action=exception` asks for an exception.
    """
    case = case_or_missing(request, ref)
    row = mandate.of(case)
    form = _form(request, case, row)
    asked = request.POST.get("action") == "exception"
    exception = _exception(request, case, row, asked=asked)
    if request.method == "POST":
        chosen = exception if asked else form
        if chosen is not None and chosen.is_valid() and _done(request, case, row, chosen):
            return redirect("closure-case-acting", case.ref)
    wrong = any(one is not None and one.is_bound and one.errors for one in (form, exception))
    context = head(case, request, "result") | _row_facts(case, row, request.lang) | store_facts()
    context |= {"form": form, "exception": exception}
    return render(request, "closure/acting_case.html", context, status=422 if wrong else 200)


def _done(request: PortalRequest, case: Case, row: Mandate | None, form: Any) -> bool:
    try:
        if isinstance(form, ExceptionForm):
            exceptions.ask(case, form.cleaned_data["reason"], by=request.actor)
        elif isinstance(form, AgentForm):
            _offer(case, form, by=request)
        elif row is not None:
            agent = (row.agent_name, row.agent_id)
            mandate.offer(case, row.kind, agent, form.pictures(), by=request.actor)
    except Invalid as error:
        form.blame(error)
        return False
    return True


def _form(request: PortalRequest, case: Case, row: Mandate | None) -> PapersForm | None:
    """Papers again after a return; agent and papers where a finding asks for somebody to act."""
    data = None if request.POST.get("action") == "exception" else typed(request)
    more = {"files": request.FILES if data is not None else None, "lang": request.lang}
    if case.state != states.HELD:
        return None
    if row is not None:
        fits = row.state in SENDABLE
        return PapersForm(data, kind=row.kind, there=set(papers.present(case)), **more) if fits else None
    keys = latest_findings(case).values_list("key", flat=True)
    kind = next((mandates.ASKED_BY[key] for key in keys if key in mandates.ASKED_BY), None)
    return AgentForm(data, kind=kind, there=set(papers.present(case)), **more) if kind else None


def _exception(request: PortalRequest, case: Case, row: Mandate | None, *, asked: bool) -> ExceptionForm | None:
    """Offered once, where the policy of the home province is off for a delegate."""
    if row is None or row.kind != mandates.DELEGATE or row.exception or case.state != states.HELD:
        return None
    return None if standing.is_open(case) else ExceptionForm(request.POST if asked else None, lang=request.lang)


def _row_facts(case: Case, row: Mandate | None, lang: str) -> dict[str, Any]:
    sent = [
        {"ref": paper.ref, "words": say(f"closure.paper.{paper.kind}", lang), "seen": paper.original_seen_at}
        for paper in papers.present(case).values()
    ]
    return {
        "title": say(f"closure.acting.state.{row.state}" if row else "closure.acting.title", lang),
        "row": row,
        "reason": mandate.reason_of(row) if row else "",
        "until_at": row.due_at if row else None,
        "papers": sent,
    }


def paper(request: PortalRequest, ref: str) -> HttpResponse:
    """The marked copy as a download that no browser takes for a page."""
    content = papers.read(ref, by=request.actor)
    return HttpResponse(
        content,
        content_type="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{ref}.pdf"', "X-Content-Type-Options": "nosniff"},
    )
