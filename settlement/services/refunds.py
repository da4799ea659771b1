"""Refunds of the subscriber's own money: the home province owes, the visited province pays as agent (S-01, C-05)."""

from __future__ import annotations

from bss.provinces import Bss
from portal.actors import Actor
from settlement.ledger import DEPOSIT, PREPAYMENT, REFUND_OWED, AccountKey, Leg, money_of
from settlement.models import Transfer
from settlement.services.collection import owes
from settlement.services.ledger import post


def owe_refund(home: Bss, visited: Bss, *, case_ref: str, fen: int, deposit_fen: int = 0, by: Actor) -> Transfer:
    """The home province owes the refund, `deposit_fen` of it out of a contract's deposit and the rest out of the
    prepayment; not yet paid. Once a case, in the caller's transaction.

    `visited` is not touched; it is an argument so that both steps of a refund are called alike.
    """
    parts = {PREPAYMENT: fen - deposit_fen, DEPOSIT: deposit_fen, REFUND_OWED: -fen}
    legs = [Leg(AccountKey(home.operator, home.province, kind), part) for kind, part in parts.items() if part]
    return post("owe_refund", legs, key=f"owe_refund:{case_ref}", case_ref=case_ref, by=by)


def pay_refund(home: Bss, visited: Bss, *, case_ref: str, fen: int, route: str = "", by: Actor) -> Transfer:
    """The visited province has paid the refund, in cash by that `route`, and is owed it by the home province. Once a
    case.
    """
    legs = [
        Leg(AccountKey(home.operator, home.province, REFUND_OWED), fen),
        *owes(home, visited, fen),
        Leg(AccountKey(visited.operator, visited.province, money_of(route)), -fen),
    ]
    return post("pay_refund", legs, key=f"pay_refund:{case_ref}", case_ref=case_ref, by=by)
