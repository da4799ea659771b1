"""What has happened to a case and who did it; where a refund is (C-05)."""

from __future__ import annotations

from typing import Any

from closure import states
from closure.models import Case
from closure.queries import current_quote, payout_of
from closure.rules.balance import papers_number
from closure.words.large import check_words, denied_words, waits_for_two
from closure.words.late import late_words, lateness_now
from closure.words.named import home_said, money
from closure.words.shown import route_words
from portal import clock
from portal.lexicon import say
from portal.models import Movement
from portal.queries.stores import Store, own_stores
from portal.roles import Role
from settlement.models import Payout
from settlement.services.payouts import code_of

BOUNCED = ("REFUSED", "EXPIRED")
BY_HOME = {
    (states.VERIFYING, states.HELD),
    (states.VERIFYING, states.QUOTED),
    (states.SETTLED, states.CLOSING),
    (states.CLOSING, states.CLOSED),
    (states.CLOSING, states.HELD),
}
"""Steps a robot writes down when the home province's system has answered."""
BY_PROVIDER = {(states.PAYING, states.SETTLED), (states.PAYING, states.QUOTED)}


def event(row: Movement, case: Case, lang: str) -> dict[str, Any]:
    """One step of the past, credited to whoever acted: the person, the home province's system, the provider, us."""
    return {
        "title": say(f"closure.event.{row.to_state}", lang),
        "who": who_acted(row, case, lang),
        "at": row.at,
        "is_now": False,
    }


def who_acted(row: Movement, case: Case, lang: str) -> str:
    """您, 福建甲网系统, 付款机构, or this site."""
    step = (row.from_state, row.to_state)
    if row.by_role == Role.SUBSCRIBER:
        return say("closure.who.you", lang)
    if step in BY_HOME:
        return say("closure.who.home", lang, home=home_said(case, lang))
    return say("closure.who.provider" if step in BY_PROVIDER else "closure.who.system", lang)


def refund_note(case: Case, lang: str) -> dict[str, Any] | None:
    """Number, route, last digits and the day it arrives; cash waits in a store with its address (C-05, C-18).

    What came back says so, and what is late says by how much (S-05). None without a refund or a returned payment.
    """
    payout, fen = payout_of(case), due_back(case)
    if not fen:
        return None
    number = papers_number(case.case_no)
    found = lateness_now(case, payout, fen)
    return _noted(case, payout, fen, lang) | {
        "number": say("closure.refund_number", lang, number=number),
        "late": late_words(found, lang),
    }


def _noted(case: Case, payout: Payout | None, fen: int, lang: str) -> dict[str, Any]:
    amount = money(fen, lang)
    if payout is not None and waits_for_two(payout):
        text, title = check_words(case, payout, lang), say("closure.refund_check_title", lang)
        return {"kind": "info", "title": title, "text": text, "stores": []}
    if payout is not None and payout.state in BOUNCED:
        text = denied_words(payout, lang) or say("closure.refund_bounced", lang, amount=amount)
        return {"kind": "block", "title": say("closure.refund_bounced_title", lang), "text": text, "stores": []}
    if payout is not None and payout.route == "cash" and payout.state == "SENT":
        return _cash(case, payout, amount, lang)
    text = _on_its_way(case, payout, amount, lang)
    return {"kind": "info", "title": say("closure.refund_title", lang), "text": text, "stores": []}


def due_back(case: Case) -> int:
    """The refund of a closed case, or what a case that ended otherwise had collected; whole fen."""
    quote = current_quote(case)
    if case.state == states.CLOSED:
        return max(0, -quote.total_fen) if quote else 0
    return case.collected_fen if case.state in (states.WITHDRAWN, states.LAPSED) else 0


def _on_its_way(case: Case, payout: Payout | None, amount: str, lang: str) -> str:
    route = route_words(case, lang, payout)
    if payout is None or payout.arrives_by_on is None:
        return say("closure.refund_soon", lang, amount=amount, route=route)
    key = "closure.refund_done" if payout.state == "PAID" else "closure.refund_on_way"
    return say(key, lang, amount=amount, route=route, arrives_on=payout.arrives_by_on)


def _cash(case: Case, payout: Payout, amount: str, lang: str) -> dict[str, Any]:
    """The cash lies ready in the stores of the place; who shows the code gets it."""
    facts = {"until_on": payout.not_after.astimezone(clock.SHANGHAI).date(), "code": code_of(payout)}
    return {
        "kind": "warn",
        "title": say("closure.refund_cash_title", lang, amount=amount),
        "text": say("closure.refund_cash", lang, **facts),
        "stores": [_store(one, lang) for one in own_stores(operator=case.operator, province=case.visiting_province)],
    }


def _store(store: Store, lang: str) -> dict[str, str]:
    hours = say("stores.hours", lang, hours=store.hours)
    return {"name": store.name, "address": store.address, "hours": hours}
