"""One question after each case: how content are you, 1 to 5, with words if you like; once (T-15).

Asked by the notice that ends the case; answered on the page or by a message of one digit from the contact number. No
reminder is sent: a person is not chased for praise (C-14).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from closure.models import Case, Satisfaction
from closure.models.satisfaction import WORDS_LIMIT
from closure.parameters import SCORE_DAYS
from closure.queries import term
from portal import audit, clock
from portal.actors import Actor
from portal.errors import Conflict, Invalid
from portal.register import number_index, number_indexes
from portal.sealing import seal_under, unseal_under
from portal.services import inbound

DIGITS = frozenset("12345")
CLAIMANT = "closure"


def ask(case: Case) -> None:
    """Open the question; in the caller's transaction, with the end of the case. A second time changes nothing."""
    Satisfaction.objects.get_or_create(
        case=case,
        defaults={
            "contact_index": number_index(case.contact),
            "operator": case.operator,
            "province": case.province,
            "asked_at": clock.now(),
        },
    )


def rate(case: Case, score: int, words: str, *, channel: str, by: Actor) -> None:
    """Keep the answer, once. `channel` is "page", "api" or "sms".

    Raises Invalid `error.satisfaction.score | words`, Conflict `error.satisfaction.once | late`.
    """
    if not 1 <= score <= 5:
        raise Invalid("error.satisfaction.score", field="score", rule_id="T-15")
    if len(words) > WORDS_LIMIT:
        raise Invalid("error.satisfaction.words", field="words", rule_id="T-15")
    with transaction.atomic(durable=True):
        _keep(case, score, words, channel=channel, by=by)


def _keep(case: Case, score: int, words: str, *, channel: str, by: Actor) -> None:
    now = clock.now()
    asked = Satisfaction.objects.filter(case=case)
    if not asked.filter(asked_at__gt=now - timedelta(days=term(case, SCORE_DAYS))).exists():
        raise Conflict("error.satisfaction.late", rule_id="T-15")
    box = seal_under(case.ref, words, _aad(case)) if words else b""
    kept = asked.filter(score=None).update(score=score, words_box=box, channel=channel, answered_at=now)
    if not kept:
        raise Conflict("error.satisfaction.once", rule_id="T-15")
    facts = {"score": score, "channel": channel}
    audit.record("closure.rated", subject_ref=case.ref, by=by, chain=case.province, rules=("T-15",), facts=facts)


def until(asked: Satisfaction) -> datetime:
    """Until when the question can be answered."""
    return asked.asked_at + timedelta(days=term(asked.case, SCORE_DAYS))


def words_of(answer: Satisfaction) -> str:
    """The person's own words, unsealed."""
    return unseal_under(answer.case.ref, bytes(answer.words_box), _aad(answer.case)) if answer.words_box else ""


def claim_replies(*, by: Actor, limit: int = 50) -> int:
    """Take messages of one digit from contact numbers as the answer to the latest open question of each.

    A digit from a number that was asked nothing is left for others, and finally told that nobody understood it.
    """
    kept = 0
    for message in inbound.claim(DIGITS, claimant=CLAIMANT, limit=limit):
        asked = Satisfaction.objects.filter(contact_index__in=number_indexes(message.number), score=None)
        row = asked.select_related("case").order_by("-asked_at").first()
        with transaction.atomic(durable=True):
            if row is None or not _taken(row.case, int(message.word), by=by):
                inbound.leave(message.ref, by=by)
                continue
            inbound.finish(message.ref, by=by)
            kept += 1
    return kept


def _taken(case: Case, score: int, *, by: Actor) -> bool:
    try:
        with transaction.atomic():
            _keep(case, score, "", channel="sms", by=by)
    except Conflict:
        return False
    return True


def _aad(case: Case) -> str:
    return f"closure_satisfaction.words_box:{case.ref}"
