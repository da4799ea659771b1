"""What every oversight page shows: whose it is, in which scope, and the way to the others."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from portal.keyset import Page
from portal.lexicon import say
from portal.requests import PortalRequest
from portal.roles import Role

TABS = (
    "oversight",
    "oversight-evidence-list",
    "oversight-obstructions",
    "oversight-branches",
    "oversight-satisfaction",
    "settlement-statements",
    "oversight-chain",
)


def staff_frame(request: PortalRequest, here: str) -> dict[str, Any]:
    """The context of templates/staff.html for these pages."""
    tabs = [
        {"url": reverse(name), "words": say(f"oversight.tab.{name}", request.lang), "here": name == here}
        for name in TABS
    ]
    return {"who": request.actor.label, "tabs": tabs, "scope": scope_words(request)}


def scope_words(request: PortalRequest) -> str:
    """Whose rows these are, in words."""
    if request.actor.role == Role.PROVINCIAL_REGULATOR:
        return say(
            "oversight.scope.province", request.lang, province=place("province", request.actor.province, request)
        )
    return say("oversight.scope.all", request.lang)


def place(kind: str, code: str, request: PortalRequest) -> str:
    """The name of an operator or a province; its code where the lexicon has none."""
    try:
        return say(f"{kind}.{code}", request.lang)
    except KeyError:
        return code


def bss_words(operator: str, province: str, request: PortalRequest) -> str:
    """`甲网 福建`."""
    return f"{place('operator', operator, request)} {place('province', province, request)}"


def paging(page: Page[Any]) -> dict[str, str]:
    """Links to the pages beside this one, as query strings."""
    return {
        "older": f"?before={page.older}" if page.older is not None else "",
        "newer": f"?after={page.newer}" if page.newer is not None else "",
    }


def asked_words(name: str, lang: str) -> str:
    """A question or an order in words; its own name where the lexicon has none."""
    try:
        return say(f"staff.asked.{name}", lang)
    except KeyError:
        return name


def by_words(role: str, lang: str) -> str:
    """Who did it, by role."""
    try:
        return say(f"role.{role}", lang)
    except KeyError:
        return role
