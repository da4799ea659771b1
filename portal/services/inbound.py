"""Inbound messages: each app claims its own words from the rows; what nobody claims gets one clear answer."""

import logging
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db import connection, transaction

from portal.actors import Actor
from portal.clock import now
from portal.errors import TooMany
from portal.lexicon import say
from portal.models import SmsMessage
from portal.queries.register import home_of
from portal.services.budgets import Limit, spend
from portal.services.notices import tell

log = logging.getLogger(__name__)

PATIENCE = timedelta(seconds=5)
PATIENCE_FOR_A_WORD = timedelta(seconds=30)
"""A message that begins like a command is left longer: its app's sweep may be busy, and P-06 allows 60 s."""

ANSWERS, ANSWERS_WINDOW_S = 3, 600

_CLAIM = """
UPDATE portal_smsmessage SET state = 'CLAIMED', claimed_by = %(claimant)s, attempts = attempts + 1,
    claimed_until = clock_timestamp() + %(lease)s
WHERE id IN (
    SELECT id FROM portal_smsmessage
    WHERE direction = 'in' AND (%(any)s OR word = ANY(%(words)s))
        AND at <= CASE WHEN %(any)s AND word <> '' THEN %(long_before)s ELSE %(before)s END AND attempts < 5
        AND (state = 'RECEIVED' OR (state = 'CLAIMED' AND claimed_by = %(claimant)s
            AND claimed_until < clock_timestamp()))
    ORDER BY at, id LIMIT %(limit)s FOR NO KEY UPDATE SKIP LOCKED
) RETURNING id
"""


def _take(claimant: str, words: Iterable[str] | None, limit: int, lease_s: int, wait: timedelta) -> list[SmsMessage]:
    values: dict[str, Any] = {
        "claimant": claimant,
        "lease": timedelta(seconds=lease_s),
        "any": words is None,
        "words": list(words or ()),
        "before": now() - wait,
        "long_before": now() - PATIENCE_FOR_A_WORD,
        "limit": limit,
    }
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute(_CLAIM, values)
        taken = [row[0] for row in cursor.fetchall()]
    return list(SmsMessage.objects.filter(pk__in=taken).order_by("at", "id"))


def claim(words: frozenset[str], *, claimant: str, limit: int = 50, lease_s: int = 60) -> list[SmsMessage]:
    """Lease unhandled messages that begin with one of these words, oldest first; committed on return.

    ``claimant`` is the app's name. What is not ``finish``-ed in ``lease_s`` seconds comes again, at most five times.
    """
    return _take(claimant, words, limit, lease_s, timedelta(0))


def finish(message_ref: str, *, by: Actor) -> None:
    """Mark a claimed message as handled; in the caller's transaction, with the effect it had."""
    SmsMessage.objects.filter(ref=message_ref, state=SmsMessage.State.CLAIMED).update(state=SmsMessage.State.DONE)


def leave(message_ref: str, *, by: Actor) -> None:
    """Give a claimed message back unread: it was not meant for this app; in the caller's transaction.

    Its word goes, so that it is not claimed again, and in the end it gets the one clear answer.
    """
    claimed = SmsMessage.objects.filter(ref=message_ref, state=SmsMessage.State.CLAIMED)
    claimed.update(state=SmsMessage.State.RECEIVED, claimed_by="", claimed_until=None, word="", attempts=0)


def _deserves_answer(message: SmsMessage) -> bool:
    """Never our own words coming back, never a number that no subscriber has: no loops."""
    marks = (say("notice.mark", "zh").strip(), say("notice.mark", "en").strip())
    return not message.text.lstrip().startswith(marks) and home_of(message.number) is not None


def _answer(message: SmsMessage, by: Actor) -> bool:
    if not _deserves_answer(message):
        return False
    try:
        with transaction.atomic():
            spend([Limit(f"unclear:{message.number_index}", ANSWERS, ANSWERS_WINDOW_S)])
    except TooMany:
        return False
    tell(message.number, "notice.not_understood", {}, by=by)
    return True


def sweep(*, by: Actor, limit: int = 50) -> int:
    """Answer messages that no app claimed in time (5 s, 30 s with a command word); returns how many answers."""
    return sum(_handle(message, by) for message in _take("portal", None, limit, 60, PATIENCE))


def _handle(message: SmsMessage, by: Actor) -> bool:
    try:
        with transaction.atomic(durable=True):
            answered = _answer(message, by)
            finish(message.ref, by=by)
    except Exception as error:
        # One bad row must not stop the batch; it comes again and is left alone after five attempts.
        log.warning("inbound %s: %s", message.ref, type(error).__name__)
        return False
    return answered
