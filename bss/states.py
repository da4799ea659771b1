"""The states of a command. SENT is entered and committed before the bytes leave, so a crash reads as "perhaps sent"."""

INTENDED = "INTENDED"
SENT = "SENT"
UNKNOWN = "UNKNOWN"
DONE = "DONE"
REFUSED = "REFUSED"
EXPIRED = "EXPIRED"

ENDS: frozenset[str] = frozenset({DONE, REFUSED, EXPIRED})
OPEN: frozenset[str] = frozenset({INTENDED, SENT, UNKNOWN})

TRANSITIONS: dict[str, frozenset[str]] = {
    INTENDED: frozenset({SENT, EXPIRED}),  # EXPIRED: never sent, and past not_after
    SENT: ENDS | {INTENDED, UNKNOWN},  # back to INTENDED only when surely nothing was sent
    UNKNOWN: ENDS,  # asked about by its id; the same id may be sent again without leaving UNKNOWN
    DONE: frozenset(),
    REFUSED: frozenset(),
    EXPIRED: frozenset(),
}
