"""Collecting and returning money as agent of the home province (S-01); the legs are drawn in `settlement.ledger`."""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import Sum

from bss.provinces import Bss
from portal.actors import Actor
from portal.errors import Conflict
from settlement.ledger import (
    BILLS,
    LATE_FEE,
    PAYABLE,
    PENALTY,
    PREPAYMENT,
    PROVIDER,
    RECEIVABLE,
    UNBILLED,
    AccountKey,
    Leg,
)
from settlement.models import Entry, Transfer
from settlement.services.ledger import post, reverse

COLLECTED = "collected"
_SPLIT = {"bills": BILLS, "late_fee": LATE_FEE, "penalty": PENALTY, "unbilled": UNBILLED, "applied": PREPAYMENT}


def collect(
    home: Bss, visited: Bss, *, case_ref: str, payment_ref: str, fen: int, split: Mapping[str, int], by: Actor
) -> Transfer:
    """Post what the visited province collected for the home province, once per payment, in the caller's transaction.

    `split` divides `fen` by purpose: bills, late_fee, penalty, unbilled, and negative: applied (the subscriber's
    prepayment used up) and collected (earlier payments of this case; then the split is of the whole quote, and only
    what it changes is posted at home). Raises ValueError when it does not sum to `fen` or names another purpose,
    Conflict when `collected` is not what the case's transfers say.
    """
    whole = {part: share for part, share in split.items() if part != COLLECTED}
    if sum(split.values()) != fen or not whole.keys() <= _SPLIT.keys():
        raise ValueError("the split is not the sum")
    before = _split_before(home, case_ref, payment_ref) if COLLECTED in split else {}
    if sum(before.values()) != -split.get(COLLECTED, 0):
        raise Conflict("error.conflict", rule_id="S-02")
    legs = [Leg(AccountKey(visited.operator, visited.province, PROVIDER), fen), *owes(visited, home, fen)]
    for part, kind in _SPLIT.items():
        if share := whole.get(part, 0) - before.get(kind, 0):
            legs.append(Leg(AccountKey(home.operator, home.province, kind), -share))
    return post("collect", legs, key=f"collect:{payment_ref}", case_ref=case_ref, command_ref=payment_ref, by=by)


def _split_before(home: Bss, case_ref: str, payment_ref: str) -> dict[str, int]:
    """How earlier payments of the case were divided at home, by kind of account; reversed ones do not count."""
    entries = Entry.objects.filter(
        transfer__case_ref=case_ref,
        transfer__purpose="collect",
        transfer__reversed_by=None,
        account__operator=home.operator,
        account__province=home.province,
        account__kind__in=_SPLIT.values(),
    ).exclude(transfer__command_ref=payment_ref)
    sums = entries.values_list("account__kind").annotate(fen=Sum("fen"))
    return {kind: -fen for kind, fen in sums}


def offset(home: Bss, *, case_ref: str, split: Mapping[str, int], by: Actor) -> Transfer:
    """Post charges met wholly from the subscriber's prepayment, when nothing is collected; `split` sums to zero."""
    if sum(split.values()) or not split.keys() <= _SPLIT.keys():
        raise ValueError("the split is not zero")
    legs = [Leg(AccountKey(home.operator, home.province, _SPLIT[part]), -fen) for part, fen in split.items() if fen]
    return post("offset", legs, key=f"offset:{case_ref}", case_ref=case_ref, by=by)


def return_payment(home: Bss, visited: Bss, *, case_ref: str, fen: int, by: Actor) -> list[Transfer]:
    """Reverse everything collected in a case that ends without closing (C-12), in the caller's transaction.

    Each collection is reversed once, however often this is called. Raises Conflict when what was collected is not
    `fen`, so that what the payer gets back and what the books say cannot differ.
    """
    collected = list(Transfer.objects.filter(case_ref=case_ref, purpose="collect").order_by("pk"))
    account = {"account__operator": visited.operator, "account__province": visited.province, "account__kind": PROVIDER}
    money = sum(entry.fen for transfer in collected for entry in transfer.entries.filter(**account))
    if money != fen:
        raise Conflict("error.conflict", rule_id="C-12")
    return [reverse(transfer, key=f"return:{transfer.ref}", by=by) for transfer in collected]


def owes(debtor: Bss, creditor: Bss, fen: int) -> list[Leg]:
    """The two legs by which `debtor` owes `creditor` some fen; none when both are one company."""
    if debtor == creditor:
        return []
    return [
        Leg(AccountKey(debtor.operator, debtor.province, PAYABLE, creditor.code), -fen),
        Leg(AccountKey(creditor.operator, creditor.province, RECEIVABLE, debtor.code), fen),
    ]
