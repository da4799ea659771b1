"""A month of all provinces settles, reconciles without a difference, and shows every planted fault (S-01, S-03)."""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db.models import Q, QuerySet, Sum

from bss.provinces import Bss
from closure.models import Case, Claim, Dispute, RoamingTail
from portal import clock
from portal.work_orders import WorkOrder
from settlement import queries_statements as queries
from settlement import states
from settlement.ledger import MUTUAL, SETTLE
from settlement.models import Difference, Entry, Payment, Payout, Reconciliation, Statement
from settlement.queries import trial_balance
from settlement.queries_statements import start_of
from settlement.rules.netting import matrix_of
from settlement.services.approvals import ask_settling, decide
from settlement.services.freezing import freeze_due, is_whole
from tests.closure.money import differences
from tests.databases import Servers
from tests.long.month import FIRST, NIGHTS, RECONCILER, STORIES, Month, reconciled
from tests.settlement.books import person
from tests.settlement.province_book import in_book

CASES = int(os.environ.get("MONTH_CASES", "124"))
OPERATORS = os.environ.get("MONTH_OPERATORS", "161").split()
AFTER = FIRST + timedelta(days=NIGHTS, hours=9)
"""The morning of 1 November."""
FAULTS = {
    "missing_there": "DELETE FROM book WHERE id = %s",
    "amount": "UPDATE book SET fen = fen + 1240 WHERE id = %s",
    "twice": "INSERT INTO book (command_id, case_ref, number, account, fen, at)"
    " SELECT command_id, case_ref, number, account, fen, at FROM book WHERE id = %s",
    "date": "UPDATE book SET at = at - interval '1 day' WHERE id = %s",
}
STRANGE = "INSERT INTO book (command_id, case_ref, number, account, fen, at) VALUES (%s, %s, '', 'agent', 99, %s)"


@pytest.fixture
def month(database: object, provinces: Callable[..., None]) -> Month:
    """Every province of the operators, empty and honest, and a month of cases lived in them."""
    made = Month.of(OPERATORS, CASES)
    provinces(*made.companies)
    assert set(made.lived()) == set(STORIES)
    return made


def test_a_month_settles_and_reconciles_and_shows_what_is_planted(month: Month, servers: Servers) -> None:
    _all_stories_came_true()
    _every_night_agreed(month)
    with clock.frozen(AFTER):
        assert (differences(), trial_balance()) == ([], 0)
        _settled()
        planted = _planted(month, servers)
        runs = reconciled_again(month)
    found = list(Difference.objects.all())
    assert Counter((one.kind, one.case_ref, one.account) for one in found) == planted
    assert sum(run.found for run in runs) == len(planted) == 20
    orders = {order.key: order.province for order in WorkOrder.objects.filter(kind="books")}
    assert {one.order_key: one.province for one in found} == orders


def _all_stories_came_true() -> None:
    """The cases ended as their stories tell, money by every way among them."""
    ended = Counter(Case.objects.values_list("state", flat=True))
    assert set(ended) == {"CLOSED", "WITHDRAWN", "QUOTED"}
    assert ended["CLOSED"] > 7 * ended["QUOTED"] > 0 < ended["WITHDRAWN"]
    assert set(Payout.objects.filter(state="PAID").values_list("route", flat=True)) == {"card", "cash"}
    assert set(Payment.objects.values_list("state", flat=True)) == {"PAID", "REFUSED"}
    assert set(Claim.objects.values_list("state", flat=True)) == {"SETTLED"}
    assert set(RoamingTail.objects.values_list("state", flat=True)) == {"OVER"}
    assert set(Dispute.objects.values_list("state", flat=True)) == {"CLAIMED", "DROPPED"}


def _every_night_agreed(month: Month) -> None:
    """One run a company and night, from the first money of the company on, and no difference in any of them."""
    ended = Counter(Reconciliation.objects.values_list("state", flat=True))
    companies = Entry.objects.values_list("account__operator", "account__province").distinct()
    assert len(set(companies)) == len(month.companies)
    assert (set(ended), Difference.objects.count()) == ({states.AGREED}, 0)
    assert ended[states.AGREED] >= len(month.companies) * NIGHTS // 2
    assert Reconciliation.objects.filter(nets__gt=0).count() > len(month.companies)


def _settled() -> None:
    """The statements sum to the ledger, and settling brings every receivable and payable of the month to zero."""
    made = freeze_due(by=RECONCILER)
    assert [one.number for one in made] == [f"JS202610-{operator}" for operator in sorted(OPERATORS)]
    for statement in made:
        lines = queries.as_lines(statement.lines.select_related("account"))
        figures = matrix_of(lines)
        owed = _of_the_month(statement).exclude(transfer__purpose=SETTLE)
        by_company = dict(owed.values_list("account__province").annotate(fen=Sum("fen")))
        assert {place: figures.of_row(f"{statement.operator}_{place}") for place in by_company} == by_company
        assert (figures.total, figures.differences, is_whole(statement)) == (0, [], True)
        asked = ask_settling(statement.number, "月结", by=person("qian", statement.operator))
        decide(asked.ref, approve=True, because="核对无误", by=person("sun", statement.operator))
        left = _of_the_month(statement).values_list("account").annotate(fen=Sum("fen"))
        assert {fen for _, fen in left} == {0}
    assert {one.state for one in Statement.objects.all()} == {states.SETTLED}
    assert trial_balance() == 0


def _of_the_month(statement: Statement) -> QuerySet[Entry]:
    """What companies owe each other of the month, and what settled it; a case that ends in the first night of the next
    month is that one's.
    """
    before = Q(transfer__at__lt=start_of(statement.last_on + timedelta(days=1)))
    mine = Entry.objects.filter(account__kind__in=MUTUAL, account__operator=statement.operator)
    return mine.filter(before | Q(transfer__purpose=SETTLE)).order_by()


def _planted(month: Month, servers: Servers) -> Counter[tuple[str, str, str]]:
    """Twenty faults of five kinds in books drawn by lot, each on a row of its own; gives kind, case and account."""
    draw, planted = random.Random(2), Counter[tuple[str, str, str]]()
    books: list[tuple[Bss, int, str, str]] = []
    for bss in month.companies:
        rows = in_book(servers, bss, "SELECT id, case_ref, account FROM book ORDER BY id")
        books += [(bss, int(row[0]), str(row[1]), str(row[2])) for row in rows]
    alone = Counter((case_ref, account) for _, _, case_ref, account in books)
    chosen = draw.sample([one for one in books if alone[one[2], one[3]] == 1], 16)
    for n, (bss, position, case_ref, account) in enumerate(chosen):
        kind = list(FAULTS)[n % 4]
        in_book(servers, bss, FAULTS[kind], position)
        planted[kind, case_ref, account] += 1
    for n in range(4):
        bss, at = draw.choice(month.companies), FIRST + timedelta(days=draw.randrange(5, 25), hours=12)
        in_book(servers, bss, STRANGE, f"nobody{n}", f"stranger{n}", at)
        planted["missing_here", f"stranger{n}", "agent"] += 1
    return planted


def reconciled_again(month: Month) -> list[Reconciliation]:
    """The night after: a cycle finds it."""
    at: datetime = AFTER + timedelta(hours=17)
    with clock.frozen(at):
        return reconciled()
