"""What every page of a case begins with: the case, or the same 404 for an absent one and a stranger's."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from closure import states
from closure.models import Case
from closure.queries import visible_to
from closure.words.named import home_said, home_words
from portal.errors import Missing
from portal.lexicon import say
from portal.pages.repeats import saw
from portal.requests import PortalRequest

STEPS = ("identity", "result", "unbind", "pay", "done")


def case_or_missing(request: PortalRequest, ref: str) -> Case:
    """The case behind an address; Missing (404) when there is none or it is not this actor's."""
    case = visible_to(request.actor).filter(ref=ref).first()
    if case is None:
        raise Missing("error.missing")
    saw(request, case)
    return case


def to_sign_in(back: str) -> HttpResponse:
    """A browser that only reads its closed case signs in with a line before it files another."""
    return redirect(f"{reverse('sign-in')}?next={reverse(back)}")


def head(case: Case, request: PortalRequest, step: str) -> dict[str, Any]:
    """The parts every page shows: steps, crumb, masked number, home, case number."""
    place = STEPS.index(step)
    marks = ["done"] * place + ["now"] + [""] * (len(STEPS) - place - 1)
    return {
        "case": case,
        "steps": [{"state": mark} for mark in marks],
        "crumb": say("closure.crumb", request.lang, n=place + 1, of=len(STEPS)),
        "number": case.number.masked,
        "home": home_words(case, request.lang),
        "home_said": home_said(case, request.lang),
        "case_no": case.case_no or "",
        "can_withdraw": case.state in states.BEFORE_MONEY,
    }
