"""Telling people: the row in the caller's transaction, the message after it, and a sweep for what was lost (N-09)."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Q

from portal.actors import Actor
from portal.clock import now
from portal.lexicon import say
from portal.masked import Phone
from portal.models import Notice, OneTimeCode, Outcome
from portal.nudges import nudge
from portal.queries.register import home_of, hotline_of
from portal.refs import check_code
from portal.services.codes import LIFE, derive
from portal.services.register import number_index
from portal.services.sms import deliver, queue

RETRY = timedelta(seconds=60)
FIRST_SWEEP = timedelta(seconds=5)
ATTEMPTS = 5
REACHABLE = frozenset({"in_use", "in_port"})
FALLBACK_HOTLINE = "12381"


def _insert(notice: Notice) -> bool:
    try:
        with transaction.atomic():
            notice.save(force_insert=True)
    except IntegrityError:
        return False
    return True


def tell(
    phone: Phone, key: str, facts: Mapping[str, Any], *, case_ref: str = "", by: Actor, lang: str = "zh"
) -> Notice:
    """Tell a line something, in the caller's transaction: rolled back with it, sent after it.

    The text is the lexicon's, with a check code of 8 digits and the hotline to call back.
    """
    home = home_of(phone)
    operator = home.operator if home else ""
    at = now()
    notice = Notice(
        number_index=number_index(phone), key=key, lang=lang, operator=operator, case_ref=case_ref,
        created_at=at, next_at=at + FIRST_SWEEP,
    )  # fmt: skip
    notice.number = phone
    body = say("notice.mark", lang) + say(key, lang, **facts)
    stored = False
    while not stored:
        notice.check_code = check_code()
        hotline = hotline_of(operator) or FALLBACK_HOTLINE
        notice.text = body + say("notice.check", lang, code=notice.check_code, hotline=hotline)
        stored = _insert(notice)
    nudge("portal.send_notice", notice.ref)
    return notice


def _claim(model: type[Notice] | type[OneTimeCode], ref: str, at: datetime) -> bool:
    """Take the next attempt at sending, so that two workers do not send at once; committed before the call."""
    due = Q(attempts=0) | Q(next_at__lte=at, attempts__lt=ATTEMPTS)
    mine = model._base_manager.filter(due, ref=ref, sent_at=None)
    return mine.update(attempts=F("attempts") + 1, next_at=at + RETRY) == 1


def send_notice(ref: str, *, by: Actor) -> bool:
    """Send a notice that was not sent yet; says whether it went out now. After five attempts it has failed."""
    with transaction.atomic(durable=True):
        if not _claim(Notice, ref, now()):
            return False
        notice = Notice.objects.get(ref=ref)
        message = queue(notice.number, notice.text, service=notice.operator, notice=notice)
    taken = deliver(message)
    with transaction.atomic(durable=True):
        mine = Notice.objects.filter(pk=notice.pk, sent_at=None)
        if taken:
            mine.update(sent_at=now(), next_at=None)
        elif notice.attempts >= ATTEMPTS:
            mine.update(outcome=Outcome.FAILED, next_at=None)
    return taken


def send_code(ref: str, *, by: Actor) -> bool:
    """Send a one-time code, if the number is one that can be reached; nobody who asked for it learns of that."""
    with transaction.atomic(durable=True):
        live = OneTimeCode.objects.filter(ref=ref, voided_at=None, used_at=None, expires_at__gt=now()).first()
        if live is None or not _claim(OneTimeCode, ref, now()):
            return False
        home = home_of(live.number)
        if home is None or home.state not in REACHABLE:
            OneTimeCode.objects.filter(pk=live.pk).update(next_at=None)
            return False
        minutes = int(LIFE.total_seconds()) // 60
        text = say("notice.mark", live.lang) + say("notice.code", live.lang, code=derive(live), minutes=minutes)
        message = queue(live.number, text, service=home.operator, code_ref=ref)
    taken = deliver(message)
    if taken:
        with transaction.atomic(durable=True):
            OneTimeCode.objects.filter(pk=live.pk).update(sent_at=now(), next_at=None)
    return taken


def sweep(*, by: Actor, limit: int = 200) -> int:
    """Send what is due and was not sent: a lost nudge, a carrier that was away. Returns how many went out."""
    at = now()
    codes = OneTimeCode.objects.filter(sent_at=None, next_at__lte=at, expires_at__gt=at, used_at=None, voided_at=None)
    notices = Notice.objects.filter(sent_at=None, outcome="", next_at__lte=at)
    sent = [send_code(ref, by=by) for ref in codes.order_by("next_at").values_list("ref", flat=True)[:limit]]
    sent += [send_notice(ref, by=by) for ref in notices.order_by("next_at").values_list("ref", flat=True)[:limit]]
    return sum(sent)


def note_outcome(ref: str, outcome: Outcome, *, by: Actor) -> None:
    """Keep how a notice ended (N-09)."""
    with transaction.atomic():
        Notice.objects.filter(ref=ref).update(outcome=outcome)
