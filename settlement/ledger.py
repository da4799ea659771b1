"""The words of the ledger and its chart of accounts (S-01, S-02).

Fen are signed: a debit is positive, a credit negative. One operator's company in one province owns an account; a
`counterpart` is the code (`161_35`) of the other company.

| kind | whose | what it holds |
|---|---|---|
| provider | visited | money at the payment provider: collected and not yet settled (debit), paid out (credit) |
| cash | visited | notes and coins in the stores: taken (debit), handed out (credit), banked at the day close |
| bank | visited | what its stores brought to the bank (debit) |
| cash_difference | visited | what a store counted too little (debit) or too much (credit) |
| payable | any | owed to the counterpart's company (credit) |
| receivable | any | owed by the counterpart's company (debit) |
| bills, unbilled, late_fee, penalty | home | what the subscriber owes, and pays (credit) |
| prepayment | home | the subscriber's own money, used up or taken out (debit) |
| deposit | home | a contract's deposit given back (debit) |
| refund_owed | home | a refund decided and not yet paid (credit), paid (debit) |
| bounced_refund | home | a refund that came back and waits for the person to choose another way (credit) |
| suspense | home | a refund of which nobody knows past its limit whether it was paid (credit) |
| vat | home | output tax of issued invoices (credit), taken back by red notes (debit) |
| vat_within | home | the same tax as contained in the charges above, which stay gross (debit) |
| clearing | any | money moved between companies to settle a statement: received (debit), paid (credit) |

Gifted credit is no money and has no account: it is neither paid in nor given back (C-05). Nor has a charge that is set
aside in a dispute: it is neither collected nor kept back until it is decided, and then it is a claim like any other.

Net settlement brings each pair of receivable and payable back to zero, and each company pays or gets one sum.
"""

from __future__ import annotations

from dataclasses import dataclass

from settlement import states

PROVIDER = "provider"
CASH = "cash"
BANK = "bank"
CASH_DIFFERENCE = "cash_difference"
PAYABLE = "payable"
RECEIVABLE = "receivable"
BILLS = "bills"
UNBILLED = "unbilled"
LATE_FEE = "late_fee"
PENALTY = "penalty"
PREPAYMENT = "prepayment"
DEPOSIT = "deposit"
REFUND_OWED = "refund_owed"
BOUNCED_REFUND = "bounced_refund"
SUSPENSE = "suspense"
CLEARING = "clearing"
VAT = "vat"
VAT_WITHIN = "vat_within"

KINDS: frozenset[str] = frozenset(
    {PROVIDER, PAYABLE, RECEIVABLE, BILLS, UNBILLED, LATE_FEE, PENALTY, PREPAYMENT, REFUND_OWED, CLEARING}
    | {VAT, VAT_WITHIN, BOUNCED_REFUND, SUSPENSE, CASH, BANK, CASH_DIFFERENCE, DEPOSIT}
)

MONEY: frozenset[str] = frozenset({PROVIDER, CASH})
"""Where the visited company has what it collects and pays out of."""

MUTUAL: frozenset[str] = frozenset({PAYABLE, RECEIVABLE})
"""What one company owes another: these are netted."""
SETTLE = "settle"
"""The purpose of a transfer that settles a statement; it moves balances and is no turnover of the next statement."""


def money_of(method: str) -> str:
    """The kind of account that a payment or a refund moves, by its method or route."""
    return CASH if method == states.CASH else PROVIDER


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
