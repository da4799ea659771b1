"""A refund that is later than promised, in words: by how much, and what that makes (S-05)."""

from __future__ import annotations

from closure.models import Case
from closure.queries import promised_on
from closure.words.named import money
from portal import clock
from portal.lexicon import say
from settlement.models import Payout
from settlement.queries_late import late_by, lateness_of
from settlement.rules.late_refunds import Lateness


def lateness_now(case: Case, payout: Payout | None, fen: int) -> Lateness | None:
    """How late the refund of a case is or was; also while the home province hands none out yet. None when in time."""
    found = lateness_of(payout, today=clock.today()) if payout is not None else _before(case, fen)
    return found if found is not None and found.days else None


def _before(case: Case, fen: int) -> Lateness | None:
    promised = promised_on(case, case.refund_route)
    if promised is None:
        return None
    place = {"operator": case.operator, "province": case.province}
    return late_by(fen, promised_on=promised, until_on=clock.today(), **place)


def late_words(found: Lateness | None, lang: str) -> str:
    """One sentence; "" for a refund in time. With a rate of 0 it says that it is written down, and nothing of money."""
    if found is None:
        return ""
    facts = {"promised_on": found.promised_on, "days": found.days}
    if not found.permille:
        return say("closure.refund_late", lang, **facts)
    owed = money(found.fen, lang)
    return say("closure.refund_late_paid", lang, permille=found.permille, compensation=owed, **facts)
