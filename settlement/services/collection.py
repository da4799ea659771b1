"""Collecting and returning money as agent of the home province (S-01); the legs are drawn in `settlement.ledger`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db.models import Sum

from bss.provinces import Bss
from portal.actors import Actor
from portal.errors import Conflict
from settlement.ledger import (
    BILLS,
    LATE_FEE,
    MONEY,
    PAYABLE,
    PENALTY,
    PREPAYMENT,
    RECEIVABLE,
    UNBILLED,
    AccountKey,
    Leg,
    money_of,
)
from settlement.models import Entry, Transfer
from settlement.services.ledger import post, reverse

_SPLIT = {"bills": BILLS, "late_fee": LATE_FEE, "penalty": PENALTY, "unbilled": UNBILLED, "applied": PREPAYMENT}


def collect(
    home: Bss,
    visited: Bss,
    *,
    case_ref: str,
    payment_ref: str,
    fen: int,
    split: Mapping[str, int],
    method: str = "",
    by: Actor,
) -> Transfer:
    """Post what the visited province collected for the home province, once per payment, in the caller's transaction.

    `split` divides everything collected in the case, this payment included, by purpose: bills, late_fee, penalty,
    unbilled, and applied (negative: the subscriber's prepayment used up; positive: owed back). Only what it changes
    is posted at home. Cash (`method`) lies in the store, everything else with the provider. Raises ValueError when it
    names another purpose, Conflict when it is not the sum of the case's transfers and this payment.
    """
    changes = _changes(home, split, _posted(home, case_ref, payment_ref), fen)
    money = AccountKey(visited.operator, visited.province, money_of(method))
    legs = [Leg(money, fen), *owes(visited, home, fen), *changes]
    return post("collect", legs, key=f"collect:{payment_ref}", case_ref=case_ref, command_ref=payment_ref, by=by)


def _posted(home: Bss, case_ref: str, payment_ref: str) -> dict[str, int]:
    """How earlier payments of the case were divided at home, by kind of account; reversed ones do not count."""
    entries = Entry.objects.filter(
        transfer__case_ref=case_ref,
        transfer__purpose__in=("collect", "offset"),
        transfer__reversed_by=None,
        account__operator=home.operator,
        account__province=home.province,
        account__kind__in=_SPLIT.values(),
    ).exclude(transfer__key=f"collect:{payment_ref}")
    sums = entries.values_list("account__kind").annotate(fen=Sum("fen"))
    return {kind: -fen for kind, fen in sums}


def offset(home: Bss, *, case_ref: str, quote: int, split: Mapping[str, int], by: Actor) -> Transfer | None:
    """Post charges met from prepayment and from earlier payments, when nothing is collected; once per quote.

    `split` is as in `collect`; None when earlier payments stand as they were posted.
    """
    legs = _changes(home, split, _posted(home, case_ref, ""), 0)
    return post("offset", legs, key=f"offset:{case_ref}:{quote}", case_ref=case_ref, by=by) if legs else None


def return_offsets(case_ref: str, *, quote: int | None = None, by: Actor) -> list[Transfer]:
    """Reverse the offsets of a case, or of one quote, each once, in the caller's transaction (C-12)."""
    made = Transfer.objects.filter(case_ref=case_ref, purpose="offset").order_by("pk")
    if quote is not None:
        made = made.filter(key=f"offset:{case_ref}:{quote}")
    return _returned(list(made), by=by)


def _returned(made: Sequence[Transfer], *, by: Actor) -> list[Transfer]:
    """Reverse each once; what two people of finance reversed before (D-10) is undone already and left alone."""
    undone = dict(Transfer.objects.filter(reverses__in=[one.pk for one in made]).values_list("reverses_id", "key"))
    keys = {one.pk: f"return:{one.ref}" for one in made}
    ours = [one for one in made if undone.get(one.pk, keys[one.pk]) == keys[one.pk]]
    return [reverse(one, key=keys[one.pk], by=by) for one in ours]


def _changes(home: Bss, split: Mapping[str, int], before: Mapping[str, int], fen: int) -> list[Leg]:
    """What a split changes at home beside what stands there already; the changes sum to `fen`."""
    if not split.keys() <= _SPLIT.keys():
        raise ValueError("the split names another purpose")
    if sum(split.values()) != sum(before.values()) + fen:
        raise Conflict("error.conflict", rule_id="S-02")
    shares = {kind: split.get(part, 0) - before.get(kind, 0) for part, kind in _SPLIT.items()}
    return [Leg(AccountKey(home.operator, home.province, kind), -share) for kind, share in shares.items() if share]


def return_payment(home: Bss, *, case_ref: str, fen: int, route: str = "", by: Actor) -> list[Transfer]:
    """Reverse everything collected in a case that ends without closing (C-12), in the caller's transaction, by
    whichever province of the operator it was collected: a case may have been taken over since.

    Each collection is reversed once, however often this is called; what went another `route` than it came is moved on
    between the company's cash and the provider. Raises Conflict when what was collected is not
    `fen`, so that what the payer gets back and what the books say cannot differ.
    """
    collected = list(Transfer.objects.filter(case_ref=case_ref, purpose="collect").order_by("pk"))
    account = {"account__operator": home.operator, "account__kind__in": MONEY}
    money = [
        entry for one in collected for entry in one.entries.filter(**account).select_related("account", "transfer")
    ]
    if sum(entry.fen for entry in money) != fen:
        raise Conflict("error.conflict", rule_id="C-12")
    undone = _returned(collected, by=by)
    for entry in money if route else []:
        _moved_on(entry, money_of(route), by=by)
    return undone


def _moved_on(came: Entry, kind: str, *, by: Actor) -> None:
    """What came by one way has left by another: one company's own money, from this account to that."""
    account = came.account
    if account.kind != kind:
        here, there = (AccountKey(account.operator, account.province, one) for one in (account.kind, kind))
        legs = [Leg(here, came.fen), Leg(there, -came.fen)]
        key = f"otherwise:{came.transfer.ref}"
        post("paid_otherwise", legs, key=key, case_ref=came.transfer.case_ref, by=by)


def taken_out(home: Bss, case_ref: str) -> list[Leg]:
    """The legs that would take out again what a case's collections stand for at home; [] where nothing stands."""
    standing = _posted(home, case_ref, "").items()
    return [Leg(AccountKey(home.operator, home.province, kind), fen) for kind, fen in standing if fen]


def owes(debtor: Bss, creditor: Bss, fen: int) -> list[Leg]:
    """The two legs by which `debtor` owes `creditor` some fen; none when both are one company."""
    if debtor == creditor:
        return []
    return [
        Leg(AccountKey(debtor.operator, debtor.province, PAYABLE, creditor.code), -fen),
        Leg(AccountKey(creditor.operator, creditor.province, RECEIVABLE, debtor.code), fen),
    ]
