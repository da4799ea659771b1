"""What belongs to the signed-in number: its things, who looked, what it was told."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from portal import lexicon
from portal.pages.home import address
from portal.pages.showing import show
from portal.queries.mine import LATEST, looks_at_mine
from portal.queries.notices import visible_to
from portal.queries.people import account_of
from portal.requests import PortalRequest

# What /my links to: upwards by URL name, so that an app without pages is simply not there.
ITEMS = (
    ("my.closures", "closure-list"),
    ("my.access", "my-access"),
    ("my.notices", "my-notices"),
)


@require_safe
def my(request: HttpRequest) -> HttpResponse:
    """The person's things, each behind one link."""
    asked = cast(PortalRequest, request)
    rows = _account_rows(asked) if asked.actor.line_ref else []
    items = [{"words": words, "url": address(name)} for words, name in ITEMS if address(name)]
    return show(request, "portal/my.html", {"account": rows, "my_items": items})


def _account_rows(request: PortalRequest) -> list[dict[str, object]]:
    """The signed-in number, masked, and its home; a browser that only opened a case has none."""
    account = account_of(request.actor)
    keys = (f"operator.{account.operator}", f"province.{account.province}")
    return [
        {"label": lexicon.say("my.number", request.lang), "value": account.number},
        {"label": lexicon.say("my.home", request.lang), "value": " ".join(lexicon.say(k, request.lang) for k in keys)},
    ]


@require_safe
def my_access(request: HttpRequest) -> HttpResponse:
    """Who looked at this person's data, when and why (D-02)."""
    asked = cast(PortalRequest, request)
    looks = [
        {"who": one.who, "at": one.at, "what": lexicon.say(f"look.{one.what}", asked.lang), "reason": one.reason}
        for one in looks_at_mine(asked.actor)
    ]
    return show(request, "portal/my_access.html", {"looks": looks})


@require_safe
def my_notices(request: HttpRequest) -> HttpResponse:
    """What this number was told, newest first, word for word."""
    asked = cast(PortalRequest, request)
    return show(request, "portal/my_notices.html", {"notices": visible_to(asked.actor)[:LATEST]})
