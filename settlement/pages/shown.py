"""What the pages of the books share: the frame, places in a list, figures with their side."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.urls import reverse

from portal.keyset import Page
from portal.lexicon import say
from portal.pages.home import address
from portal.requests import PortalRequest
from portal.roles import Role
from settlement.queries_books import waiting_approvals

TABS = (
    "settlement-accounts",
    "settlement-transfers",
    "settlement-statements",
    "settlement-invoices",
    "settlement-differences",
    "settlement-late-refunds",
    "settlement-approvals",
)


def books_frame(request: PortalRequest, here: str) -> dict[str, Any]:
    """The context of templates/settlement/frame.html; a tab whose page is not installed is left out."""
    lang, actor = request.lang, request.actor
    waiting = waiting_approvals(actor).exclude(asked_by=actor.ref).count() if actor.role is Role.FINANCE else 0
    tabs = [
        {
            "url": url,
            "words": say(f"books.tab.{name}", lang),
            "here": name == here,
            "n": waiting if name == "settlement-approvals" else 0,
        }
        for name in TABS
        if (url := address(name))
    ]
    back = address("oversight") if actor.role is not Role.FINANCE else ""
    return {"who": actor.label, "nav": tabs, "scope": scope_words(request), "oversight": back}


def scope_words(request: PortalRequest) -> str:
    """Whose books these are."""
    actor, lang = request.actor, request.lang
    if actor.role is Role.FINANCE:
        return say("books.scope.operator", lang, operator=say(f"operator.{actor.operator}", lang))
    if actor.role is Role.PROVINCIAL_REGULATOR:
        return say("books.scope.province", lang, province=say(f"province.{actor.province}", lang))
    return say("books.scope.all", lang)


def paging(page: Page[Any], **also: str) -> dict[str, str]:
    """Links to the pages beside this one; `also` stays in the query string."""
    kept: Mapping[str, str] = {name: value for name, value in also.items() if value}
    return {
        "older": "?" + urlencode({**kept, "before": page.older}) if page.older is not None else "",
        "newer": "?" + urlencode({**kept, "after": page.newer}) if page.newer is not None else "",
    }


def day_of_text(text: str) -> date | None:
    """A day written as 2026-10-31; None for anything else."""
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


def sided(fen: int, lang: str) -> dict[str, Any]:
    """A balance as books show it: the figure without sign, and its side in a word."""
    side = "debit" if fen > 0 else "credit" if fen < 0 else "even"
    return {"fen": abs(fen), "side": say(f"books.side.{side}", lang)}


def download(content: bytes, kind: str, name: str) -> HttpResponse:
    """A file to keep, of this media type and under this name."""
    answer = HttpResponse(content, content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def crumb(name: str, *args: object) -> str:
    """The address of a page above."""
    return reverse(name, args=args)
