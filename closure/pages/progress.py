"""The case's home: newest first, who has it, until when, and what happens if late (UX.md 2.1)."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from closure import states
from closure.models import Case, Satisfaction
from closure.pages import order
from closure.pages.opening import case_or_missing, head
from closure.parameters import CONTACT_CAP
from closure.queries import bounced_payout, limits_of, movements_of, term
from closure.services import untying
from closure.words import disputed, shown, tail
from closure.words.named import home_said, money
from closure.words.receipt import paper_of, paper_words
from closure.words.told import event, refund_note
from closure.words.waiting import WAITS_FOR, if_late
from portal.lexicon import say
from portal.parameters import read_once
from portal.requests import PortalRequest
from portal.work_orders import WorkOrder

PANELS = (states.SETTLED, states.CLOSING)
POLLING = (states.FILED, states.VERIFYING, states.PAYING, states.SETTLED, states.CLOSING)


@read_once()
def page(request: PortalRequest, ref: str) -> HttpResponse:
    """Template closure/progress.html.

    Context: head(), panel (title, text) or None, title, now (timeline event or None), events, charging note, contacts
    sentence, late_text, actions [{words, url, second}], refund {title, text, kind, stores} or None,
    roaming (tail.note), receipt_url, proof [{name, before, now, same}], certificate_url, withdraw_url or "",
    no_withdraw (sentence or ""), polling.
    """
    case = case_or_missing(request, ref)
    if request.GET.get("paid") == "1" and case.state == states.PAYING:
        return redirect("closure-pay", case.ref)
    return render(request, "closure/progress.html", _context(case, request.lang) | head(case, request, "done"))


def told(case: Case, lang: str) -> dict[str, Any]:
    """What somebody may hear who has not opened the case: title, text, events, late_text, case_no; nothing personal."""
    asked = order.asking(case)
    untie = untying.unready(case) if case.state == states.QUOTED and not asked else []
    return {
        **_heading(case, asked, untie, lang),
        "events": _events(case, asked, untie, lang),
        "late_text": _late_text(case, asked, untie, lang),
        "case_no": case.case_no,
    }


def _context(case: Case, lang: str) -> dict[str, Any]:
    proof = [_proof_row(row, lang) for row in case.proof_lines]
    asked = order.asking(case)
    untie = untying.unready(case) if case.state == states.QUOTED and not asked else []
    undoing = case.state in (states.WITHDRAWN, states.LAPSED) and not proof
    return {
        **_heading(case, asked, untie, lang),
        "is_panel": case.state in (*PANELS, states.CLOSED) and not asked,
        "events": _events(case, asked, untie, lang),
        "orders": order.lines(case, lang),
        "charging": shown.charging(case, lang) if case.state in states.OPEN else None,
        "contacts": say("closure.contacts", lang, n=case.contacts_made, cap=term(case, CONTACT_CAP)),
        "reckoned": [line for limit in limits_of(case) for line in limit.arithmetic],
        "late_text": _late_text(case, asked, untie, lang),
        "actions": _actions(case, asked, untie, lang),
        "disputes": disputed.rows(case, lang),
        "claims": disputed.claim_rows(case, lang),
        "refund": refund_note(case, lang),
        "roaming": tail.note(case, lang) if case.settled_at else None,
        **_receipt(case, lang),
        "proof": proof,
        "certificate_url": reverse("closure-certificate", args=[case.ref]) if case.state == states.CLOSED else "",
        **_after(case),
        "withdraw_url": reverse("closure-withdraw", args=[case.ref]) if case.state in states.BEFORE_MONEY else "",
        "no_withdraw": say("closure.no_withdraw", lang) if case.state in (states.PAYING, *PANELS) else "",
        "polling": (case.state in POLLING and not asked)
        or bool(untie)
        or undoing
        or (case.state == states.CLOSED and shown.is_near(case)),
    }


def _after(case: Case) -> dict[str, str]:
    """The question once a case has ended, and the way to have the number back (T-15, C-11)."""
    rate = Satisfaction.objects.filter(case=case, score=None).exists()
    back = case.state == states.CLOSED
    return {
        "satisfaction_url": reverse("closure-satisfaction", args=[case.ref]) if rate else "",
        "have_back_url": reverse("closure-have-back", args=[case.ref]) if back else "",
    }


def _receipt(case: Case, lang: str) -> dict[str, str]:
    paper = paper_of(case)
    if paper is None:
        return {}
    words = say("closure.receipt.see", lang, paper=paper_words(paper, lang))
    return {"receipt_url": reverse("closure-receipt", args=[case.ref]), "receipt_words": words}


def _heading(case: Case, asked: WorkOrder | None, untie: list[WorkOrder], lang: str) -> dict[str, str]:
    """Title and text; an order that waits, for the user or of the home province, goes before the state's own."""
    home = home_said(case, lang)
    if asked:
        title = say("closure.progress.asked", lang)
        return {"title": title, "text": say("closure.progress.asked_text", lang, home=home)}
    if untie:
        limit_at = max((one.due_at for one in untie if one.due_at), default=case.limit_at)
        text = say("closure.progress.ties_text", lang, home=home, limit_at=limit_at)
        return {"title": say("closure.progress.ties", lang), "text": text}
    return {"title": say(f"closure.progress.{case.state}", lang, home=home), "text": _text(case, lang)}


def _late_text(case: Case, asked: WorkOrder | None, untie: list[WorkOrder], lang: str) -> str:
    """The same for an order that waits: late papers are taken, a late province is the regulator's."""
    if asked:
        return say("closure.order.late_person", lang)
    return say("closure.if_late", lang) if untie else if_late(case, lang)


def _text(case: Case, lang: str) -> str:
    facts = {"home": home_said(case, lang), "limit_at": case.limit_at, "ended_at": case.ended_at}
    if case.state in PANELS and case.limit_at is None:
        return say("closure.progress.soon", lang, **facts)
    return say(f"closure.progress.{case.state}_text", lang, **facts)


def _events(case: Case, asked: WorkOrder | None, untie: list[WorkOrder], lang: str) -> list[dict[str, Any]]:
    rows = list(movements_of(case))
    past = [event(row, case, lang) for row in reversed(rows)]
    return [_now(case, asked, untie, lang), *past] if case.state in states.OPEN else past


def _now(case: Case, asked: WorkOrder | None, untie: list[WorkOrder], lang: str) -> dict[str, Any]:
    """What is waited for: whose turn, the limit, how long it still is."""
    waits, what, limit_at = WAITS_FOR[case.state], case.state, case.limit_at
    if case.state == states.HELD and case.owner == "counter":
        waits = what = "counter"
    if asked:
        waits, what, limit_at = "you", "order", asked.due_at
    elif untie:
        waits, what, limit_at = "home", "ties", untie[0].due_at
    who = home_said(case, lang) if waits == "home" else say(f"closure.who.{waits}", lang)
    return {
        "title": say(f"closure.waiting.{what}", lang),
        "who": who,
        "at": None,
        "limit_at": limit_at,
        "left": shown.left(limit_at, lang) if limit_at else "",
        "is_now": True,
    }


def _actions(case: Case, asked: WorkOrder | None, untie: list[WorkOrder], lang: str) -> list[dict[str, Any]]:
    """The one thing to do next, if it is the person's turn."""
    if asked:
        return [{"words": say("closure.go.order", lang), "url": reverse("closure-order", args=[case.ref, asked.ref])}]
    names = {states.HELD: "closure-result", states.QUOTED: "closure-result", states.PAYING: "closure-pay"}
    if case.state in (states.FILED, states.VERIFYING):
        names[case.state] = "closure-result"
    if bounced_payout(case) is not None:
        return [{"words": say("closure.go.refund_again", lang), "url": reverse("closure-refund", args=[case.ref])}]
    name = names.get(case.state)
    if name is None:
        return []
    words = say(f"closure.go.{case.state}", lang)
    return [{"words": words, "url": reverse(name, args=[case.ref]), "second": bool(untie)}]


def _proof_row(row: dict[str, Any], lang: str) -> dict[str, Any]:
    """One line of the proof: at filing, now, equal, or what outside the case explains the difference (C-12)."""
    name = row["name"]
    events = row.get("why", ())
    why = [
        say(f"closure.proof.why.{one['kind']}", lang, change_fen=one["fen"], happened_at=one["at"]) for one in events
    ]
    return {
        "name": say(f"closure.proof.{name}", lang),
        "item": row.get("item", ""),
        "before": _value(name, row["before"], lang),
        "now": _value(name, row["now"], lang),
        "same": row["same"],
        "why": why,
    }


def _value(name: str, value: Any, lang: str) -> str:
    if value is None:
        return say("closure.proof.unknown", lang)
    if name.endswith("_fen"):
        return money(value, lang)
    if name in ("contracts", "ties"):
        return say("closure.proof.count", lang, n=len(value))
    if name in ("charging", "state"):
        return say(f"closure.proof.{name}.{value}", lang)
    return str(value)
