"""The states of a command. SENT is entered and committed before the bytes leave, so a crash reads as "perhaps sent".

DONE → DISPROVED: the province said done, and its own book of effects shows nothing; a new command takes its place.
"""

INTENDED = "INTENDED"
SENT = "SENT"
UNKNOWN = "UNKNOWN"
DONE = "DONE"
REFUSED = "REFUSED"
EXPIRED = "EXPIRED"
DISPROVED = "DISPROVED"

_TOLD: frozenset[str] = frozenset({DONE, REFUSED, EXPIRED})
ENDS: frozenset[str] = _TOLD | {DISPROVED}
OPEN: frozenset[str] = frozenset({INTENDED, SENT, UNKNOWN})
NOT_DONE: frozenset[str] = frozenset({EXPIRED, DISPROVED})  # surely not done: a new command may take its place

TRANSITIONS: dict[str, frozenset[str]] = {
    INTENDED: frozenset({SENT, EXPIRED}),  # EXPIRED: never sent, and past not_after
    SENT: _TOLD | {INTENDED, UNKNOWN},  # back to INTENDED only when surely nothing was sent
    UNKNOWN: _TOLD,  # asked about by its id; the same id may be sent again without leaving UNKNOWN
    DONE: frozenset({DISPROVED}),
    REFUSED: frozenset(),
    EXPIRED: frozenset(),
    DISPROVED: frozenset(),
}
