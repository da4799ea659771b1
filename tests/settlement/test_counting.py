"""Daily totals: increments equal the full sum, whoever commits when (S-01, S-02)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import date, timedelta

import psycopg2
import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bss.provinces import Bss
from portal import clock
from portal.servers.provision import Addresses
from settlement.ledger import BILLS, PENALTY, AccountKey, Leg
from settlement.models import Counted, DailyTotal, Transfer
from settlement.services.counting import CountedBackwards, count, recount
from settlement.services.ledger import post
from tests.settlement.books import BEIJING, FUJIAN, JIANGSU, OCTOBER, ROBOT, collected, collected_now, noon, undone
from tests.settlement.conftest import Connect

Totals = set[tuple[int, date, bool, int, int, int]]
FULL = """
SELECT e.account_id, (t.at AT TIME ZONE 'Asia/Shanghai')::date, t.purpose = 'settle', sum(e.fen)::bigint,
    sum(greatest(e.fen, 0))::bigint, count(*)
FROM settlement_entry e JOIN settlement_transfer t ON t.id = e.transfer_id GROUP BY 1, 2, 3
"""


def full() -> Totals:
    """What the entries say, all of them added up."""
    with connection.cursor() as db:
        db.execute(FULL)
        return set(db.fetchall())


def counted() -> Totals:
    """What the daily totals say."""
    return set(DailyTotal.objects.values_list("account_id", "on", "settling", "fen", "debit_fen", "n"))


def test_a_second_count_adds_only_what_came_since(database: object) -> None:
    collected(JIANGSU, FUJIAN, 300, OCTOBER)
    first, again = count(), count()
    collected(FUJIAN, JIANGSU, 50, OCTOBER)
    assert (again >= first, counted() == full()) == (True, False)
    count()
    assert counted() == full()


def test_a_day_ends_at_midnight_in_shanghai(database: object) -> None:
    late = noon(OCTOBER).replace(hour=23, minute=59)
    for at in (late, late + timedelta(minutes=1)):
        with clock.frozen(at), transaction.atomic():
            legs = [Leg(AccountKey("161", "35", BILLS), 5), Leg(AccountKey("161", "35", PENALTY), -5)]
            post("test", legs, key=f"{at}", case_ref="", by=ROBOT)
    count()
    assert {row[1] for row in counted()} == {OCTOBER, OCTOBER + timedelta(days=1)}


def test_what_commits_late_under_an_early_key_is_counted_once(connect: Connect) -> None:
    collected(JIANGSU, FUJIAN, 1, OCTOBER)
    count()
    before = counted()
    slow = connect("app")
    with slow.cursor() as db:
        db.execute(
            "SELECT settlement_post('s', 's', 'collect', '', '', now(), 'x', NULL, '{161,161}', '{32,35}',"
            " '{provider,bills}', '{\"\",\"\"}', '{7,-7}')"
        )
    early = collected(JIANGSU, FUJIAN, 300, OCTOBER)
    count()
    assert counted() == before  # the horizon stops at the transaction still running
    slow.commit()
    count()
    assert Transfer.objects.get(key="s").pk < early.pk
    assert counted() == full()


def test_what_runs_in_another_database_holds_nothing_back(database: Addresses) -> None:
    count()
    with closing(psycopg2.connect(database.provinces)) as elsewhere, elsewhere.cursor() as db:
        db.execute("SELECT txid_current()")
        collected(JIANGSU, FUJIAN, 300, OCTOBER)
        count()
        assert counted() == full() != set()
    collected(JIANGSU, FUJIAN, 5, OCTOBER)
    count()
    assert counted() == full()


def test_postings_and_counts_at_once_add_up(database: object) -> None:
    def one(n: int) -> None:
        try:
            for m in range(6):
                collected_now(JIANGSU, FUJIAN, n + 1, key=f"{n}.{m}")
                if m % 2 == n % 2:
                    count()
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(one, range(8)))
    count()
    assert (Transfer.objects.count(), counted() == full()) == (48, True)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["post", "undo", "count"]),
        st.sampled_from([FUJIAN, JIANGSU, BEIJING]),
        st.sampled_from([FUJIAN, JIANGSU, BEIJING]),
        st.integers(1, 10**9),
        st.integers(0, 40),
    ),
    max_size=12,
)


@given(steps=STEPS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_however_postings_and_counts_follow_each_other_the_totals_are_the_entries(
    steps: list[tuple[str, Bss, Bss, int, int]], database: object
) -> None:
    for verb, debtor, creditor, fen, days in steps:
        on = OCTOBER + timedelta(days=days)
        if verb == "count":
            count()
        elif verb == "post" and debtor != creditor:
            collected(debtor, creditor, fen, on)
        elif open_one := Transfer.objects.filter(reverses=None, reversed_by=None).first():
            undone(open_one, on)
    count()
    assert counted() == full()


def test_a_recount_gives_the_same(database: object) -> None:
    collected(JIANGSU, FUJIAN, 300, OCTOBER)
    count()
    DailyTotal.objects.update(fen=1)
    recount()
    assert counted() == full()


def test_a_database_that_counts_anew_is_noticed(database: object) -> None:
    count()
    Counted.objects.update(up_to=2**60)
    with pytest.raises(CountedBackwards):
        count()
