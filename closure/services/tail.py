"""The roaming tail while the case is open: expected with the quote, agreed, begun with the closing (C-06)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from closure.models import Case, RoamingTail
from closure.models.roaming import AGREED, OVER, WATCHING
from closure.parameters import ROAMING_CYCLES
from closure.queries import current_quote, filed_on, term
from closure.rules.balance import papers_number
from closure.rules.finding import Facts
from closure.rules.roaming import expected_by, last_day
from portal import clock
from portal.actors import Actor
from portal.moving import begin, move
from portal.refs import new_ref
from settlement.services.ledger import put_under


def expect(case: Case, answers: Mapping[str, Facts], *, by: Actor) -> None:
    """Note what the home province expects; in the caller's transaction, with each quote made from fresh answers."""
    expected = expected_by(answers.get("roaming"))
    tail = RoamingTail.objects.filter(case=case).first()
    if tail is None and expected is not None:
        tail = RoamingTail.objects.create(ref=new_ref(), state=AGREED, owner="subscriber", case=case)
        begin(tail, by=by, reason="expected", rules=("C-06",))
        put_under(papers_number(case.case_no), tail.ref)
    until = last_day(expected, filed_on(case), term(case, ROAMING_CYCLES)) if expected else None
    RoamingTail.objects.filter(case=case, state=AGREED).update(expected_on=expected, until_on=until)


def settle(case: Case) -> None:
    """The money step is the agreement, also to the way that stood there; in the caller's transaction."""
    RoamingTail.objects.filter(case=case, agreed_at=None).update(agreed_at=clock.now())


def start(case: Case, *, by: Actor) -> None:
    """The line is closed: from now on home is asked what came. In the caller's transaction."""
    tail = RoamingTail.objects.filter(case=case, state=AGREED).first()
    quote = current_quote(case)
    if tail is None or quote is None:
        return
    kept = sum(line.fen for line in quote.lines.filter(kind="kept"))
    if tail.until_on is None and not kept:
        move(tail, OVER, by=by, reason="nothing expected", rules=("C-06",), due_at=None, owner="")
        return
    owner = f"operator:{case.operator}:{case.province}"
    move(tail, WATCHING, by=by, reason="closed", rules=("C-06",), kept_fen=kept, due_at=clock.now(), owner=owner)


def hand_back(case: Case, *, by: Actor) -> None:
    """The person has the number back: the reopened line is billed for roaming as before, and what was kept lies in its
    own bucket still: none of it is this case's any more. In the caller's transaction. A tail whose account is closed
    goes on to its end.
    """
    tail = RoamingTail.objects.select_for_update().filter(case=case, state=WATCHING).first()
    if tail is not None:
        nothing: dict[str, Any] = {"kept_fen": 0, "charges": [], "charged_fen": 0}
        move(tail, OVER, by=by, reason="number had back", rules=("C-06", "C-11"), due_at=None, owner="", **nothing)


def end(case: Case, *, by: Actor) -> None:
    """A case that ends without closing has no tail: the line is billed as before. In the caller's transaction."""
    tail = RoamingTail.objects.filter(case=case, state=AGREED).first()
    if tail is not None:
        move(tail, OVER, by=by, reason="case ended", rules=("C-12",), due_at=None, owner="")
