"""Step 1a: the holder, a verified contact number, where the person is (C-05, C-08)."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from closure.forms.identity import IdentityForm
from closure.models import Case
from closure.pages.opening import to_sign_in
from closure.queries import draft_of
from closure.services import filing, mandate
from portal.errors import TongbanError
from portal.lexicon import say
from portal.queries.people import account_of
from portal.queries.places import province_choices
from portal.requests import PortalRequest, address_of


def start(request: PortalRequest) -> HttpResponse:
    """The old entrance; moved for good."""
    return redirect("closure-identity", permanent=True)


def page(request: PortalRequest) -> HttpResponse:
    """GET: the form, without what the draft already holds (`?change=holder|contact` asks again).

    Template closure/identity.html, context: form (IdentityForm), draft (Case or None), shown [{label, value,
    change_url}] (masked), code_sent (bool), crumb, steps, number, pointed (another number than the signed-in
    line's, C-08), acting (words, C-09). POST `action` is `code`, `continue`, or `own`: close the signed-in line itself
    after all.
    """
    if not request.actor.line_ref:
        return to_sign_in("closure-identity")
    draft = draft_of(request.actor)
    if draft and request.POST.get("action") == "own":
        mandate.drop(draft, by=request.actor)
        filing.point_back(draft, account_of(request.actor), by=request.actor)
        return redirect("closure-identity")
    if draft and (elsewhere := holder_page(draft, request.GET.get("change", ""))):
        return redirect(elsewhere)
    if request.method != "POST":
        return _show(request, draft, _form(request, draft, None))
    draft = filing.open_draft(account_of(request.actor), by=request.actor, language=request.lang)
    form = _form(request, draft, request.POST)
    asked = request.POST.get("action") == "code"
    _store_valid(request, draft, form, asked=asked)
    if form.errors:
        return _show(request, draft, _unknown_only(request, draft, form), status=422)
    if asked:
        return redirect("closure-identity")
    return redirect("closure-confirm")


def holder_page(draft: Case, change: str = "") -> str:
    """Where the holder is named anew when more goes with it: a photo for another line, papers for a mandate (C-08)."""
    row = mandate.of(draft)
    if row is not None:
        return reverse("closure-acting-kind", args=[row.kind]) if change == "holder" else ""
    incomplete = not draft.photo_match and not draft.password_box
    if draft.proof == "other_line" and (change == "holder" or incomplete):
        return reverse("closure-other")
    return reverse("closure-acting") if draft.proof == "papers" else ""


def known_in(draft: Case | None, change: str = "") -> set[str]:
    """The fields the draft already holds and the person does not want to change."""
    known: set[str] = set()
    if draft is None:
        return known
    if draft.name_box and (change != "holder" or draft.proof != "code"):
        known |= {"name", "id_number"}
    if filing.contact_is_the_number(draft):
        return known
    if draft.contact_verified_at and change != "contact":
        known |= {"contact", "code"}
    elif draft.contact_challenge and change != "contact":
        known |= {"contact"}
    return known


def _form(request: PortalRequest, draft: Case | None, data: Any) -> IdentityForm:
    known = known_in(draft, request.GET.get("change", ""))
    initial = {"province": draft.visiting_province} if draft else {}
    provinces = province_choices(request.lang)
    form = IdentityForm(data, known=known, provinces=provinces, lang=request.lang, initial=initial)
    if data is not None and data.get("action") == "code":
        form.fields.pop("code", None)
        form.fields["province"].required = False
    if data is None and "contact" in form.fields:
        form.fields.pop("code", None)
    return form


def _store_valid(request: PortalRequest, draft: Case, form: IdentityForm, *, asked: bool) -> None:
    """Keep what is right even when another field is wrong: nothing has to be typed again."""
    form.full_clean()
    clean, by = form.cleaned_data, request.actor
    try:
        if "name" in clean and "id_number" in clean:
            filing.set_holder(draft, clean["name"], clean["id_number"], by=by)
        if clean.get("province"):
            filing.set_place(draft, clean["province"], by=by)
        contact = clean.get("contact") if "contact" in form.fields else draft.contact
        if asked and contact is not None:
            filing.ask_contact_code(draft, contact, address=address_of(request), by=by)
        if not asked and "code" in clean and "contact" not in form.fields:
            filing.check_contact_code(draft, clean["code"], by=by)
    except TongbanError as error:
        form.blame(error)
    if not asked and "contact" in form.fields and not form.errors:
        form.add_error("contact", say("error.closure.contact_code", request.lang))


def _unknown_only(request: PortalRequest, draft: Case, form: IdentityForm) -> IdentityForm:
    """The same form and its errors, less the fields that are stored by now."""
    for name in known_in(draft) - {"code"}:
        if name in form.fields and name not in form.errors:
            del form.fields[name]
    return form


def _show(request: PortalRequest, draft: Case | None, form: IdentityForm, status: int = 200) -> HttpResponse:
    context = {
        "form": form,
        "draft": draft,
        "shown": _shown(draft, form, request.lang),
        "code_sent": bool(draft and draft.contact_challenge and "contact" not in form.fields),
        "number": (draft or account_of(request.actor)).number.masked,
        "pointed": bool(draft and draft.proof != "code"),
        "acting": _acting(draft, request.lang),
        "steps": [{"state": mark} for mark in ("now", "", "", "", "")],
        "crumb": say("closure.crumb", request.lang, n=1, of=5),
    }
    return render(request, "closure/identity.html", context, status=status)


def _acting(draft: Case | None, lang: str) -> str:
    """How the signed-in person acts for the holder, in words; "" for the holder themself."""
    row = mandate.of(draft) if draft else None
    return say(f"closure.acting.{row.kind}", lang) if row else ""


def _shown(draft: Case | None, form: IdentityForm, lang: str) -> list[dict[str, str]]:
    rows = []
    if draft and draft.name_box and "name" not in form.fields:
        rows.append(
            {"label": say("closure.form.name", lang), "value": draft.name.masked, "change_url": "?change=holder"}
        )
        rows.append(
            {"label": say("closure.form.id", lang), "value": draft.id_number.masked, "change_url": "?change=holder"}
        )
    if draft and draft.contact_box and "contact" not in form.fields:
        value = draft.contact.masked
        rows.append({"label": say("closure.form.contact", lang), "value": value, "change_url": "?change=contact"})
    return rows
