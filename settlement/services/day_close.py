"""What a store's day close posts: the cash leaves the drawer, and what was not as the books say is named (S-02)."""

from __future__ import annotations

from datetime import date

from bss.provinces import Bss
from portal.actors import Actor
from settlement.ledger import BANK, CASH, CASH_DIFFERENCE, AccountKey, Leg
from settlement.models import Transfer
from settlement.services.ledger import post


def close_day(company: Bss, store: str, on: date, *, expected_fen: int, counted_fen: int, by: Actor) -> Transfer | None:
    """Post that a store brought what it counted to the bank; once a store and day, in the caller's transaction.

    `expected_fen` is what its cash payments less its cash refunds of the day come to, whole fen, below 0 when it handed
    out more than it took; then the bank's money fills the drawer again. None when there was none and none was found.
    Raises ValueError for a count below zero of a drawer that should hold something, Conflict when the same day was
    closed with other figures.
    """
    if counted_fen < min(0, expected_fen):
        raise ValueError("a drawer holds no less than nothing")
    sums = {CASH: -expected_fen, BANK: counted_fen, CASH_DIFFERENCE: expected_fen - counted_fen}
    legs = [Leg(AccountKey(company.operator, company.province, kind), fen) for kind, fen in sums.items() if fen]
    if not legs:
        return None
    return post("day_close", legs, key=f"day_close:{company.code}:{store}:{on.isoformat()}", case_ref="", by=by)
