"""Reads about what follows a closing: the number's rung, having it back, what a certificate still says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from closure import states
from closure.models import Case, Certificate, HavingBack
from closure.models.having_back import ASKED, RESTORED
from closure.parameters import HAVE_BACK_DAYS, HAVE_BACK_TIMES
from closure.queries.cases import term
from portal import clock
from portal.register import Home, Rung, held_since, home_of, number_indexes


def may_be_had_back(case: Case) -> str:
    """ "" when the number can still be had back (C-11), else why not: not_closed, asked, had, over, gone."""
    if case.state != states.CLOSED:
        return "not_closed"
    if HavingBack.objects.filter(case=case, state=ASKED).exists():
        return "asked"
    numbers = number_indexes(case.number)
    had = HavingBack.objects.filter(number_index__in=numbers, id_index=case.id_index, state=RESTORED)
    if had.count() >= int(term(case, HAVE_BACK_TIMES)):
        return "had"
    home = home_of(case.number)
    if home is None or not _is_this_freeze(case, home):
        return "gone"
    return "" if home.frozen_until and home.frozen_until > clock.now() else "over"


def _is_this_freeze(case: Case, home: Home) -> bool:
    """Whether the number is frozen for this closing, and not for a later holder's."""
    since = held_since(case.number)
    return home.state == Rung.FROZEN and (since is None or case.closed_at is None or since <= case.closed_at)


STANDINGS = ("frozen", "recyclable", "recycled", "restored", "replaced", "revoked")


def restored_by(case: Case) -> datetime | None:
    """Until when the home province has to give back a number that was asked for; None when it was not."""
    row = HavingBack.objects.filter(case=case, state=ASKED).order_by("-pk").first()
    return row.asked_at + timedelta(days=int(term(case, HAVE_BACK_DAYS))) if row else None


@dataclass(frozen=True)
class Standing:
    """What a certificate says today: `word` is frozen, recyclable, recycled, restored, replaced or revoked."""

    word: str
    at: datetime | None

    @property
    def in_force(self) -> bool:
        """Whether it may still be relied on as a proof that the number is closed."""
        return self.word in ("frozen", "recyclable", "recycled")


def standing_of(certificate: Certificate) -> Standing:
    """The certificate's standing: its own end first, then having the number back, then the number's rung (C-11)."""
    if certificate.ended_at is not None:
        return Standing(certificate.ended_for, certificate.ended_at)
    case = certificate.case
    back = HavingBack.objects.filter(case=case, state=RESTORED).first()
    if back is not None:
        return Standing("restored", back.restored_at)
    home, since = home_of(case.number), held_since(case.number)
    if since is not None and case.closed_at is not None and since > case.closed_at:
        return Standing("recycled", since)
    until = home.frozen_until if home is not None else None
    if home is not None and home.state == Rung.FROZEN and until is not None and until > clock.now():
        return Standing("frozen", until)
    return Standing("recyclable", case.frozen_until)


def certificate_by_hash(sha256: str) -> Certificate | None:
    """A certificate by the SHA-256 of its signed file."""
    return Certificate.objects.filter(sha256=sha256).first() if sha256 else None
