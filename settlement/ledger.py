"""The words of the ledger and its chart of accounts (S-01, S-02).

Fen are signed: a debit is positive, a credit negative. One operator's company in one province owns an account; a
`counterpart` is the code (`161_35`) of the other company.

| kind | whose | what it holds |
|---|---|---|
| provider | visited | money at the payment provider: collected and not yet settled (debit), paid out (credit) |
| payable | any | owed to the counterpart's company (credit) |
| receivable | any | owed by the counterpart's company (debit) |
| bills, unbilled, late_fee, penalty | home | what the subscriber owes, and pays (credit) |
| prepayment | home | the subscriber's own money, used up or taken out (debit) |
| refund_owed | home | a refund decided and not yet paid (credit), paid (debit) |
| bounced_refund | home | a refund that came back and waits for the person to choose another way (credit) |
| suspense | home | a refund of which nobody knows past its limit whether it was paid (credit) |
| vat | home | output tax of issued invoices (credit), taken back by red notes (debit) |
| vat_within | home | the same tax as contained in the charges above, which stay gross (debit) |
| clearing | any | money moved between companies to settle a statement: received (debit), paid (credit) |

Net settlement brings each pair of receivable and payable back to zero, and each company pays or gets one sum.
"""

from __future__ import annotations

from dataclasses import dataclass

PROVIDER = "provider"
PAYABLE = "payable"
RECEIVABLE = "receivable"
BILLS = "bills"
UNBILLED = "unbilled"
LATE_FEE = "late_fee"
PENALTY = "penalty"
PREPAYMENT = "prepayment"
REFUND_OWED = "refund_owed"
BOUNCED_REFUND = "bounced_refund"
SUSPENSE = "suspense"
CLEARING = "clearing"
VAT = "vat"
VAT_WITHIN = "vat_within"

KINDS: frozenset[str] = frozenset(
    {PROVIDER, PAYABLE, RECEIVABLE, BILLS, UNBILLED, LATE_FEE, PENALTY, PREPAYMENT, REFUND_OWED, CLEARING}
    | {VAT, VAT_WITHIN, BOUNCED_REFUND, SUSPENSE}
)

MUTUAL: frozenset[str] = frozenset({PAYABLE, RECEIVABLE})
"""What one company owes another: these are netted."""
SETTLE = "settle"
"""The purpose of a transfer that settles a statement; it moves balances and is no turnover of the next statement."""


@dataclass(frozen=True, order=True)
class AccountKey:
    """What names an account."""

    operator: str
    province: str
    kind: str
    counterpart: str = ""


@dataclass(frozen=True, order=True)
class Leg:
    """One entry to be: an account and signed whole fen, never zero."""

    account: AccountKey
    fen: int
