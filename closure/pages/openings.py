"""Where a number can be closed today, and from when elsewhere; the rows are the administrator's to add (C-16)."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render

from closure.forms.openings import OpeningForm, PlaceForm
from closure.models.opening import STORE, WEB
from closure.queries import opening_places, opening_rows
from closure.rules.openings import Opened, state_of
from closure.services import openings
from portal import clock
from portal.errors import Invalid
from portal.lexicon import say
from portal.models import Operator
from portal.requests import PortalRequest, typed
from portal.rules.places import PROVINCES


def page(request: PortalRequest) -> HttpResponse:
    """Template closure/openings.html, context: form, places as _places.html wants them."""
    lang = request.lang
    chosen = {name: request.GET.get(name, "")[:8] for name in ("operator", "province")}
    form = PlaceForm(None, lang=lang, initial=chosen)
    form.offer(*_choices(lang))
    wanted = [
        place for place in opening_places() if all(not chosen[name] or chosen[name] == place[name] for name in chosen)
    ]
    if not wanted and all(chosen.values()) and chosen["province"] in PROVINCES:
        wanted = [chosen]
    places = [_place(place["operator"], place["province"], lang) for place in wanted[:40]]
    return render(request, "closure/openings.html", {"form": form, "places": places})


def edit(request: PortalRequest) -> HttpResponse:
    """The administrator adds a row; the rows in force stand below. POST, then the same page says that it is added."""
    form = OpeningForm(typed(request), lang=request.lang)
    form.offer(*_choices(request.lang))
    if request.method == "POST" and form.is_valid():
        row = form.cleaned_data
        try:
            openings.set_opening(
                row["operator"], row["province"], row["channel"], row["circle"], row["from_on"], by=request.actor
            )
        except Invalid as error:
            form.blame(error)
        else:
            return redirect("/closure/openings/edit?added=1")
    places = [_place(place["operator"], place["province"], request.lang) for place in opening_places()]
    context = {"form": form, "places": places, "added": request.GET.get("added") == "1", "who": request.actor.label}
    return render(request, "closure/openings_edit.html", context, status=422 if form.errors else 200)


def _choices(lang: str) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    codes = Operator.objects.order_by("code").values_list("code", flat=True)
    operators = [("", say("stores.all", lang)), *((code, say(f"operator.{code}", lang)) for code in codes)]
    return operators, [("", say("stores.all", lang)), *((code, say(f"province.{code}", lang)) for code in PROVINCES)]


def _place(operator: str, province: str, lang: str) -> dict[str, Any]:
    return {
        "name": f"{say(f'operator.{operator}', lang)} {say(f'province.{province}', lang)}",
        "routes": [
            {"name": say(f"closure.openings.{channel}", lang), "circles": _circles(operator, province, channel, lang)}
            for channel in (WEB, STORE)
        ],
    }


def _circles(operator: str, province: str, channel: str, lang: str) -> list[dict[str, str]]:
    rows = opening_rows(operator, province, channel)
    states = {name: state_of(rows, single=name == "single", on=clock.today()) for name in ("single", "all")}
    return [
        {
            "name": say(f"closure.openings.{name}", lang),
            "words": _words(opened, lang),
            "kind": "ok" if opened.is_open else "idle",
        }
        for name, opened in states.items()
    ]


def _words(opened: Opened, lang: str) -> str:
    if opened.is_open:
        return say("closure.openings.open", lang)
    if opened.from_on is None:
        return say("closure.openings.unknown", lang)
    return say("closure.openings.from", lang, on=opened.from_on)
