"""Refunds of the subscriber's own money: the home province owes, the visited province pays as agent (S-01, C-05)."""

from __future__ import annotations

from bss.provinces import Bss
from portal.actors import Actor
from settlement.ledger import PREPAYMENT, PROVIDER, REFUND_OWED, AccountKey, Leg
from settlement.models import Transfer
from settlement.services.collection import owes
from settlement.services.ledger import post


def owe_refund(home: Bss, visited: Bss, *, case_ref: str, fen: int, by: Actor) -> Transfer:
    """The home province owes the refund: out of the prepayment, not yet paid. Once a case, in the caller's transaction.

    `visited` is not touched; it is an argument so that both steps of a refund are called alike.
    """
    legs = [
        Leg(AccountKey(home.operator, home.province, PREPAYMENT), fen),
        Leg(AccountKey(home.operator, home.province, REFUND_OWED), -fen),
    ]
    return post("owe_refund", legs, key=f"owe_refund:{case_ref}", case_ref=case_ref, by=by)


def pay_refund(home: Bss, visited: Bss, *, case_ref: str, fen: int, by: Actor) -> Transfer:
    """The visited province has paid the refund and is owed it by the home province. Once a case."""
    legs = [
        Leg(AccountKey(home.operator, home.province, REFUND_OWED), fen),
        *owes(home, visited, fen),
        Leg(AccountKey(visited.operator, visited.province, PROVIDER), -fen),
    ]
    return post("pay_refund", legs, key=f"pay_refund:{case_ref}", case_ref=case_ref, by=by)
