"""Step 1b: check the answers; charges stop with this button (C-04)."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render

from closure.models import Case
from closure.pages.opening import head, home_words
from closure.parameters import FREE_SERVICE_HOURS
from closure.queries import draft_of, open_case_of, term, visible_to
from closure.services import filing
from portal.lexicon import say
from portal.requests import PortalRequest
from portal.sessions import remember_case


def page(request: PortalRequest) -> HttpResponse:
    """GET: template closure/confirm.html, context: rows [{label, value, change_url}], draft_ref, head().

    POST `draft`: files that draft once; the same button again leads to the same case.
    """
    draft = draft_of(request.actor)
    if request.method == "POST":
        return _file(request, draft)
    if draft is None or not filing.is_complete(draft):
        return redirect("closure-identity")
    context = head(draft, request, "identity") | {"rows": _rows(draft, request.lang), "draft_ref": draft.ref}
    context["free_hours"] = term(draft, FREE_SERVICE_HOURS)
    return render(request, "closure/confirm.html", context)


def _file(request: PortalRequest, draft: Case | None) -> HttpResponse:
    ref = request.POST.get("draft", "").replace("\x00", "")
    filed = visible_to(request.actor).filter(ref=ref).first()
    if filed is None:
        if draft is None or draft.ref != ref or not filing.is_complete(draft):
            return redirect("closure-identity")
        if (open_case := open_case_of(draft)) is not None:
            return redirect("closure-progress", open_case.ref)
        filed = filing.file(draft, by=request.actor)
    remember_case(request, filed.ref)
    return redirect("closure-result", filed.ref)


def _rows(draft: Case, lang: str) -> list[dict[str, str]]:
    place = say(f"province.{draft.visiting_province}", lang)
    rows = [
        ("number", draft.number.masked, ""),
        ("home", home_words(draft, lang), ""),
        ("holder", draft.name.masked, "holder"),
        ("id", draft.id_number.masked, "holder"),
        ("contact", draft.contact.masked, "contact"),
        ("place", place, "place"),
    ]
    return [
        {
            "label": say(f"closure.confirm.{name}", lang),
            "value": value,
            "change_url": f"/closure/identity?change={change}" if change else "",
        }
        for name, value, change in rows
    ]
