"""Reading the ledger as a province's book would have it, and the runs that compared the two (S-03).

The SQL is in `sql/book_days.sql`: one statement a question, whatever the size of the ledger.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from bss import states as command_states
from bss.digests import MODULUS, Net
from bss.legs import MOVES_MONEY
from bss.models import Command
from bss.provinces import Bss
from portal import clock
from portal.actors import Actor
from portal.parameters import value_of
from portal.roles import Role
from portal.work_orders import WorkOrder
from settlement import states
from settlement.ledger import (
    BILLS,
    BOUNCED_REFUND,
    CASH,
    DEPOSIT,
    LATE_FEE,
    MONEY,
    PENALTY,
    PREPAYMENT,
    PROVIDER,
    REFUND_OWED,
    SUSPENSE,
    UNBILLED,
)
from settlement.models import Account, Difference, Reconciliation
from settlement.parameters import STILL_MOVING_DAYS

ACCOUNT_OF = {
    PROVIDER: "agent",
    CASH: "agent",
    REFUND_OWED: "agent",  # home books a refund when it orders it, the provider's account when it is paid
    BOUNCED_REFUND: "agent",  # home books neither that it came back nor that nobody knows: the money is on its way
    SUSPENSE: "agent",
    PREPAYMENT: "prepayment",
    DEPOSIT: "prepayment",
    BILLS: "receivable",
    UNBILLED: "unbilled",
    LATE_FEE: "late_fee",
    PENALTY: "penalty",
}
"""Which account of a province's book each kind of ours is; what is not here never reaches its book."""
_HOME_KINDS = sorted(ACCOUNT_OF.keys() - MONEY)
_EVERYTHING = frozenset({Role.NATIONAL_REGULATOR, Role.AUDITOR, Role.ROBOT})
_DIGESTS = "SELECT bucket, digest, nets FROM settlement_book_digests(%s, %s, %s, %s, %s, %s, %s, %s, %s)"
_NETS = (
    "SELECT case_ref, account, on_date, fen FROM settlement_book_nets(%s, %s, %s, %s, %s, %s, %s, %s)"
    " WHERE settlement_book_bucket(case_ref, %s) = ANY(%s)"
)


@dataclass(frozen=True)
class Span:
    """Whose book is looked at, and the days, both included."""

    bss: Bss
    first_on: date
    last_on: date

    def pieces(self, most: int) -> list[Span]:
        """The same days as at most so many spans, one after the other: their digests add up to the whole one."""
        days = (self.last_on - self.first_on).days + 1
        each = -(-days // max(1, min(most, days)))
        starts = [self.first_on + timedelta(days=n) for n in range(0, days, each)]
        return [Span(self.bss, one, min(one + timedelta(days=each - 1), self.last_on)) for one in starts]

    def values(self) -> list[Any]:
        """What both functions in SQL take, in their order."""
        days = value_of(STILL_MOVING_DAYS, operator=self.bss.operator, province=self.bss.province, on=clock.today())
        still_moving = clock.now() - timedelta(days=days)
        kinds = sorted(ACCOUNT_OF)
        accounts = [ACCOUNT_OF[kind] for kind in kinds]
        place = [self.bss.operator, self.bss.province, self.first_on, self.last_on]
        return [*place, still_moving, kinds, accounts, _HOME_KINDS]


@dataclass(frozen=True)
class Digests:
    """A digest and its parts: bucket → digest."""

    total: str
    nets: int
    parts: dict[int, str]

    def plus(self, other: Digests) -> Digests:
        """The digest of both together."""
        buckets = self.parts.keys() | other.parts.keys()
        parts = {one: _sum(self.parts.get(one, "0"), other.parts.get(one, "0")) for one in buckets}
        return Digests(_sum(self.total, other.total), self.nets + other.nets, parts)

    def differing(self, other: Digests) -> list[int]:
        """The buckets in which the two are not the same."""
        buckets = self.parts.keys() | other.parts.keys()
        return sorted(bucket for bucket in buckets if self.parts.get(bucket, "0") != other.parts.get(bucket, "0"))


def _sum(one: str, other: str) -> str:
    return str((int(one) + int(other)) % MODULUS)


def own_digests(span: Span, buckets: int) -> Digests:
    """Our side of a digest, in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(_DIGESTS, [*span.values(), buckets])
        found = cursor.fetchall()
    total = sum(int(digest) for _, digest, _ in found) % MODULUS
    return Digests(str(total), sum(nets for _, _, nets in found), {bucket: digest for bucket, digest, _ in found})


def own_nets(span: Span, buckets: int, wanted: Sequence[int]) -> list[Net]:
    """The rows of our side in some of the buckets."""
    with connection.cursor() as cursor:
        cursor.execute(_NETS, [*span.values(), buckets, list(wanted)])
        return sorted(Net(case_ref, account, on, int(fen)) for case_ref, account, on, fen in cursor.fetchall())


def in_motion(bss: Bss, case_refs: Collection[str], since: datetime) -> set[str]:
    """Those of the cases that had a command to this province open at some time since: no difference until settled."""
    commands = Command.objects.filter(
        Q(state__in=command_states.OPEN) | Q(ended_at__gte=since),
        operator=bss.operator,
        province=bss.province,
        verb__in=MOVES_MONEY,
        case_ref__in=case_refs,
    )
    return set(commands.values_list("case_ref", flat=True))


def last_word(span: Span) -> datetime | None:
    """The latest instant of the province's own clock in what it said of these days' commands."""
    told = Command.objects.filter(
        operator=span.bss.operator,
        province=span.bss.province,
        booked_on__range=(span.first_on, span.last_on),
        facts__has_key="clock",
    ).values_list("facts__clock", flat=True)
    return max((datetime.fromisoformat(at) for at in told.order_by("-ended_at")[:100]), default=None)


def companies() -> list[Bss]:
    """Every company the ledger knows."""
    places = Account.objects.values_list("operator", "province").distinct()
    return [Bss(*place) for place in places.order_by("operator", "province")]


def runs_visible_to(actor: Actor) -> QuerySet[Reconciliation]:
    """The runs an actor may see: finance its operator's, a provincial regulator its province's."""
    runs = Reconciliation.objects.all()
    if actor.role in _EVERYTHING:
        return runs
    if actor.role is Role.FINANCE:
        return runs.filter(operator=actor.operator)
    if actor.role is Role.PROVINCIAL_REGULATOR:
        return runs.filter(province=actor.province)
    return runs.none()


def latest_runs(actor: Actor) -> QuerySet[Reconciliation]:
    """The latest run of each company the actor may see, by company."""
    by_company = runs_visible_to(actor).order_by("operator", "province", "-day", "-turn")
    return by_company.distinct("operator", "province")


def differences_visible_to(actor: Actor) -> QuerySet[Difference]:
    """The differences an actor may see, scoped like the runs."""
    return Difference.objects.filter(run__in=runs_visible_to(actor))


def standing(span: Span) -> QuerySet[Difference]:
    """What stands against a province on these days."""
    return Difference.objects.filter(
        operator=span.bss.operator,
        province=span.bss.province,
        state=states.STANDING,
        on__range=(span.first_on, span.last_on),
    )


def orders_of(differences: Sequence[Difference]) -> dict[str, WorkOrder]:
    """The work orders of differences by key, in one query."""
    keys = [difference.order_key for difference in differences]
    return {order.key: order for order in WorkOrder.objects.filter(key__in=keys)}
