"""The states of a closure case and every edge between them. Imports nothing.

Odd edges, and why they exist:
HELD → VERIFYING      the person mended what was asked (or the hold was lifted) and has it checked again.
QUOTED → VERIFYING    a quote ran out; figures are asked anew rather than stretched.
QUOTED → SETTLED      nothing is to be paid: zero, or a refund whose route is chosen.
PAYING → QUOTED       the provider says surely not paid; the quote stands and can be paid again.
CLOSING → HELD        the home province refused lawfully; money kept, charges still stopped.
"""

DRAFT = "DRAFT"
FILED = "FILED"
VERIFYING = "VERIFYING"
HELD = "HELD"
QUOTED = "QUOTED"
PAYING = "PAYING"
SETTLED = "SETTLED"
CLOSING = "CLOSING"
CLOSED = "CLOSED"
WITHDRAWN = "WITHDRAWN"
LAPSED = "LAPSED"

TRANSITIONS: dict[str, frozenset[str]] = {
    DRAFT: frozenset({FILED}),
    FILED: frozenset({VERIFYING, WITHDRAWN, LAPSED}),
    VERIFYING: frozenset({HELD, QUOTED, WITHDRAWN, LAPSED}),
    HELD: frozenset({VERIFYING, WITHDRAWN, LAPSED}),
    QUOTED: frozenset({PAYING, SETTLED, VERIFYING, WITHDRAWN, LAPSED}),
    PAYING: frozenset({SETTLED, QUOTED}),
    SETTLED: frozenset({CLOSING}),
    CLOSING: frozenset({CLOSED, HELD}),
    CLOSED: frozenset(),
    WITHDRAWN: frozenset(),
    LAPSED: frozenset(),
}
TERMINAL = frozenset(state for state, onward in TRANSITIONS.items() if not onward)
OPEN = frozenset(TRANSITIONS) - TERMINAL - {DRAFT}
BEFORE_MONEY = frozenset(state for state, onward in TRANSITIONS.items() if WITHDRAWN in onward)
CHOICES = [(state, state) for state in TRANSITIONS]
