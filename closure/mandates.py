"""The kinds of mandates, the papers each needs, and the states of one with every edge between them. Imports nothing.

A paper is uploaded as a picture first; its original is seen in a store and given back, never asked for by post (C-20).

Odd edges, and why they exist:
RETURNED → SUBMITTED  a paper was missing or could not be read; it is sent again, as often as needed until the lapse.
ACCEPTED → SUBMITTED  something is wrong with papers that were accepted: somebody else reads them again.
PROVED → SUBMITTED    the same after the originals were seen.
PROVED → REFUSED      the papers are found false when the line is closed already: nothing is left to read again.
GATHERING             not filed yet, or nothing is sent yet.
"""

DELEGATE, HEIR, GUARDIAN, UNIT = "delegate", "heir", "guardian", "unit"
KINDS = (DELEGATE, HEIR, GUARDIAN, UNIT)
RULE = {DELEGATE: "C-09", HEIR: "C-24", GUARDIAN: "C-24", UNIT: "C-25"}
PAPERS: dict[str, tuple[str, ...]] = {
    DELEGATE: ("letter",),
    HEIR: ("death", "kinship"),
    GUARDIAN: ("guardianship",),
    UNIT: ("licence", "unit_letter"),
}

ASKED_BY = {"identity.unit": UNIT, "identity.heir": HEIR, "identity.minor": GUARDIAN}
"""Which finding of a held case asks for whom."""

GATHERING = "GATHERING"
SUBMITTED = "SUBMITTED"
RETURNED = "RETURNED"
ACCEPTED = "ACCEPTED"
PROVED = "PROVED"
REFUSED = "REFUSED"

TRANSITIONS: dict[str, frozenset[str]] = {
    GATHERING: frozenset({SUBMITTED}),
    SUBMITTED: frozenset({RETURNED, ACCEPTED, PROVED, REFUSED}),
    RETURNED: frozenset({SUBMITTED}),
    ACCEPTED: frozenset({PROVED, SUBMITTED}),
    PROVED: frozenset({SUBMITTED, REFUSED}),
    REFUSED: frozenset(),
}

ASKED, GRANTED, DENIED = "asked", "granted", "denied"
