"""Reads of the demo world."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet

from bss.gateway import Bss
from demo.models import Handset, SeededProvince
from portal.models import Person, SmsMessage
from portal.register import number_indexes
from settlement.models import Payment, SimulatedCharge

SHOWN_MESSAGES = 50


def handsets() -> QuerySet[Handset]:
    """Every handset, the cast first in its own order."""
    return Handset.objects.all()


def handset_by_ref(ref: str) -> Handset | None:
    """One handset by the reference in its address."""
    return Handset.objects.filter(ref=ref).first()


def messages_of(handset: Handset) -> QuerySet[SmsMessage]:
    """The last messages to and from a handset, newest first."""
    return SmsMessage.objects.filter(number_index__in=number_indexes(handset.number)).order_by("-at", "-pk")[
        :SHOWN_MESSAGES
    ]


def seeded_provinces() -> list[Bss]:
    """The provinces this demo holds, in operator and province order."""
    return [Bss(one.operator, one.province) for one in SeededProvince.objects.all()]


def provinces_of_schema(template: str) -> set[Bss]:
    """The provinces cloned from one template; the others are of an earlier version."""
    return {Bss(one.operator, one.province) for one in SeededProvince.objects.filter(template=template)}


def person_of(username: str) -> Person | None:
    """A member of the demo's staff, None before the world is seeded."""
    return Person.objects.filter(username=username, disabled_at=None).first()


def people_named(usernames: list[str]) -> dict[str, Person]:
    """Members of the demo's staff by user name; one query."""
    return {one.username: one for one in Person.objects.filter(username__in=usernames, disabled_at=None)}


@dataclass(frozen=True)
class Charge:
    """A charge as its payer meets it: whole fen, how it stands (pending, paid, refused, unknown), whose case."""

    fen: int
    ending: str
    case_ref: str


def charge_of(ref: str) -> Charge | None:
    """An opened charge of the simulated payment company, by the payment's reference."""
    row = SimulatedCharge.objects.filter(ref=ref, opened=True).first()
    payment = Payment.objects.filter(ref=ref).first()
    return Charge(row.fen, row.ending, payment.case_ref) if row and payment else None
