"""Rows of the ledger, of its statements, and of money on its way."""

from settlement.models.approval import Approval
from settlement.models.invoice import Invoice, InvoiceLine, InvoicePaper
from settlement.models.late import LateRefund
from settlement.models.ledger import Account, Entry, Transfer, Voucher
from settlement.models.money import Payment, Payout
from settlement.models.netting import (
    Counted,
    DailyTotal,
    Statement,
    StatementCorrection,
    StatementLine,
    StatementPaper,
)
from settlement.models.reconciling import Difference, Reconciliation
from settlement.simulated.models import SimulatedCharge, SimulatedPayout

__all__ = [
    "Account",
    "Approval",
    "Counted",
    "DailyTotal",
    "Difference",
    "Entry",
    "Invoice",
    "InvoiceLine",
    "InvoicePaper",
    "LateRefund",
    "Payment",
    "Payout",
    "Reconciliation",
    "SimulatedCharge",
    "SimulatedPayout",
    "Statement",
    "StatementCorrection",
    "StatementLine",
    "StatementPaper",
    "Transfer",
    "Voucher",
]
