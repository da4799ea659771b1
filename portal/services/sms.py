"""Text messages in and out, row first (CONVENTIONS 5 and 6).

``SmsMessage.state`` is the delivery mark of a message and no case state: it has no table and no history.
"""

import logging
from datetime import datetime

from django.db import transaction

from portal.actors import Actor, robot
from portal.clock import now
from portal.masked import Phone
from portal.models import Notice, SmsMessage
from portal.rules.commands import command_word
from portal.services.register import number_index
from portal.sms import adapter

log = logging.getLogger(__name__)

GATEWAY = robot("sms")
LONGEST = 2000
State = SmsMessage.State


def _message(direction: str, mark: str, number: Phone, text: str, service: str, at: datetime) -> SmsMessage:
    message = SmsMessage(direction=direction, state=mark, service=service, at=at, number_index=number_index(number))
    message.number = number
    message.text = text
    return message


def queue(number: Phone, text: str, *, service: str, notice: Notice | None = None, code_ref: str = "") -> SmsMessage:
    """Write an outbound message in the caller's transaction; for one notice or code there is one message only."""
    known = SmsMessage.objects.filter(notice=notice) if notice else SmsMessage.objects.filter(code_ref=code_ref)
    before = known.first() if notice or code_ref else None
    if before is not None:
        return before
    message = _message(SmsMessage.Direction.OUT, State.QUEUED, number, text, service, now())
    message.notice, message.code_ref = notice, code_ref
    message.save(force_insert=True)
    return message


def deliver(message: SmsMessage) -> bool:
    """Hand an outbound message to the carrier, outside any transaction, and mark what came of it."""
    if transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("no call to a carrier inside a transaction")
    try:
        taken = adapter().send(message.number, message.text, message_ref=message.ref)
    except Exception as error:
        # A carrier that breaks is a carrier that did not take it: the sweep tries again under the same ref.
        log.warning("message %s: %s", message.ref, type(error).__name__)
        taken = False
    with transaction.atomic():
        mark = State.SENT if taken else State.FAILED
        SmsMessage.objects.filter(pk=message.pk).exclude(state=State.SENT).update(state=mark)
    return taken


def receive(from_phone: Phone, to: str, text: str, *, at: datetime, by: Actor = GATEWAY) -> SmsMessage:
    """Keep a message that came in; the apps' sweeps claim their own command words from the rows.

    NUL and lone surrogates are dropped and the text is cut at 2,000 characters.
    """
    clean = text.replace("\x00", "").encode("utf-8", "ignore").decode()[:LONGEST]
    with transaction.atomic():
        message = _message(SmsMessage.Direction.IN, State.RECEIVED, from_phone, clean, to[:20], at)
        message.word = command_word(clean)
        message.save(force_insert=True)
    return message
