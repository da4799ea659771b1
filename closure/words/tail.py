"""The roaming tail in words: until when, how it is paid, what has come, what became of what was kept (C-06)."""

from __future__ import annotations

from typing import Any

from closure import states
from closure.models import Case, Quote, RoamingTail
from closure.models.roaming import AGREED, OVER, SETTLING, WATCHING
from closure.queries import most_kept, tail_of
from closure.rules.roaming import BILL, KEEP
from closure.words.large import check_words, denied_words, waits_for_two
from closure.words.named import money
from closure.words.shown import route_words
from portal.lexicon import say
from settlement.models import Payout
from settlement.services.payouts import code_of
from settlement.states import EXPIRED, REFUSED


def note(case: Case, lang: str, *, secret: bool = True) -> dict[str, str] | None:
    """Where the tail stands: {kind, title, text}; None without one, or when a case that ended left none.

    `secret` False leaves out the code by which cash is fetched: it is for the person of the case alone.
    """
    tail = tail_of(case)
    if tail is None or (tail.until_on is None and not tail.kept_fen):
        return None
    if tail.state == OVER and case.state != states.CLOSED:
        return None
    return {"kind": "info", "title": say("closure.roaming.title", lang), "text": words(tail, case, lang, secret=secret)}


def words(tail: RoamingTail, case: Case, lang: str, *, secret: bool = True) -> str:
    """One or two sentences, by state and way."""
    facts: dict[str, Any] = {
        "until_on": tail.until_on or "",
        "charged": money(tail.charged_fen, lang),
        "kept": money(tail.kept_fen, lang),
        "back": money(tail.back_fen, lang),
    }
    said = [say(f"closure.roaming.{_key(tail)}", lang, **facts)]
    if tail.state == WATCHING and tail.charged_fen:
        said.append(say("closure.roaming.so_far", lang, **facts))
    if tail.state in (SETTLING, OVER) and tail.back_fen:
        said.append(_way_back(tail, case, facts, lang, secret=secret))
    return (" " if lang == "en" else "").join(said)


def _key(tail: RoamingTail) -> str:
    way = "keep" if tail.way == KEEP and (tail.kept_fen or tail.state == AGREED) else "bill"
    if tail.state in (AGREED, WATCHING):
        return f"{tail.state.lower()}_{way}"
    if not tail.charged_fen:
        return "none"
    return "met" if way == "keep" else "charged"


def _way_back(tail: RoamingTail, case: Case, facts: dict[str, Any], lang: str, *, secret: bool) -> str:
    payout = Payout.objects.filter(ref=tail.payout_ref).first()
    if payout is not None and payout.route == "cash" and payout.state == "SENT":
        return say("closure.roaming.cash", lang, code=code_of(payout) if secret else "********", **facts)
    if payout is not None and waits_for_two(payout):
        return check_words(case, payout, lang)
    if payout is not None and payout.state in (REFUSED, EXPIRED) and (why := denied_words(payout, lang)):
        return why
    if payout is not None and payout.state in (REFUSED, EXPIRED):
        return say("closure.roaming.back_bounced", lang, **facts)
    key = "back_done" if tail.state == OVER else "back_soon"
    return say(f"closure.roaming.{key}", lang, route=route_words(case, lang, payout), **facts)


def ways(case: Case, quote: Quote) -> list[str]:
    """The ways offered: keeping back only where something goes back."""
    return [BILL, KEEP] if most_kept(case, quote) else [BILL]
