"""The states of money that moves through the payment provider; one table for payments in and payouts out."""

CASH = "cash"
"""The way by which money is paid in, or fetched, in a store and not through the provider."""

AWAITING = "AWAITING"
INTENDED = "INTENDED"
SENT = "SENT"
UNKNOWN = "UNKNOWN"
PAID = "PAID"
REFUSED = "REFUSED"
EXPIRED = "EXPIRED"

ENDS: frozenset[str] = frozenset({PAID, REFUSED, EXPIRED})
OPEN: frozenset[str] = frozenset({INTENDED, SENT, UNKNOWN})

TRANSITIONS: dict[str, frozenset[str]] = {
    INTENDED: frozenset({SENT, EXPIRED}),  # EXPIRED: never sent, and past not_after
    SENT: ENDS | {UNKNOWN},  # SENT is also "the page of the provider is open to the payer"
    UNKNOWN: ENDS | {SENT},  # SENT: the provider said, asked by id, that it is still pending
    PAID: frozenset(),
    REFUSED: frozenset(),
    EXPIRED: frozenset(),
}

PAYOUTS: dict[str, frozenset[str]] = {
    AWAITING: frozenset({INTENDED, REFUSED}),  # a large refund waits for a second person, who may say no
    **TRANSITIONS,
}
"""Money out: as above, and above a sum it is seen by two people first (D-10)."""

FROZEN = "FROZEN"
SETTLED = "SETTLED"
STATEMENTS: dict[str, frozenset[str]] = {FROZEN: frozenset({SETTLED}), SETTLED: frozenset()}
"""A monthly statement: its figures never change, only whether it is settled."""

ISSUED = "ISSUED"
ARCHIVED = "ARCHIVED"
INVOICES: dict[str, frozenset[str]] = {ISSUED: frozenset({ARCHIVED}), ARCHIVED: frozenset()}
"""An invoice is issued or is not there, and archived once its signed paper is stored; a red note does not change it."""

ASKED = "ASKED"
APPROVED = "APPROVED"
DENIED = "DENIED"
APPROVALS: dict[str, frozenset[str]] = {
    ASKED: frozenset({APPROVED, DENIED}),
    APPROVED: frozenset(),
    DENIED: frozenset(),
}
"""What needs a second person (D-10)."""
WAITING = "WAITING"
AGREED = "AGREED"
DIFFERS = "DIFFERS"
RECONCILIATIONS: dict[str, frozenset[str]] = {
    WAITING: frozenset({AGREED, DIFFERS}),  # a province that does not answer leaves it waiting, never agreed
    AGREED: frozenset(),
    DIFFERS: frozenset(),
}
"""One run of a reconciliation (S-03); asked again, it is another run."""

STANDING = "STANDING"
GONE = "GONE"
DIFFERENCES: dict[str, frozenset[str]] = {STANDING: frozenset({GONE}), GONE: frozenset()}
"""A difference; one that comes back is another, with a work order of its own."""
