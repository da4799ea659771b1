"""The case's home: newest first, who has it, until when, and what happens if late (UX.md 2.1)."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from closure import states
from closure.models import Case
from closure.pages import shown
from closure.pages.opening import case_or_missing, head, home_said, money
from closure.queries import current_quote, limits_of, movements_of, payout_of
from portal.lexicon import say
from portal.models import Movement
from portal.requests import PortalRequest
from portal.roles import Role

PANELS = (states.SETTLED, states.CLOSING)
WAITS_FOR = {
    states.FILED: "home",
    states.VERIFYING: "home",
    states.HELD: "you",
    states.QUOTED: "you",
    states.PAYING: "provider",
    states.SETTLED: "home",
    states.CLOSING: "home",
}
POLLING = (states.FILED, states.VERIFYING, states.PAYING, states.SETTLED, states.CLOSING)


def page(request: PortalRequest, ref: str) -> HttpResponse:
    """Template closure/progress.html.

    Context: head(), panel (title, text) or None, title, now (timeline event or None), events, charging note, contacts
    sentence, late_text, actions [{words, url, second}], refund (sentence or ""), proof [{name, before, now, same}],
    proof_title, certificate_url, withdraw_url or "", no_withdraw (sentence or ""), polling.
    """
    case = case_or_missing(request, ref)
    if request.GET.get("paid") == "1" and case.state == states.PAYING:
        return redirect("closure-pay", case.ref)
    return render(request, "closure/progress.html", _context(case, request.lang) | head(case, request, "done"))


def _context(case: Case, lang: str) -> dict[str, Any]:
    proof = [_proof_row(row, lang) for row in case.proof_lines]
    undoing = case.state in (states.WITHDRAWN, states.LAPSED) and not proof
    return {
        "title": say(f"closure.progress.{case.state}", lang, home=home_said(case, lang)),
        "text": _text(case, lang),
        "is_panel": case.state in (*PANELS, states.CLOSED),
        "events": _events(case, lang),
        "charging": shown.charging(case, lang) if case.state in states.OPEN else None,
        "contacts": say("closure.contacts", lang, n=case.contacts_made),
        "reckoned": [line for limit in limits_of(case) for line in limit.arithmetic],
        "late_text": _if_late(case, lang),
        "actions": _actions(case, lang),
        "refund": _refund(case, lang),
        "proof": proof,
        "certificate_url": reverse("closure-certificate", args=[case.ref]) if case.state == states.CLOSED else "",
        "withdraw_url": reverse("closure-withdraw", args=[case.ref]) if case.state in states.BEFORE_MONEY else "",
        "no_withdraw": say("closure.no_withdraw", lang) if case.state in (states.PAYING, *PANELS) else "",
        "polling": case.state in POLLING or undoing or (case.state == states.CLOSED and case.due_at is not None),
    }


def _if_late(case: Case, lang: str) -> str:
    """The regulator hears of a late province; a person's own limit has its own end."""
    if case.state not in states.OPEN:
        return ""
    own = {states.HELD: "closure.if_late_held", states.QUOTED: "closure.if_late_quoted"}
    return say(own.get(case.state, "closure.if_late"), lang)


def _text(case: Case, lang: str) -> str:
    facts = {"home": home_said(case, lang), "limit_at": case.limit_at, "ended_at": case.ended_at}
    if case.state in PANELS and case.limit_at is None:
        return say("closure.progress.soon", lang, **facts)
    return say(f"closure.progress.{case.state}_text", lang, **facts)


def _events(case: Case, lang: str) -> list[dict[str, Any]]:
    rows = list(movements_of(case))
    past = [_event(row, lang) for row in reversed(rows)]
    return [_now(case, lang), *past] if case.state in states.OPEN else past


def _now(case: Case, lang: str) -> dict[str, Any]:
    """What is waited for: whose turn, the limit, how long it still is."""
    waits = WAITS_FOR[case.state]
    who = home_said(case, lang) if waits == "home" else say(f"closure.who.{waits}", lang)
    return {
        "title": say(f"closure.waiting.{case.state}", lang),
        "who": who,
        "at": None,
        "limit_at": case.limit_at,
        "left": shown.left(case.limit_at, lang) if case.limit_at else "",
        "is_now": True,
    }


def _event(row: Movement, lang: str) -> dict[str, Any]:
    who = "you" if row.by_role == Role.SUBSCRIBER else "system"
    return {
        "title": say(f"closure.event.{row.to_state}", lang),
        "who": say(f"closure.who.{who}", lang),
        "at": row.at,
        "is_now": False,
    }


def _actions(case: Case, lang: str) -> list[dict[str, Any]]:
    """The one thing to do next, if it is the person's turn."""
    names = {states.HELD: "closure-result", states.QUOTED: "closure-result", states.PAYING: "closure-pay"}
    if case.state in (states.FILED, states.VERIFYING):
        names[case.state] = "closure-result"
    name = names.get(case.state)
    return [{"words": say(f"closure.go.{case.state}", lang), "url": reverse(name, args=[case.ref])}] if name else []


def _refund(case: Case, lang: str) -> str:
    """Route, last digits and the day it arrives (C-05)."""
    quote, payout = current_quote(case), payout_of(case)
    if case.state != states.CLOSED or quote is None or quote.total_fen >= 0:
        return ""
    amount = money(-quote.total_fen, lang)
    route = say(f"closure.route.{case.refund_route or 'card'}", lang, last4=case.refund_last4)
    if payout is None or payout.arrives_by_on is None:
        return say("closure.refund_soon", lang, amount=amount, route=route)
    key = "closure.refund_done" if payout.state == "PAID" else "closure.refund_on_way"
    return say(key, lang, amount=amount, route=route, arrives_on=payout.arrives_by_on)


def _proof_row(row: dict[str, Any], lang: str) -> dict[str, Any]:
    """One line of the proof: at filing, now, equal (C-12)."""
    name = row["name"]
    return {
        "name": say(f"closure.proof.{name}", lang),
        "before": _value(name, row["before"], lang),
        "now": _value(name, row["now"], lang),
        "same": row["same"],
    }


def _value(name: str, value: Any, lang: str) -> str:
    if value is None:
        return say("closure.proof.unknown", lang)
    if name.endswith("_fen"):
        return money(value, lang)
    if name == "contracts":
        return say("closure.proof.count", lang, n=len(value))
    if name in ("charging", "state"):
        return say(f"closure.proof.{name}.{value}", lang)
    return str(value)
