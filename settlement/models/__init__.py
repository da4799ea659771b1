"""Rows of the ledger and of money on its way."""

from settlement.models.ledger import Account, Entry, Transfer, Voucher
from settlement.models.money import Payment, Payout
from settlement.simulated.models import SimulatedCharge, SimulatedPayout

__all__ = ["Account", "Entry", "Payment", "Payout", "SimulatedCharge", "SimulatedPayout", "Transfer", "Voucher"]
