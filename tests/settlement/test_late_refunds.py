"""A refund that is late: its compensation computed, written down once, and shown; at 0 unless ⚙ says more (S-05)."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import psycopg2
import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from portal import clock
from portal.actors import robot
from portal.models import AuditEntry, ParameterValue
from portal.roles import Role
from settlement.models import LateRefund, Payout, Transfer
from settlement.queries_late import late_refunds_visible_to
from settlement.rules.late_refunds import lateness
from settlement.services import payouts
from settlement.services.late_refunds import record
from settlement.services.ledger import put_under
from settlement.simulated.provider import decide_payout
from tests.overseen import entered
from tests.settlement.books import person
from tests.settlement.conftest import CASE, Connect

BY = robot("closer")
MORNING = datetime(2026, 11, 24, 10, 12, tzinfo=clock.SHANGHAI)
PROMISED = date(2026, 11, 27)


@pytest.mark.parametrize(
    ("fen", "permille", "days", "owed"),
    [
        (3650, 0, 2, 0),  # the default
        (3650, 3, 2, 22),  # 21.9
        (500_001, 5, 1, 2500),  # 2500.005
        (500, 1, 1, 1),  # half a fen goes up
        (100_000, 3, 30, 9000),
        (3650, 3, 0, 0),
        (3650, 3, -1, 0),  # before its day
    ],
)
def test_so_many_permille_a_day_of_the_sum_rounded_once(fen: int, permille: int, days: int, owed: int) -> None:
    found = lateness(fen, promised_on=PROMISED, until_on=PROMISED + timedelta(days=days), permille=permille)
    assert (found.days, found.fen) == (max(0, days), owed)


def rate(permille: int, on: date = date(2026, 1, 1)) -> None:
    """Fujian's rate from a day on."""
    ParameterValue.objects.create(
        name="settlement.late_refund", operator="161", province="35", from_on=on, value=permille
    )


def intended(route: str = "card", case_ref: str = CASE) -> Payout:
    """A refund of 36.50, promised for the 27th."""
    with clock.frozen(MORNING), transaction.atomic(durable=True):
        return payouts.intend(
            case_ref,
            3650,
            route,
            operator="161",
            province="32",
            home_province="35",
            nudge="",
            destination="" if route == "cash" else "6222021234567890",
            arrives_days=3,
            by=BY,
        )


def paid(days: float, route: str = "card", case_ref: str = CASE) -> LateRefund | None:
    """The same, of which the provider says so many days later that it was paid."""
    payout = intended(route, case_ref)
    decide_payout(payout.ref, "pending")
    with clock.frozen(MORNING):
        payouts.run(payout.ref, by=BY)
    decide_payout(payout.ref, "paid")
    with clock.frozen(MORNING + timedelta(days=days)):
        return recorded(payouts.run(payout.ref, by=BY))


def recorded(payout: Payout) -> LateRefund | None:
    """What is written down of it."""
    with transaction.atomic(durable=True):
        return record(payout, by=BY)


def test_two_days_late_at_three_permille(database: object) -> None:
    rate(3)
    row = paid(5)
    assert row is not None
    assert (row.promised_on, row.arrived_on, row.days) == (PROMISED, date(2026, 11, 29), 2)
    assert (row.fen, row.permille, row.compensation_fen) == (3650, 3, 22)
    assert AuditEntry.objects.get(verb="settlement.late_refund").chain == "35"
    assert Transfer.objects.count() == 0


def test_at_the_default_it_is_written_down_and_costs_nothing(database: object) -> None:
    row = paid(5)
    assert row is not None
    assert (row.days, row.permille, row.compensation_fen) == (2, 0, 0)


@pytest.mark.parametrize("days", [0.1, 3, 3.5])
def test_up_to_the_end_of_its_day_it_is_in_time(database: object, days: float) -> None:
    rate(3)
    assert paid(days) is None


def test_the_rate_is_that_of_the_day_it_was_promised_for(database: object) -> None:
    rate(3)
    rate(9, on=PROMISED + timedelta(days=1))
    row = paid(5)
    assert row is not None
    assert row.permille == 3


def test_it_is_written_down_once(database: object) -> None:
    first = paid(5)
    assert recorded(Payout.objects.get()) == first
    assert (LateRefund.objects.count(), AuditEntry.objects.filter(verb="settlement.late_refund").count()) == (1, 1)


def test_one_that_is_still_out_is_not_written_down_yet(database: object) -> None:
    payout = intended()
    decide_payout(payout.ref, "unknown")
    for days in (0, 9):
        with clock.frozen(MORNING + timedelta(days=days)):
            assert recorded(payouts.run(payout.ref, by=BY)) is None
    assert Payout.objects.get().state == "UNKNOWN"


def test_cash_that_lay_ready_in_time_is_not_late_however_late_it_is_fetched(database: object) -> None:
    payout = intended("cash")
    with clock.frozen(MORNING + timedelta(days=1)):
        payouts.run(payout.ref, by=BY)
    with clock.frozen(MORNING + timedelta(days=20)):
        payout = payouts.hand_over([payout.ref], payouts.code_of(payout), store="n1", by=BY)
        assert recorded(payout) is None


@pytest.mark.parametrize("query", ["UPDATE settlement_laterefund SET compensation_fen = 0", "DELETE FROM {}"])
@pytest.mark.parametrize("role", ["app", "owner"])
def test_what_was_written_down_stays(role: str, query: str, connect: Connect) -> None:
    paid(5)
    with pytest.raises(psycopg2.errors.IntegrityError), connect(role) as opened, opened.cursor() as db:
        db.execute(query.format("settlement_laterefund"))


@pytest.mark.parametrize(("lang", "words"), [("zh", "共 1 笔，该赔 0.22 元"), ("en", "1 altogether, 0.22 yuan")])
def test_finance_sees_what_was_late_and_what_is_still_out(database: object, lang: str, words: str) -> None:
    rate(3)
    paid(5)
    put_under("SJ-1", CASE)
    with clock.frozen(MORNING + timedelta(days=7)):
        out = intended(case_ref="d" * 26)
        put_under("SJ-2", out.case_ref)
        client = entered("finance")
        client.get(f"/language/switch?to={lang}&next=/accessibility")
        page = client.get("/settlement/late-refunds").content.decode()
    assert all(one in page for one in (words, "SJ-1", "SJ-2", "36.50"))


def test_each_sees_what_is_theirs_and_a_page_costs_the_same(database: object) -> None:
    paid(5)
    put_under("SJ-1", CASE)
    shown = {
        who: "SJ-1" in entered(who).get("/settlement/late-refunds").content.decode() for who in ("fujian", "national")
    }
    assert shown == {"fujian": True, "national": True}
    assert entered("clerk").get("/settlement/late-refunds").status_code == 403
    for stranger in (person(operator="163"), person(operator="", role=Role.PROVINCIAL_REGULATOR, province="32")):
        assert not late_refunds_visible_to(stranger).exists()
    counts = []
    for n in range(2):
        for place in range(5):
            paid(5, case_ref=f"{n}{place}" * 13)
        client = entered("finance")
        with CaptureQueriesContext(connection) as queries:
            client.get("/settlement/late-refunds")
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 16
