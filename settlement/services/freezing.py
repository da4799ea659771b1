"""The monthly statement: frozen on day 1 of the next month ⚙, numbered, hashed, signed; nothing is posted (S-01)."""

from __future__ import annotations

import hashlib
import hmac
from datetime import date, timedelta
from typing import Any

from django.db import transaction

from portal import audit, clock
from portal.actors import Actor
from portal.errors import Conflict, Invalid
from portal.moving import begin
from portal.nudges import nudge
from portal.parameters import value_of
from portal.refs import new_ref
from portal.signing import is_genuine, sign_document
from settlement import queries_statements as queries
from settlement import states
from settlement.models import Account, Statement, StatementCorrection, StatementLine
from settlement.parameters import FREEZE_DAY
from settlement.rules.netting import Line, book_text, frozen_from, month_of
from settlement.services.counting import count_within


def number_of(operator: str, first_on: date) -> str:
    """`JS202610-161`: one a month and operator, so that nothing can be missing between two."""
    return f"JS{first_on:%Y%m}-{operator}"


def freeze(operator: str, month: date, *, by: Actor) -> Statement:
    """Freeze the month of a day for one operator and return the statement; again gives the first one.

    What is posted later for this month goes to the next statement and points back. Raises Conflict
    `error.statement.early` before its day, Invalid `error.statement.order` when the month before is not frozen yet.
    """
    first_on, last_on = month_of(month)
    with transaction.atomic(durable=True):
        up_to = count_within()  # also the lock: statements are frozen one after the other
        earlier = list(Statement.objects.filter(operator=operator).order_by("first_on"))
        if (made := next((one for one in earlier if one.first_on == first_on), None)) is not None:
            return made
        _must_be_next(operator, first_on, last_on, earlier[-1] if earlier else None)
        statement = _written(operator, (first_on, last_on), up_to, earlier, by=by)
        nudge("settlement.close_books")
    return statement


def freeze_due(*, by: Actor) -> list[Statement]:
    """Freeze every month that is over and not frozen yet, for all operators, the oldest first."""
    made = []
    for operator, first_day in queries.operators_with_turnover().items():
        while (month := _next_month(operator, first_day)) is not None:
            made.append(freeze(operator, month, by=by))
    return made


def _next_month(operator: str, first_day: date) -> date | None:
    last = queries.last_statement(operator)
    first_on, last_on = month_of(last.last_on + timedelta(days=1) if last else first_day)
    return first_on if clock.today() >= _from(operator, last_on) else None


def _from(operator: str, last_on: date) -> date:
    return frozen_from(last_on, int(value_of(FREEZE_DAY, operator=operator, on=last_on)))


def _must_be_next(operator: str, first_on: date, last_on: date, last: Statement | None) -> None:
    if clock.today() < _from(operator, last_on):
        raise Conflict("error.statement.early", rule_id="S-01", until_on=_from(operator, last_on))
    if last is not None and first_on != last.last_on + timedelta(days=1):
        raise Invalid("error.statement.order", rule_id="S-01")


def _written(operator: str, month: tuple[date, date], up_to: int, earlier: list[Statement], *, by: Actor) -> Statement:
    before = earlier[-1] if earlier else None
    statement = Statement(
        ref=new_ref(),
        state=states.FROZEN,
        due_at=clock.now(),  # its paper is to be printed
        owner="robot:bookkeeper",
        number=number_of(operator, month[0]),
        operator=operator,
        first_on=month[0],
        last_on=month[1],
        up_to=up_to,
        before=before,
        frozen_at=clock.now(),
        frozen_by=by.ref,
    )
    lines = _lines_of(statement)
    corrections = queries.corrections_in(statement, earlier)
    book = _book(statement, _plain(lines), [(made.ref, of.number, why) for made, of, why in corrections])
    statement.sha256, statement.book = hashlib.sha256(book).hexdigest(), sign_document(book)
    statement.save(force_insert=True)
    StatementLine.objects.bulk_create(lines)
    StatementCorrection.objects.bulk_create(
        StatementCorrection(statement=statement, of=of, transfer=made, why=why) for made, of, why in corrections
    )
    begin(statement, by=by, reason="frozen", rules=("S-01",))
    facts = {"number": statement.number, "sha256": statement.sha256, "lines": len(lines)}
    audit.record("statement.frozen", subject_ref=statement.ref, by=by, chain=audit.CENTRE, rules=("S-01",), facts=facts)
    return statement


def _lines_of(statement: Statement) -> list[StatementLine]:
    """Everything up to its last day, less what earlier statements hold: so nothing is lost between two, or twice."""
    before = queries.frozen_turnover(statement.operator)
    lines = []
    for account_id, (fen, n) in sorted(queries.mutual_turnover(statement.operator, statement.last_on).items()):
        old_fen, old_n = before.get(account_id, (0, 0))
        if n != old_n:
            lines.append(StatementLine(statement=statement, account_id=account_id, fen=fen - old_fen, n=n - old_n))
    return lines


def _plain(lines: list[StatementLine]) -> list[Line]:
    accounts = Account.objects.in_bulk([line.account_id for line in lines])
    return [
        Line(account.operator, account.province, account.kind, account.counterpart, line.fen, line.n)
        for line in lines
        for account in (accounts[line.account_id],)
    ]


def _book(statement: Statement, lines: list[Line], corrections: list[tuple[str, str, str]]) -> bytes:
    before = statement.before
    head: dict[str, Any] = {
        "number": statement.number,
        "operator": statement.operator,
        "first_on": statement.first_on.isoformat(),
        "last_on": statement.last_on.isoformat(),
        "up_to": statement.up_to,
        "before": [before.number, before.sha256] if before else [],
    }
    return book_text(head, lines, corrections)


def is_whole(statement: Statement) -> bool:
    """Whether its rows still say what was signed, and the signature is ours."""
    lines = queries.as_lines(statement.lines.select_related("account"))
    told = statement.corrections.values_list("transfer__ref", "of__number", "why")
    book, signed = _book(statement, lines, list(told)), bytes(statement.book)
    unchanged = hmac.compare_digest(hashlib.sha256(book).hexdigest(), statement.sha256) and signed.startswith(
        book + b"\n%"
    )
    return unchanged and is_genuine(signed)
