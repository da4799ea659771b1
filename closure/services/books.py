"""What the home province said of a case, held against its own book before anybody relies on it (C-13, B-1).

One exchange more at the end of a step: what was said done and was not is recorded and ordered anew, and no case is
CLOSED while the province's own book shows the line open.
"""

from __future__ import annotations

from bss.models import Command, Obstruction
from bss.services import books, obstructions
from bss.states import DISPROVED
from closure.models import Case
from closure.parameters import LIES_TO_ESCALATE, RETRY_SECONDS
from closure.queries import term
from closure.services import orders
from portal.actors import Actor


def proved(case: Case, *, by: Actor) -> bool:
    """Whether the book shows everything the province said it did; False also while it gives no usable answer."""
    return books.compare(orders.home_of_case(case), case.number.plain, case_ref=case.ref, by=by).true


def proved_closed(case: Case, *, by: Actor) -> bool:
    """The same, and the province's own snapshot shows the line closed. Outside transactions.

    A snapshot that contradicts the book is recorded once with both answers; the case waits until they agree.
    """
    home = orders.home_of_case(case)
    found = books.compare(home, case.number.plain, case_ref=case.ref, by=by, snapshot=True)
    if not found.true:
        return False
    if found.snapshot["state"] == "closed":
        return True
    kind = obstructions.BOOKS_DISAGREE
    if not Obstruction.objects.filter(case_ref=case.ref, kind=kind).exists():
        told, against = found.refs["snapshot"], found.refs["effects"]
        words = f"close_line: {found.snapshot['state']}"
        obstructions.record(
            home,
            kind,
            case_ref=case.ref,
            rules=("B-1", "C-11"),
            evidence_ref=told,
            against_ref=against,
            words=words,
            by=by,
        )
    return False


def lies_of(case: Case) -> int:
    """How many commands of the case were said done and were not."""
    return Command.objects.filter(case_ref=case.ref, state=DISPROVED).count()


def pause_s(case: Case) -> int:
    """Seconds until the next look at a province whose book does not show what it said: doubled with each lie."""
    seconds: int = term(case, RETRY_SECONDS)
    return seconds << min(lies_of(case), 6)


def is_for_people(case: Case) -> bool:
    """Whether it lied so often that a person at home has to see to it."""
    return lies_of(case) >= int(term(case, LIES_TO_ESCALATE))
