"""The public check of a notice, five tries in ten minutes for an address."""

from dataclasses import dataclass
from enum import StrEnum

from django.db import transaction

from portal.actors import Actor
from portal.cipher import blind_index
from portal.queries.notices import NoticeView, exists, verify
from portal.services.budgets import Limit, spend

TRIES, WINDOW_S = 5, 600


class Verdict(StrEnum):
    """Ours; ours but to another number; not known to us, and so most likely a fake."""

    TRUE = "true"
    TAIL = "tail"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Found:
    """The verdict, and the notice only when code and last four digits both fit."""

    verdict: Verdict
    notice: NoticeView | None


def verify_notice(code: str, tail: str, *, address: str, by: Actor) -> Found:
    """Check a notice. Each look counts before it is answered; raises TooMany ``error.verify.too_often``."""
    with transaction.atomic(durable=True):
        key = f"verify:{blind_index('address', address)}"
        spend([Limit(key, TRIES, WINDOW_S)], error="error.verify.too_often", field="code")
    notice = verify(code, tail)
    if notice is not None:
        return Found(Verdict.TRUE, notice)
    return Found(Verdict.TAIL if exists(code) else Verdict.UNKNOWN, None)


def look_up(check_code: str, last4: str, *, address: str, by: Actor) -> NoticeView | None:
    """The notice itself, or None; limits as ``verify_notice``."""
    return verify_notice(check_code, last4, address=address, by=by).notice
