"""Several numbers in one sitting: adding them, and one page that shows how each of them stands (C-26)."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from closure import states
from closure.forms.sitting import FurtherForm
from closure.models import Case
from closure.queries import draft_of, visible_to
from closure.services import filing, mandate, sitting
from closure.words.named import home_words
from portal.errors import Invalid, Missing, TongbanError
from portal.lexicon import say
from portal.requests import PortalRequest, typed
from realname.authority import Match

WAITS_FOR_PERSON = (states.HELD, states.QUOTED)


def several(request: PortalRequest) -> HttpResponse:
    """GET: template closure/several.html, context: form (FurtherForm), numbers [{ref, number, home}], own (masked).

    POST: adds a number, or with `remove` takes one out. Without a complete draft the person begins with the holder.
    """
    draft = draft_of(request.actor)
    if draft is None or not filing.is_complete(draft) or mandate.of(draft) is not None:
        return redirect("closure-identity")
    if request.POST.get("remove"):
        sitting.remove(draft, request.POST["remove"].replace("\x00", ""), by=request.actor)
        return redirect("closure-several")
    files = request.FILES if request.method == "POST" else None
    checked = draft.photo_match == Match.MATCH
    form = FurtherForm(typed(request), checked=checked, files=files, lang=request.lang)
    if request.method == "POST" and form.is_valid():
        try:
            _add(request, draft, form)
        except TongbanError as error:
            form.blame(error)
        else:
            return redirect("closure-several")
    numbers = [
        {"ref": row.ref, "number": row.number.masked, "home": home_words(row, request.lang)}
        for row in sitting.further_of(draft)
    ]
    context = {"form": form, "numbers": numbers, "own": draft.number.masked}
    return render(request, "closure/several.html", context, status=422 if form.errors else 200)


def _add(request: PortalRequest, draft: Case, form: FurtherForm) -> None:
    clean = form.cleaned_data
    if clean.get("photo") and sitting.take_photo(draft, clean["photo"].read(), by=request.actor) != Match.MATCH:
        raise Invalid("error.sitting.photo", field="photo", rule_id="C-08")
    sitting.add(draft, clean["number"], password=clean.get("password", ""), by=request.actor)


def page(request: PortalRequest, ref: str) -> HttpResponse:
    """Every number of a sitting: template closure/sitting.html, context: items, left (numbers that were not filed).

    An item is {number, home, case_no, state_words, url, todo}. POST files again what was not filed. Who came in by one
    case's number alone sees that case and not the others: for them it is Missing (D-05).
    """
    first = visible_to(request.actor).filter(ref=ref, sitting_ref=ref).first()
    if first is None or request.actor.ref.startswith("case:"):
        raise Missing("error.missing")
    if request.method == "POST":
        sitting.file_all(first, by=request.actor)
        return redirect("closure-sitting", ref)
    rows = sitting.cases_of(ref)
    items = [_item(case, request.lang) for case in rows if case.state != states.DRAFT]
    left = [case.number.masked for case in rows if case.state == states.DRAFT]
    return render(request, "closure/sitting.html", {"items": items, "left": left, "polling": False})


def _item(case: Case, lang: str) -> dict[str, Any]:
    waits = case.state in WAITS_FOR_PERSON
    return {
        "number": case.number.masked,
        "home": home_words(case, lang),
        "case_no": case.case_no,
        "state_words": say(f"closure.state.{case.state}", lang),
        "todo": say("closure.several.todo", lang) if waits else "",
        "url": reverse("closure-result" if waits else "closure-progress", args=[case.ref]),
    }
