"""The store finder: own stores only (C-16)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from portal import lexicon
from portal.forms.stores import StoresForm
from portal.pages.errors import lang_of
from portal.pages.showing import show
from portal.queries.stores import Store, all_stores, own_stores


@require_safe
def stores(request: HttpRequest) -> HttpResponse:
    """A list filtered by the query string; a code nobody has gives the empty list and says what to do."""
    chosen = {name: request.GET.get(name, "") for name in ("operator", "province", "city")}
    lang = lang_of(request)
    form = StoresForm(
        operators=_named("operator", lang),
        provinces=_named("province", lang),
        cities=_cities(chosen["province"], lang),
        lang=lang,
        initial=chosen,
    )
    rows = [_row(store) for store in own_stores(**chosen)]
    return show(request, "portal/stores.html", {"filters": form, "stores": rows, "count": len(rows)})


def _row(store: Store) -> dict[str, str]:
    return {
        "name": store.name,
        "operator": f"operator.{store.operator}",
        "province": f"province.{store.province}",
        "address": store.address,
        "hours": store.hours,
        "phone": store.phone,
    }


def _cities(province: str, lang: str) -> list[tuple[str, str]]:
    """The cities that have a store, of the chosen province when one is chosen."""
    found = {store.city: store.city_en if lang == "en" else store.city for store in own_stores(province=province)}
    return [("", lexicon.say("stores.all", lang)), *found.items()]


def _named(name: str, lang: str) -> list[tuple[str, str]]:
    codes = sorted({str(getattr(store, name)) for store in all_stores()})
    return [("", lexicon.say("stores.all", lang)), *((code, lexicon.say(f"{name}.{code}", lang)) for code in codes)]
