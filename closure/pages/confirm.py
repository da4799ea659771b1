"""Step 1b: check the answers; charges stop with this button (C-04)."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from closure.models import Case
from closure.pages.opening import head
from closure.parameters import AGAIN_MONTHS, FREE_SERVICE_HOURS
from closure.queries import draft_of, open_case_of, term, visible_to
from closure.services import charging, filing, mandate, openings, sitting
from closure.words.named import home_words
from portal.errors import Conflict
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
    context["may_add"] = mandate.of(draft) is None
    context["free_hours"] = term(draft, FREE_SERVICE_HOURS)
    context["is_second"] = charging.is_second(draft)
    context["months"] = term(draft, AGAIN_MONTHS)
    if not openings.opened_for_anybody(draft).is_open:
        return redirect(_to_openings(draft))
    return render(request, "closure/confirm.html", context)


def _file(request: PortalRequest, draft: Case | None) -> HttpResponse:
    ref = request.POST.get("draft", "").replace("\x00", "")
    filed = visible_to(request.actor).filter(ref=ref).first()
    if filed is None:
        if draft is None or draft.ref != ref or not filing.is_complete(draft):
            return redirect("closure-identity")
        if (open_case := open_case_of(draft)) is not None:
            return redirect("closure-progress", open_case.ref)
        if not openings.opened_for_anybody(draft).is_open:
            openings.turn_away(draft, by=request.actor)
            return redirect(_to_openings(draft))
        filed = _filed_once(request, draft)
    remember_case(request, filed.ref)
    if filed.sitting_ref:
        return redirect("closure-sitting", filed.sitting_ref)
    return redirect("closure-result", filed.ref)


def _filed_once(request: PortalRequest, draft: Case) -> Case:
    """The case of this draft: filed by this press, or by one that was quicker meanwhile (UX 6.16)."""
    try:
        return sitting.file_all(draft, by=request.actor)
    except Conflict:
        filed = visible_to(request.actor).filter(ref=draft.ref).first()
        if filed is None:
            raise
        return filed


def _to_openings(draft: Case) -> str:
    """Where the open routes of a home province stand, with the dates of the others (C-16)."""
    return f"{reverse('closure-openings')}?{urlencode({'operator': draft.operator, 'province': draft.province})}"


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
    words = [
        {
            "label": say(f"closure.confirm.{name}", lang),
            "value": value,
            "change_url": f"/closure/identity?change={change}" if change else "",
        }
        for name, value, change in rows
    ]
    further = [row.number.masked for row in sitting.further_of(draft)]
    together = {"label": say("closure.several.row", lang), "value": " ".join(further)}
    return [*words, {**together, "change_url": reverse("closure-several")}] if further else words
