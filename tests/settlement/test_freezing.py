"""The monthly statement: sums to the ledger, never changes, and sends what comes late to the next one (S-01, S-02)."""

from __future__ import annotations

from datetime import date, timedelta

import psycopg2
import pytest
from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bss.provinces import Bss
from portal import clock
from portal.errors import Conflict, Invalid
from portal.models import AuditEntry
from portal.moving import movements_of
from settlement import queries_statements as queries
from settlement.ledger import MUTUAL
from settlement.models import Entry, Statement, Transfer
from settlement.rules.netting import Line, Matrix, matrix_of
from settlement.services.freezing import freeze, freeze_due, is_whole
from tests.settlement.books import (
    BEIJING,
    DECEMBER,
    FUJIAN,
    JIANGSU,
    NOVEMBER,
    OCTOBER,
    ROBOT,
    collected,
    frozen,
    noon,
    undone,
)
from tests.settlement.conftest import Connect

ROLES = ("app", "owner")


def lines_of(statement: Statement) -> list[Line]:
    """Its lines."""
    return queries.as_lines(statement.lines.select_related("account"))


def matrix(statement: Statement) -> Matrix:
    """Its matrix."""
    return matrix_of(lines_of(statement))


def owed(operator: str = "161") -> dict[str, int]:
    """What each company is owed by the ledger itself: its receivables less its payables."""
    rows = Entry.objects.filter(account__kind__in=MUTUAL, account__operator=operator).values_list("account__province")
    return {f"{operator}_{province}": fen for province, fen in rows.annotate(f=Sum("fen"))}


def test_a_statement_is_numbered_signed_and_told_to_the_audit(database: object) -> None:
    collected(JIANGSU, FUJIAN, 300, OCTOBER)
    statement = frozen(OCTOBER)
    assert (statement.number, statement.state, is_whole(statement)) == ("JS202610-161", "FROZEN", True)
    assert [one.to_state for one in movements_of(statement)] == ["FROZEN"]
    assert AuditEntry.objects.get(verb="statement.frozen").subject_ref == statement.ref


def test_freezing_posts_nothing(database: object) -> None:
    collected(JIANGSU, FUJIAN, 300, OCTOBER)
    frozen(OCTOBER)
    assert Transfer.objects.count() == 1


def test_a_cell_is_the_net_of_a_pair_and_opens_its_entries(database: object) -> None:
    collected(JIANGSU, FUJIAN, 300, OCTOBER)
    collected(FUJIAN, JIANGSU, 100, OCTOBER + timedelta(days=30))
    statement = frozen(OCTOBER)
    cell = matrix(statement).cell("161_35", "161_32")
    assert cell is not None
    assert (cell.fen, cell.n) == (200, 2)
    entries = queries.entries_of(statement, province="35", counterpart="161_32")
    assert sorted(entries.values_list("fen", flat=True)) == [-100, 300]


def test_the_same_month_again_is_the_same_statement(database: object) -> None:
    collected(JIANGSU, FUJIAN, 300, OCTOBER)
    assert frozen(OCTOBER) == frozen(OCTOBER)


def test_a_month_is_not_frozen_before_it_is_over(database: object) -> None:
    with clock.frozen(noon(OCTOBER + timedelta(days=30))), pytest.raises(Conflict) as caught:
        freeze("161", OCTOBER, by=ROBOT)
    assert "11月1日" in caught.value.message()


def test_no_month_is_left_out(database: object) -> None:
    collected(JIANGSU, FUJIAN, 300, OCTOBER)
    frozen(OCTOBER)
    with pytest.raises(Invalid):
        frozen(DECEMBER)


def test_the_sweep_freezes_every_month_that_is_over_for_each_operator(database: object) -> None:
    collected(JIANGSU, FUJIAN, 300, OCTOBER)
    collected(Bss("163", "32"), Bss("163", "35"), 40, NOVEMBER)
    with clock.frozen(noon(DECEMBER)):
        frozen(OCTOBER)
        made = [one.number for one in freeze_due(by=ROBOT)]
    assert made == ["JS202611-161", "JS202611-163"]


def test_what_is_posted_late_goes_to_the_next_statement_and_points_back(database: object) -> None:
    collected(JIANGSU, FUJIAN, 300, OCTOBER)
    october = frozen(OCTOBER)
    late = collected(JIANGSU, FUJIAN, 45, OCTOBER + timedelta(days=20))
    november = frozen(NOVEMBER)
    assert [(line.kind, line.fen) for line in lines_of(november)] == [("payable", -45), ("receivable", 45)]
    correction = november.corrections.get()
    assert (correction.transfer, correction.of, correction.why) == (late, october, "late")


def test_a_reversal_of_a_frozen_transfer_is_in_the_next_statement_and_points_back(database: object) -> None:
    wrong = collected(JIANGSU, FUJIAN, 300, OCTOBER)
    october = frozen(OCTOBER)
    made = undone(wrong, NOVEMBER)
    november, december = frozen(NOVEMBER), frozen(DECEMBER)
    correction = november.corrections.get()
    assert (correction.transfer, correction.of, correction.why) == (made, october, "reversal")
    assert matrix(november).of_row("161_35") == -300
    assert (lines_of(december), december.corrections.count()) == ([], 0)


def test_a_reversal_within_the_month_is_no_correction(database: object) -> None:
    undone(collected(JIANGSU, FUJIAN, 300, OCTOBER), OCTOBER + timedelta(days=1))
    statement = frozen(OCTOBER)
    assert (statement.corrections.count(), matrix(statement).of_row("161_35")) == (0, 0)


def test_a_posting_still_running_at_the_freeze_is_in_the_next_statement(connect: Connect) -> None:
    collected(JIANGSU, FUJIAN, 300, OCTOBER)
    slow = connect("app")
    with slow.cursor() as db:
        db.execute(
            "SELECT settlement_post('s', 's', 'collect', '', '', %s, 'x', NULL, '{161,161}', '{32,35}',"
            " '{payable,receivable}', '{161_35,161_32}', '{-7,7}')",
            [noon(OCTOBER)],
        )
    october = frozen(OCTOBER)
    slow.commit()
    november = frozen(NOVEMBER)
    assert (matrix(october).of_row("161_35"), matrix(november).of_row("161_35")) == (300, 7)
    assert november.corrections.get().why == "late"


def test_another_operators_books_are_not_in_it(database: object) -> None:
    collected(Bss("163", "32"), Bss("163", "35"), 40, OCTOBER)
    assert lines_of(frozen(OCTOBER)) == []


def test_books_of_two_companies_that_disagree_are_shown_as_a_difference(database: object) -> None:
    one = Line("161", "35", "receivable", "161_32", 300, 1)
    other = Line("161", "32", "payable", "161_35", -290, 1)
    found = matrix_of([one, other])
    assert [(gap.one, gap.other, gap.fen) for gap in found.differences] == [("161_32", "161_35", 10)]
    assert found.total == 10


CHANGES = (
    "UPDATE settlement_statement SET sha256 = 'x'",
    "UPDATE settlement_statement SET number = 'x'",
    "UPDATE settlement_statement SET up_to = up_to + 1",
    "DELETE FROM settlement_statement",
    "UPDATE settlement_statementline SET fen = fen + 1",
    "DELETE FROM settlement_statementline",
    "DELETE FROM settlement_statementcorrection",
    "INSERT INTO settlement_statementline (statement_id, account_id, fen, n)"
    " SELECT max(s.id), max(a.id), 5, 1 FROM settlement_statement s, settlement_account a",
    "INSERT INTO settlement_statementcorrection (statement_id, of_id, transfer_id, why)"
    " SELECT max(s.id), max(s.id), max(t.id), 'late' FROM settlement_statement s, settlement_transfer t",
    "TRUNCATE settlement_statementline",
)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("change", CHANGES)
def test_nothing_in_a_frozen_statement_changes_whoever_writes(role: str, change: str, connect: Connect) -> None:
    collected(JIANGSU, FUJIAN, 300, OCTOBER)
    frozen(OCTOBER)
    undone(Transfer.objects.get(), NOVEMBER)
    statement = frozen(NOVEMBER)
    with (
        pytest.raises((psycopg2.errors.IntegrityError, psycopg2.errors.InsufficientPrivilege)),
        connect(role) as opened,
        opened.cursor() as db,
    ):
        db.execute(change)
    assert is_whole(Statement.objects.get(pk=statement.pk))


def test_a_line_changed_past_the_laws_is_seen_by_the_signature(connect: Connect) -> None:
    collected(JIANGSU, FUJIAN, 300, OCTOBER)
    statement = frozen(OCTOBER)
    with connect("owner") as opened, opened.cursor() as db:
        db.execute("ALTER TABLE settlement_statementline DISABLE TRIGGER only_added")
        db.execute("UPDATE settlement_statementline SET fen = fen * 2")
    assert not is_whole(Statement.objects.get(pk=statement.pk))


def freeze_next(past: date) -> None:
    """The next month that is not frozen, and on until a day is behind us; what came late is in the first of them."""
    reached = None
    while reached is None or reached < past:
        last = queries.last_statement("161")
        reached = frozen(last.last_on + timedelta(days=1) if last else OCTOBER).last_on


POSTINGS = st.lists(
    st.tuples(
        st.permutations([FUJIAN, JIANGSU, BEIJING]),
        st.integers(1, 10**10),
        st.integers(0, 75),
        st.booleans(),
    ),
    min_size=1,
    max_size=10,
)


@given(postings=POSTINGS)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_statements_of_all_months_sum_to_the_ledger(
    postings: list[tuple[list[Bss], int, int, bool]], database: object
) -> None:
    for (debtor, creditor, _), fen, days, undo in postings:
        posted = collected(debtor, creditor, fen, OCTOBER + timedelta(days=days))
        if undo:
            undone(posted, OCTOBER + timedelta(days=days + 10))
    freeze_next(past=OCTOBER + timedelta(days=90))
    every = [matrix(one) for one in Statement.objects.all()]
    for company, fen in owed().items():
        assert sum(one.of_row(company) for one in every) == fen
        assert sum(one.of_column(company) for one in every) == -fen
    assert all(one.total == 0 and not one.differences for one in every)
