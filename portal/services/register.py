"""Writing to the number register."""

from datetime import datetime

from django.db import connection
from django.db.models import F

from portal import audit
from portal.actors import Actor
from portal.cipher import blind_index, blind_indexes
from portal.clock import now
from portal.errors import Conflict, Invalid
from portal.masked import Phone
from portal.models import LineAccount, NumberEntry, Operator, Province, Rung, Segment
from portal.queries.register import forget_segments, home_of
from portal.rules.places import DEMO_OPERATORS, PROVINCES, REAL_OPERATORS, Network, demo_segments

NUMBER_FIELD = "phone"
"""The blind index of a number is the same in every table of the portal: one field name."""


def number_index(number: Phone) -> str:
    """The blind index of a mobile number."""
    return blind_index(NUMBER_FIELD, number.plain)


def number_indexes(number: Phone) -> list[str]:
    """Every index a number may stand under: look-ups use these, so that keys can rotate (D-01)."""
    return blind_indexes(NUMBER_FIELD, number.plain)


def end_accounts(number: Phone) -> int:
    """Close the accounts of a number and end their sessions; in the caller's transaction."""
    live = LineAccount.objects.filter(number_index__in=number_indexes(number), ended_at=None)
    return live.update(ended_at=now(), session_epoch=F("session_epoch") + 1)


def freeze(number: Phone, *, until: datetime, by: Actor) -> None:
    """Freeze a closed number until an instant (C-11); in the caller's transaction.

    Its accounts end, so that whoever has the number later never opens an old case. A ported-in number goes back to its
    original operator, which runs the freeze (P-09). Raises Invalid ``error.phone.unknown``.
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
    if home.operator != home.original_operator:
        returned = {"number": facts["number"], "from": home.operator, "to": home.original_operator}
        audit.record("register.return", subject_ref="", by=by, chain=home.province, rules=["P-09"], facts=returned)
    audit.record("register.freeze", subject_ref="", by=by, chain=home.province, rules=["C-11"], facts=facts)


def keep_frozen(number: Phone, *, until: datetime, by: Actor) -> None:
    """Lengthen a freeze while its holder is having the number back (C-11); never shortens it. In the caller's
    transaction. Raises Conflict ``error.number.not_frozen`` when the freeze is over.
    """
    row = _locked(number)
    if row is None or row.state != Rung.FROZEN or row.frozen_until is None or row.frozen_until <= now():
        raise Conflict("error.number.not_frozen", rule_id="C-11")
    if row.frozen_until < until:
        NumberEntry.objects.filter(pk=row.pk).update(frozen_until=until)


def have_back(number: Phone, operator: str, *, by: Actor) -> None:
    """A frozen number is its holder's again, at the operator that closed it (C-11); in the caller's transaction.

    Raises Conflict ``error.number.not_frozen``.
    """
    row = _locked(number)
    if row is None or row.state != Rung.FROZEN:
        raise Conflict("error.number.not_frozen", rule_id="C-11")
    at = now()
    NumberEntry.objects.filter(pk=row.pk).update(operator=operator, state=Rung.IN_USE, frozen_until=None, changed_at=at)
    facts = {"number": number_index(number), "operator": operator}
    audit.record("register.have_back", subject_ref="", by=by, chain=row.province, rules=["C-11"], facts=facts)


def put_in_use(number: Phone, *, by: Actor) -> None:
    """A recyclable number has a new holder (C-11): nothing of the one before is theirs. In the caller's transaction.

    Raises Conflict ``error.number.not_recyclable``.
    """
    row = _locked(number)
    if row is None or row.state != Rung.RECYCLABLE:
        raise Conflict("error.number.not_recyclable", rule_id="C-11")
    at = now()
    NumberEntry.objects.filter(pk=row.pk).update(state=Rung.IN_USE, frozen_until=None, held_since=at, changed_at=at)
    end_accounts(number)
    facts = {"number": number_index(number)}
    audit.record("register.put_in_use", subject_ref="", by=by, chain=row.province, rules=["C-11"], facts=facts)


def _locked(number: Phone) -> NumberEntry | None:
    """The number's row, locked; None for one that is simply what its segment says."""
    return NumberEntry.objects.select_for_update(of=("self",)).filter(number=int(number.plain)).first()


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
