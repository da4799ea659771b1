"""Writing to the number register."""

from datetime import datetime

from django.db import connection
from django.db.models import F

from portal import audit
from portal.actors import Actor
from portal.cipher import blind_index
from portal.clock import now
from portal.errors import Invalid
from portal.masked import Phone
from portal.models import LineAccount, NumberEntry, Operator, Province, Rung, Segment
from portal.queries.register import forget_segments, home_of
from portal.rules.places import DEMO_OPERATORS, PROVINCES, REAL_OPERATORS, Network, demo_segments

NUMBER_FIELD = "phone"
"""The blind index of a number is the same in every table of the portal: one field name."""


def number_index(number: Phone) -> str:
    """The blind index of a mobile number."""
    return blind_index(NUMBER_FIELD, number.plain)


def end_accounts(number: Phone) -> int:
    """Close the accounts of a number and end their sessions; in the caller's transaction."""
    live = LineAccount.objects.filter(number_index=number_index(number), ended_at=None)
    return live.update(ended_at=now(), session_epoch=F("session_epoch") + 1)


def freeze(number: Phone, *, until: datetime, by: Actor) -> None:
    """Freeze a closed number until an instant (C-11); in the caller's transaction.

    Its accounts end, so that whoever has the number later never opens an old case. The freeze is run by the original
    operator (P-09). Raises Invalid ``error.phone.unknown``.
    """
    home = home_of(number)
    if home is None:
        raise Invalid("error.phone.unknown", field="phone", rule_id="G-02")
    NumberEntry.objects.update_or_create(
        number=int(number.plain),
        defaults={
            "operator": home.original_operator,
            "original_operator": home.original_operator,
            "province": home.province,
            "state": Rung.FROZEN,
            "frozen_until": until,
            "changed_at": now(),
        },
    )
    end_accounts(number)
    facts = {"number": number_index(number), "until": until.isoformat()}
    audit.record("register.freeze", subject_ref="", by=by, chain=home.province, rules=["C-11"], facts=facts)


def release_frozen(*, by: Actor) -> int:
    """Make numbers recyclable whose freeze is over; in the caller's transaction. Returns how many."""
    if not connection.in_atomic_block:
        raise RuntimeError("belongs into a transaction")
    over = NumberEntry.objects.filter(state=Rung.FROZEN, frozen_until__lte=now())
    count = over.update(state=Rung.RECYCLABLE, changed_at=now())
    if count:
        facts = {"count": count}
        audit.record("register.recycle", subject_ref="", by=by, chain=audit.CENTRE, rules=["C-11"], facts=facts)
    return count


def load_reference(*, demo: bool, operators: tuple[Network, ...] = ()) -> None:
    """Put provinces and operators in, and for a demo the segments of the fictitious four; safe to repeat.

    In the caller's transaction. Real segments are imported from the numbering plan, never guessed here.
    """
    Province.objects.bulk_create(
        [Province(code=one.code, zh=one.zh, en=one.en, region=one.region) for one in PROVINCES.values()],
        ignore_conflicts=True,
    )
    chosen = operators or (DEMO_OPERATORS if demo else REAL_OPERATORS)
    Operator.objects.bulk_create(
        [Operator(code=one.code, name_zh=one.zh, name_en=one.en, hotline=one.hotline) for one in chosen],
        ignore_conflicts=True,
    )
    if demo:
        Segment.objects.bulk_create(
            [
                Segment(prefix=prefix, operator=network.code, province=code)
                for network in chosen
                for code in PROVINCES
                for prefix in demo_segments(network.code, code)
            ],
            ignore_conflicts=True,
            batch_size=5000,
        )
    forget_segments()
