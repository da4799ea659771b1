"""Reading the ledger. Balances are summed, never kept in a row of their own (CONVENTIONS 9)."""

from __future__ import annotations

from typing import TypeVar

from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import Now

from portal import clock
from portal.actors import Actor
from portal.roles import Role
from settlement import states
from settlement.ledger import AccountKey
from settlement.models import Entry, Payment, Payout, Transfer, Voucher

Row = TypeVar("Row", Payment, Payout)
EVERYTHING = frozenset({Role.NATIONAL_REGULATOR, Role.AUDITOR, Role.ROBOT})


def visible_to(actor: Actor) -> QuerySet[Transfer]:
    """The transfers an actor may see: finance its operator's books, a provincial regulator its province's."""
    transfers = Transfer.objects.all()
    if actor.role in EVERYTHING:
        return transfers
    if actor.role is Role.FINANCE:
        return transfers.filter(pk__in=Entry.objects.filter(account__operator=actor.operator).values("transfer_id"))
    if actor.role is Role.PROVINCIAL_REGULATOR:
        return transfers.filter(pk__in=Entry.objects.filter(account__province=actor.province).values("transfer_id"))
    return transfers.none()


def trial_balance() -> int:
    """The sum of all entries in fen; anything but 0 is a broken ledger (RELIABILITY 2.4, 1)."""
    return Entry.objects.aggregate(fen=Sum("fen"))["fen"] or 0


def balance_of(account: AccountKey) -> int:
    """An account's balance in signed fen; 0 for an account never used."""
    entries = Entry.objects.filter(
        account__operator=account.operator,
        account__province=account.province,
        account__kind=account.kind,
        account__counterpart=account.counterpart,
    )
    return entries.aggregate(fen=Sum("fen"))["fen"] or 0


def case_entries(case_ref: str) -> QuerySet[Entry]:
    """All entries of one case, in the order they were written."""
    return Entry.objects.filter(transfer__case_ref=case_ref).select_related("transfer", "account").order_by("pk")


def number_of(case_ref: str) -> str:
    """The number that the papers of a case, or of something claimed of it, bear; '' before there are any (C-18)."""
    return Voucher.objects.filter(case_ref=case_ref).values_list("number", flat=True).first() or ""


def numbers_of(case_refs: set[str]) -> dict[str, str]:
    """The same for many, by their ref; one query."""
    return dict(Voucher.objects.filter(case_ref__in=case_refs - {""}).values_list("case_ref", "number"))


def refs_under(number: str) -> QuerySet[Voucher, str]:
    """The cases, and what is claimed or kept of them, that stand under a number (C-18)."""
    return Voucher.objects.filter(number=number).values_list("case_ref", flat=True)


def transfers_under(number: str) -> QuerySet[Transfer]:
    """Every transfer that stands under a number, in the order they were written (C-18)."""
    return Transfer.objects.filter(case_ref__in=refs_under(number)).prefetch_related("entries__account").order_by("pk")


def due_payments(*, limit: int = 100) -> list[tuple[int, str]]:
    """Key and ref of open payments whose time has come and that nobody holds."""
    return list(_due(Payment.objects.all()).values_list("pk", "ref")[:limit])


def due_payouts(*, limit: int = 100) -> list[tuple[int, str]]:
    """Key and ref of open payouts whose time has come and that nobody holds."""
    return list(_due(Payout.objects.all()).values_list("pk", "ref")[:limit])


def _due(rows: QuerySet[Row]) -> QuerySet[Row]:
    free = Q(lease_until__isnull=True) | Q(lease_until__lt=Now())
    return rows.filter(free, state__in=sorted(states.OPEN), due_at__lte=clock.now()).order_by("due_at")
