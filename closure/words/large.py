"""A large refund in words: who checks it and until when, what if late, why it was turned down (D-10)."""

from __future__ import annotations

from closure.models import Case
from closure.queries import turned_down_because
from closure.words.named import money
from closure.words.shown import route_words
from portal import clock
from portal.lexicon import say
from settlement.models import Payout
from settlement.services.payouts import DENIED
from settlement.states import AWAITING


def waits_for_two(payout: Payout | None) -> bool:
    """Whether finance's second person has not decided yet."""
    return payout is not None and payout.state == AWAITING


def check_words(case: Case, payout: Payout, lang: str) -> str:
    """Whose turn it is, the limit, and what happens, or has happened, when it is late."""
    late = payout.due_at is not None and payout.due_at <= clock.now()
    facts = {"amount": money(payout.fen, lang), "route": route_words(case, lang, payout), "until_at": payout.due_at}
    key = "closure.refund_check_late" if late else "closure.refund_check"
    return say(key, lang, operator=say(f"operator.{payout.operator}", lang), **facts)


def denied_words(payout: Payout, lang: str) -> str:
    """Why it was turned down, in the words of whoever did; "" for one that the provider sent back."""
    if payout.code != DENIED:
        return ""
    facts = {"amount": money(payout.fen, lang), "because": turned_down_because(payout)}
    return say("closure.refund_denied", lang, operator=say(f"operator.{payout.operator}", lang), **facts)
