"""Reading notices: one's own, and the public check by code and last four digits."""

import hmac
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from portal.actors import Actor
from portal.models import LineAccount, Notice
from portal.register import held_since, number_indexes
from portal.roles import Role
from portal.rules.text import is_digits, squeezed


@dataclass(frozen=True, slots=True)
class NoticeView:
    """What the public check shows: who sent it, when, by which channel, word for word."""

    operator: str
    at: datetime
    channel: str
    text: str
    outcome: str


def verify(check_code: str, last4: str) -> NoticeView | None:
    """The notice with this code, if the last four digits are its line's too; else None, whichever was wrong."""
    code, tail = squeezed(check_code), squeezed(last4)
    if not (is_digits(code) and len(code) == 8 and is_digits(tail) and len(tail) == 4):
        return None
    notice = Notice.objects.filter(check_code=code).first()
    if notice is None or not hmac.compare_digest(notice.number.last4, tail):
        return None
    return NoticeView(notice.operator, notice.created_at, notice.channel, notice.text, notice.outcome)


def visible_to(actor: Actor) -> QuerySet[Notice]:
    """The notices of the subscriber's own line, newest first; nobody else reads them here.

    Of a recycled number only what was sent since its present holder has it (C-11).
    """
    if actor.role != Role.SUBSCRIBER:
        return Notice.objects.none()
    account = LineAccount.objects.filter(ref=actor.line_ref, ended_at=None).first()
    if account is None:
        return Notice.objects.none()
    own = Notice.objects.filter(number_index__in=number_indexes(account.number))
    since = held_since(account.number)
    if since is not None:
        own = own.filter(created_at__gte=since)
    return own.order_by("-created_at", "-id")


def exists(check_code: str) -> bool:
    """Whether we ever sent a notice with this code; its text takes the last four digits too."""
    return Notice.objects.filter(check_code=squeezed(check_code)[:8]).exists()
