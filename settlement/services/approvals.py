"""Four eyes: one person asks to reverse a transfer, to settle a statement or for a large refund, another one decides
(S-02, D-10).

Only the decision posts, or sends the money. That the two differ is held by the database as well.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.db import IntegrityError, transaction

from portal import audit, clock
from portal.actors import Actor
from portal.errors import Conflict, Invalid, Missing, Refused
from portal.moving import begin, move
from settlement import states
from settlement.ledger import CLEARING, SETTLE, AccountKey, Leg
from settlement.models import Approval, Statement, Transfer
from settlement.models.approval import PAY_REFUND, REVERSE, SETTLE_STATEMENT
from settlement.queries import visible_to
from settlement.queries_books import approvals_visible_to
from settlement.queries_statements import as_lines, statements_visible_to
from settlement.services import invoicing, payouts
from settlement.services.ledger import post, reverse

LONGEST_REASON = 200
_RULE = {REVERSE: "S-02", SETTLE_STATEMENT: "S-01", PAY_REFUND: "C-05"}


def ask_reversal(transfer_ref: str, reason: str, *, by: Actor) -> Approval:
    """Ask for the exact opposite of a transfer (冲正); nothing is posted yet.

    Raises Missing for a transfer out of scope, Invalid without a reason, Refused `error.approval.foreign` when it
    touches another operator's books, `error.approval.settling` when it settled a statement, Conflict when it was
    reversed, is a reversal, or waits for a decision already.
    """
    words = _checked(reason, by)
    transfer = visible_to(by).filter(ref=transfer_ref).first()
    if transfer is None:
        raise Missing("error.missing")
    if transfer.entries.exclude(account__operator=by.operator).exists():
        raise Refused("error.approval.foreign", rule_id="D-10")
    if transfer.purpose == SETTLE:
        raise Refused("error.approval.settling", rule_id="S-01")
    if transfer.reverses_id is not None or Transfer.objects.filter(reverses=transfer).exists():
        raise Conflict("error.approval.reversed", rule_id="S-02")
    return _asked(Approval(state=states.ASKED, verb=REVERSE, transfer=transfer, reason=words), by=by)


def ask_settling(number: str, reason: str, *, by: Actor) -> Approval:
    """Ask to settle a statement; raises Missing out of scope, Invalid without a reason, Conflict when it is settled
    or waits for a decision already.
    """
    words = _checked(reason, by)
    statement = statements_visible_to(by).filter(number=number).first()
    if statement is None:
        raise Missing("error.missing")
    if statement.state != states.FROZEN:
        raise Conflict("error.statement.settled", rule_id="S-01")
    return _asked(Approval(state=states.ASKED, verb=SETTLE_STATEMENT, statement=statement, reason=words), by=by)


def decide(ref: str, *, approve: bool, because: str, by: Actor) -> Approval:
    """Approve a request, which posts it or lets the refund go in the same transaction, or deny it; with a reason
    either way (D-10).

    Raises Missing out of scope, Refused `error.approval.own` for whoever asked, Conflict when it was decided already
    or can no longer be posted.
    """
    words = _checked(because, by, field="because")
    with transaction.atomic(durable=True):
        row = approvals_visible_to(by).select_for_update(of=("self",)).filter(ref=ref).first()
        if row is None:
            raise Missing("error.missing")
        if row.asked_by == by.ref:
            raise Refused("error.approval.own", rule_id="D-10")
        if row.state != states.ASKED:
            raise Conflict("error.approval.decided", rule_id="D-10")
        told: dict[str, Any] = {
            "decided_by": by.ref,
            "decided_label": by.label,
            "decided_at": clock.now(),
        }
        posted = _posted(row, by=by) if approve and row.payout is None else None
        to = states.APPROVED if approve else states.DENIED
        rules = (_RULE[row.verb], "D-10")
        move(row, to, by=by, reason=row.verb, rules=rules, owner="", due_at=None, posted=posted, because=words, **told)
        if row.payout is not None:
            (payouts.release if approve else payouts.turn_down)(row.payout, by=by)
        facts = {"verb": row.verb, "subject": _subject(row), "posted": posted.ref if posted else ""}
        name = f"settlement.{row.verb}_{to.lower()}"
        audit.record(name, subject_ref=row.ref, by=by, chain=audit.CENTRE, rules=rules, facts=facts)
    return row


def settling_legs(statement: Statement) -> list[Leg]:
    """The legs that bring a statement's receivables and payables back to zero; one clearing leg a company."""
    legs: list[Leg] = []
    owed: dict[tuple[str, str], int] = defaultdict(int)
    for line in as_lines(statement.lines.select_related("account")):
        if line.fen:
            legs.append(Leg(AccountKey(line.operator, line.province, line.kind, line.counterpart), -line.fen))
            owed[line.operator, line.province] += line.fen
    cleared = [Leg(AccountKey(*company, CLEARING), fen) for company, fen in sorted(owed.items()) if fen]
    return legs + cleared


def _posted(row: Approval, *, by: Actor) -> Transfer:
    if row.transfer is not None:
        posted = reverse(row.transfer, key=f"reversal:{row.ref}", by=by)
        invoicing.follow_reversal(row.transfer, by=by)
        return posted
    statement = row.statement
    if statement is None:
        raise ValueError("a request is about a transfer or a statement")
    legs = settling_legs(statement)
    if not legs:
        raise Conflict("error.statement.empty", rule_id="S-01")
    move(statement, states.SETTLED, by=by, reason="settled", rules=("S-01", "D-10"))
    return post(SETTLE, legs, key=f"settle:{statement.ref}", case_ref="", by=by)


def _asked(row: Approval, *, by: Actor) -> Approval:
    row.operator, row.asked_at = by.operator, clock.now()
    row.asked_by, row.asked_label = by.ref, by.label
    try:
        with transaction.atomic(durable=True):
            row.save(force_insert=True)
            begin(row, by=by, reason=row.verb, rules=(_RULE[row.verb], "D-10"))
            facts = {"verb": row.verb, "subject": _subject(row)}
            name = f"settlement.{row.verb}_asked"
            audit.record(name, subject_ref=row.ref, by=by, chain=audit.CENTRE, rules=("D-10",), facts=facts)
    except IntegrityError as error:
        raise Conflict("error.approval.waiting", rule_id="D-10") from error
    return row


def _subject(row: Approval) -> str:
    if row.payout is not None:
        return row.payout.ref
    return row.transfer.ref if row.transfer else row.statement.number if row.statement else ""


def _checked(reason: str, by: Actor, *, field: str = "reason") -> str:
    """The reason of a person who signed in, never a token's or a robot's."""
    if not by.present or not by.operator:
        raise Refused("error.refused", rule_id="D-10")
    words = reason.strip()
    if not words or len(words) > LONGEST_REASON:
        raise Invalid("error.approval.reason", field=field, rule_id="D-10")
    return words
