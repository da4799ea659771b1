"""Reading statements: whose they are, what they hold, and the entries behind each figure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta

from django.db.models import Min, Q, QuerySet, Sum

from portal.actors import Actor
from portal.clock import SHANGHAI, day_of
from portal.roles import Role
from settlement.ledger import MUTUAL, SETTLE
from settlement.models import Account, DailyTotal, Entry, Statement, StatementLine, Transfer
from settlement.queries import EVERYTHING
from settlement.rules.netting import Line


def statements_visible_to(actor: Actor) -> QuerySet[Statement]:
    """Finance its operator's; a provincial regulator those in which its province has a line; overseers all."""
    if actor.role in EVERYTHING:
        return Statement.objects.all()
    if actor.role is Role.FINANCE and actor.operator:
        return Statement.objects.filter(operator=actor.operator)
    if actor.role is Role.PROVINCIAL_REGULATOR and actor.province:
        lines = StatementLine.objects.filter(account__province=actor.province)
        return Statement.objects.filter(pk__in=lines.values("statement_id"))
    return Statement.objects.none()


def lines_visible_to(statement: Statement, actor: Actor) -> QuerySet[StatementLine]:
    """A statement's lines; a provincial regulator sees those of its province (D-05)."""
    lines = statement.lines.select_related("account")
    if actor.role is Role.PROVINCIAL_REGULATOR:
        lines = lines.filter(account__province=actor.province)
    return lines


def as_lines(rows: Iterable[StatementLine]) -> list[Line]:
    """The figures of the rows, in the order of their accounts."""
    return sorted(
        Line(row.account.operator, row.account.province, row.account.kind, row.account.counterpart, row.fen, row.n)
        for row in rows
    )


def last_statement(operator: str) -> Statement | None:
    """The newest statement of an operator."""
    return Statement.objects.filter(operator=operator).order_by("-first_on").first()


def operators_with_turnover() -> dict[str, date]:
    """Every operator whose companies owed each other anything, and the day this began; one query."""
    rows = DailyTotal.objects.filter(account__kind__in=MUTUAL).values_list("account__operator")
    return dict(rows.annotate(first=Min("on")).order_by("account__operator"))


def mutual_turnover(operator: str, last_on: date) -> dict[int, tuple[int, int]]:
    """By account: what was owed and the entries, from the beginning to a day; from the daily totals alone."""
    rows = DailyTotal.objects.filter(
        account__operator=operator, account__kind__in=MUTUAL, settling=False, on__lte=last_on
    ).values_list("account_id")
    return {pk: (int(fen), int(n)) for pk, fen, n in rows.annotate(f=Sum("fen"), c=Sum("n"))}


def frozen_turnover(operator: str) -> dict[int, tuple[int, int]]:
    """By account: what all statements of an operator hold so far."""
    rows = StatementLine.objects.filter(statement__operator=operator).values_list("account_id")
    return {pk: (int(fen), int(n)) for pk, fen, n in rows.annotate(f=Sum("fen"), c=Sum("n"))}


def start_of(day: date) -> datetime:
    """The first instant of a day in Shanghai."""
    return datetime.combine(day, time.min, SHANGHAI)


def reached(last_on: date, up_to: int, prefix: str = "") -> Q:
    """What a statement and all before it hold: of a day not behind `last_on`, by a transaction below `up_to`."""
    end = start_of(last_on + timedelta(days=1))
    return Q(**{f"{prefix}at__lt": end, f"{prefix}xact__lt": up_to})


def held(statement: Statement, prefix: str = "") -> Q:
    """What a statement itself holds; what settled another is no turnover."""
    own = reached(statement.last_on, statement.up_to, prefix) & ~Q(**{f"{prefix}purpose": SETTLE})
    if statement.before is None:
        return own
    before = statement.before
    end = start_of(before.last_on + timedelta(days=1))
    beyond = Q(**{f"{prefix}at__gte": end}) | Q(**{f"{prefix}xact__gte": before.up_to})
    return own & beyond


def entries_of(statement: Statement, *, province: str, counterpart: str) -> QuerySet[Entry]:
    """The entries behind one cell, to be paged by key: those of the row's accounts with the column's company.

    The accounts, two at most, are looked up first: the planner then reads their entries and no others.
    """
    accounts = Account.objects.filter(
        operator=statement.operator, province=province, kind__in=MUTUAL, counterpart=counterpart
    )
    own = Entry.objects.filter(held(statement, "transfer__"), account__in=list(accounts.values_list("pk", flat=True)))
    return own.select_related("transfer", "account")


def corrections_in(statement: Statement, earlier: Sequence[Statement]) -> list[tuple[Transfer, Statement, str]]:
    """Its transfers that belong to an earlier statement: (transfer, that statement, "reversal" or "late")."""
    if not earlier:
        return []
    own = Entry.objects.filter(account__operator=statement.operator, account__kind__in=MUTUAL)
    odd = Q(at__lt=start_of(statement.first_on)) | Q(reverses__isnull=False)
    found = Transfer.objects.filter(held(statement), odd, pk__in=own.values("transfer_id")).select_related("reverses")
    rows = []
    for transfer in found.order_by("pk"):
        undone = transfer.reverses
        of = _holder(earlier, day_of(undone.at), undone.xact) if undone is not None else None
        late = _holder(earlier, day_of(transfer.at), 0) if of is None else None
        if of is not None:
            rows.append((transfer, of, "reversal"))
        elif late is not None:
            rows.append((transfer, late, "late"))
    return rows


def _holder(earlier: Sequence[Statement], day: date, xact: int) -> Statement | None:
    """The first of these statements, oldest first, that reaches a day and a transaction."""
    return next((one for one in earlier if day <= one.last_on and xact < one.up_to), None)


def statements_holding(transfer: Transfer, statements: QuerySet[Statement]) -> list[Statement]:
    """The statement of each operator that holds a transfer, among these; none for what is not netted or not frozen."""
    if transfer.purpose == SETTLE:
        return []
    operators = transfer.entries.filter(account__kind__in=MUTUAL).values_list("account__operator", flat=True)
    found = []
    for operator in sorted(set(operators)):
        rows = statements.filter(operator=operator, last_on__gte=day_of(transfer.at), up_to__gt=transfer.xact)
        found += list(rows.order_by("first_on")[:1])
    return found
