"""Reading the books: accounts with their balances, an account's days and entries, what waits for a second person.

Balances are the daily totals plus the few entries not counted yet, so that a page costs the same over a million
entries as over a thousand; together they are exact at every moment.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, TypeVar

from django.db import connection
from django.db.models import BigIntegerField, Case, Count, F, Max, Min, Q, QuerySet, Sum, When
from django.db.models.functions import TruncDate

from portal.actors import Actor
from portal.clock import SHANGHAI
from portal.keyset import LARGEST_KEY, PAGE_SIZE, key_of
from portal.roles import Role
from settlement.models import Account, Approval, Counted, DailyTotal, Entry, Transfer
from settlement.queries import EVERYTHING, visible_to
from settlement.queries_statements import start_of
from settlement.states import ASKED

T = TypeVar("T")


@dataclass(frozen=True)
class Day:
    """An account's day: the sums of both sides in fen (both positive), the entries, the balance at its end."""

    on: date
    debit_fen: int
    credit_fen: int
    n: int
    balance_fen: int


@dataclass(frozen=True)
class Sheet:
    """An account over a period: what it began with, the days on which it moved, what it ended with."""

    opening_fen: int
    days: list[Day]
    closing_fen: int


def accounts_visible_to(actor: Actor) -> QuerySet[Account]:
    """Finance its operator's accounts; a provincial regulator those of its province; overseers all."""
    if actor.role in EVERYTHING:
        return Account.objects.all()
    if actor.role is Role.FINANCE and actor.operator:
        return Account.objects.filter(operator=actor.operator)
    if actor.role is Role.PROVINCIAL_REGULATOR and actor.province:
        return Account.objects.filter(province=actor.province)
    return Account.objects.none()


def entries_visible_to(actor: Actor) -> QuerySet[Entry]:
    """The entries on those accounts."""
    if actor.role in EVERYTHING:
        return Entry.objects.all()
    return Entry.objects.filter(account__in=accounts_visible_to(actor))


def approvals_visible_to(actor: Actor) -> QuerySet[Approval]:
    """Requests of the actor's operator; overseers see all."""
    rows = Approval.objects.select_related("transfer", "statement", "payout", "posted")
    if actor.role in EVERYTHING:
        return rows
    if actor.role is Role.FINANCE and actor.operator:
        return rows.filter(operator=actor.operator)
    return rows.none()


def waiting_approvals(actor: Actor) -> QuerySet[Approval]:
    """Those nobody has decided yet, the oldest first."""
    return approvals_visible_to(actor).filter(state=ASKED).order_by("pk")


def counted_up_to() -> int:
    """The horizon of the daily totals."""
    return Counted.objects.values_list("up_to", flat=True).first() or 0


def balances(accounts: QuerySet[Account]) -> dict[int, int]:
    """Balance in signed fen by account, for those that ever moved; four queries, whatever their number."""

    def read(up_to: int) -> dict[int, int]:
        found: dict[int, int] = defaultdict(int)
        counted = DailyTotal.objects.filter(account__in=accounts).values_list("account_id")
        tail = Entry.objects.filter(transfer__xact__gte=up_to, account__in=accounts).values_list("account_id")
        for rows in (counted, tail):
            for pk, fen in rows.annotate(f=Sum("fen")):
                found[pk] += int(fen)
        return dict(found)

    return _at_one_horizon(read)


def sheet(account: Account, first_on: date, last_on: date) -> Sheet:
    """An account from one day to another, both included; five queries."""

    def read(up_to: int) -> Sheet:
        days: dict[date, list[int]] = defaultdict(lambda: [0, 0, 0])
        past = DailyTotal.objects.filter(account=account, on__lt=first_on).aggregate(f=Sum("fen"))["f"] or 0
        for row in DailyTotal.objects.filter(account=account, on__gte=first_on, on__lte=last_on):
            _add(days[row.on], row.fen, row.debit_fen, row.n)
        for on, fen, debit, n in _tail(account, up_to):
            if on < first_on:
                past += fen
            elif on <= last_on:
                _add(days[on], fen, debit, n)
        return _summed(int(past), days)

    return _at_one_horizon(read)


def _at_one_horizon(read: Callable[[int], T]) -> T:
    """What was counted and what was not, read at one horizon: anew when the totals went on meanwhile."""
    while True:
        up_to = counted_up_to()
        found = read(up_to)
        if counted_up_to() == up_to:
            return found


def _add(day: list[int], fen: int, debit: int, n: int) -> None:
    day[0] += fen
    day[1] += debit
    day[2] += n


def _tail(account: Account, up_to: int) -> list[tuple[date, int, int, int]]:
    """What is not in the daily totals yet, by day."""
    debit = Case(When(fen__gt=0, then=F("fen")), default=0, output_field=BigIntegerField())
    rows = Entry.objects.filter(account=account, transfer__xact__gte=up_to)
    found = rows.annotate(day=TruncDate("transfer__at", tzinfo=SHANGHAI)).values_list("day").order_by("day")
    return [(on, int(f), int(d), n) for on, f, d, n in found.annotate(f=Sum("fen"), d=Sum(debit), c=Count("pk"))]


def _summed(opening: int, days: dict[date, list[int]]) -> Sheet:
    balance, rows = opening, []
    for on in sorted(days):
        fen, debit, n = days[on]
        balance += fen
        rows.append(Day(on, debit, debit - fen, n, balance))
    return Sheet(opening, rows, balance)


def entries_on(account: Account, on: date) -> QuerySet[Entry]:
    """The entries of an account on one day, to be paged by key."""
    return entries_within(account, on, on)


def entries_within(account: Account, first_on: date, last_on: date) -> QuerySet[Entry]:
    """The entries of an account from one day to another, both included.

    The first and the last transfer of these days are looked up first, so that of a busy account only they are read.
    """
    within = {"at__gte": start_of(first_on), "at__lt": start_of(last_on + timedelta(days=1))}
    ends = Transfer.objects.filter(**within).aggregate(first=Min("pk"), last=Max("pk"))
    if ends["first"] is None:
        return Entry.objects.none()
    days = Q(**{f"transfer__{name}": at for name, at in within.items()})
    between = {"transfer_id__gte": ends["first"], "transfer_id__lte": ends["last"]}
    return Entry.objects.filter(days, account=account, **between).select_related("transfer")


_NEAR = """
SELECT DISTINCT near.transfer_id FROM unnest(%(accounts)s::bigint[]) AS account(id) CROSS JOIN LATERAL (
    SELECT DISTINCT e.transfer_id FROM settlement_entry e
    WHERE e.account_id = account.id AND e.transfer_id {than} %(key)s
    ORDER BY e.transfer_id {order} LIMIT %(limit)s
) AS near ORDER BY 1 {order} LIMIT %(limit)s
"""
_OLDER = _NEAR.format(than="<", order="DESC")
_NEWER = _NEAR.format(than=">", order="ASC")


def transfers_near(actor: Actor, *, before: str, after: str) -> QuerySet[Transfer]:
    """The transfers an actor may see that one page can show: a page of `visible_to`, found by account.

    Each account in scope gives its own nearest ones, so that a small scope in large books costs no scan of them.
    """
    if actor.role in EVERYTHING:
        return visible_to(actor)
    newer = key_of(after)
    key = newer if newer is not None else key_of(before)
    accounts = list(accounts_visible_to(actor).values_list("pk", flat=True))
    values: dict[str, Any] = {"accounts": accounts, "key": LARGEST_KEY if key is None else key, "limit": PAGE_SIZE + 1}
    with connection.cursor() as cursor:
        cursor.execute(_OLDER if newer is None else _NEWER, values)
        return Transfer.objects.filter(pk__in=[pk for (pk,) in cursor.fetchall()])
