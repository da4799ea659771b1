"""Who contacted the subscriber during a case, and where to tell of a contact that is not there (C-14)."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from closure import states
from closure.forms.contacts import ReportForm
from closure.models import Case
from closure.pages.opening import case_or_missing, head
from closure.parameters import CONTACT_CAP
from closure.queries import term
from closure.services import contacts
from portal.lexicon import say
from portal.requests import PortalRequest, typed


def page(request: PortalRequest, ref: str) -> HttpResponse:
    """Template closure/contacts.html, context: head(), lead, rows, form or None, told. POST tells of a contact."""
    case = case_or_missing(request, ref)
    form = ReportForm(typed(request), lang=request.lang)
    if request.method == "POST" and form.is_valid():
        contacts.report(case, channel=form.cleaned_data["channel"], stay=form.cleaned_data["stay"], by=request.actor)
        return redirect(f"{reverse('closure-contacts', args=[case.ref])}?told=1")
    context = head(case, request, "done") | {
        "lead": say("closure.contacts.lead", request.lang, n=term(case, CONTACT_CAP)),
        "rows": rows_of(case, request.lang),
        "form": form if case.state in states.OPEN or case.state == states.CLOSED else None,
        "told": request.GET.get("told") == "1",
    }
    return render(request, "closure/contacts.html", context, status=422 if form.errors else 200)


def rows_of(case: Case, lang: str) -> list[dict[str, Any]]:
    """The log, newest first: when, who, how, why, with what outcome."""
    return [
        {
            "at": row.at,
            "who": f"{row.who} {row.store}".strip() or say("closure.contacts.reported", lang),
            "channel": say(f"contact.channel.{row.channel}", lang),
            "purpose": say(f"contact.purpose.{row.purpose}", lang),
            "outcome": _outcome(row.refused, row.outcome, lang),
        }
        for row in case.contact_log.order_by("-at", "-pk")
    ]


def _outcome(refused: bool, outcome: str, lang: str) -> str:
    if refused:
        return say("closure.contacts.refused", lang)
    return say(f"contact.outcome.{outcome}", lang) if outcome else ""
