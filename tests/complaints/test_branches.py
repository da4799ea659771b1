"""Branch watch: counts by branch, the two clocks, and a dip at the month's end (C-13, C-21)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from fractions import Fraction

from django.db import transaction

from closure import states
from complaints.dips import Dip, month_end_dip
from complaints.watch import branches, clocks, days_of_month, dips
from portal import clock, work_orders
from portal.actors import Actor
from portal.roles import Role
from portal.servers.provision import Addresses
from tests.overseen import a_case, entered

NATIONAL = Actor(Role.NATIONAL_REGULATOR, "person:n")
FUJIAN = Actor(Role.PROVINCIAL_REGULATOR, "person:f", province="35")
CLERK = Actor(Role.CLERK, "person:c", operator="161", province="35", store="福州东街口店", label="甲网福建 0317")
NOON = datetime(2026, 11, 24, 12, 0, tzinfo=clock.SHANGHAI)
SINCE = NOON - timedelta(days=90)


def closed(number: str, at: datetime, *, minutes: int, **also: str) -> None:
    times = {"filed_at": at - timedelta(hours=3), "counted_from": at - timedelta(hours=5)}
    settled = at - timedelta(minutes=minutes)
    a_case(number, state=states.CLOSED, closed_at=at, settled_at=settled, hours=None, **times, **also)


def an_answer(n: int, result: str) -> None:
    case = a_case(f"1613500{n:04d}", state=states.QUOTED)
    where = {"case_ref": case.ref, "operator": "161", "province": "35"}
    with transaction.atomic():
        work_orders.open_order("untie", key=f"o{n}", facts={}, due_at=NOON, by=CLERK, **where)
    work_orders.answer_order(f"o{n}", result, missing=["x"], by=CLERK)


def test_the_clocks_are_means_of_rows_by_operator_and_province(database: Addresses) -> None:
    closed("16135000001", NOON, minutes=20)
    closed("16135000002", NOON, minutes=40)
    closed("16132000003", NOON, minutes=25 * 60, province="32")
    jiangsu, fujian = clocks(NATIONAL, since=SINCE)
    assert (fujian.closed, fujian.settled_mean, fujian.settled_longest, fujian.over_a_day) == (2, 30, 40, 0)
    assert (jiangsu.province, jiangsu.over_a_day, fujian.filed_mean) == ("32", 1, 300)
    assert [row.province for row in clocks(FUJIAN, since=SINCE)] == ["35"]


def test_answers_and_returns_are_counted_by_store(database: Addresses) -> None:
    with clock.frozen(NOON):
        for n, result in enumerate(("closed", "attachment_missing", "user_reason", "data_wrong")):
            an_answer(n, result)
        (row,) = branches(NATIONAL, since=SINCE)
    assert (row.store, row.answered, row.returned, row.user_reasons) == ("福州东街口店", 4, 2, 1)


def test_a_month_end_dip_is_found() -> None:
    days = [date(2026, 10, n) for n in range(1, 32)]
    even = dict.fromkeys(days, 2)
    fewer = {day: 0 if day.day > 26 else 2 for day in days}
    assert month_end_dip(even, begun=days[0], until=days[-1]) is None
    assert month_end_dip(fewer, begun=days[0], until=days[-1]) == Dip(Fraction(0), Fraction(2))


def test_a_few_closures_or_a_month_without_its_end_prove_nothing() -> None:
    assert month_end_dip({date(2026, 10, 1): 19}, begun=date(2026, 10, 1), until=date(2026, 10, 31)) is None
    assert month_end_dip({date(2026, 10, 1): 50}, begun=date(2026, 10, 1), until=date(2026, 10, 20)) is None


def test_a_branch_that_slows_down_at_the_months_end_stands_on_the_page(database: Addresses) -> None:
    with clock.frozen(NOON):
        for n in range(24):
            closed(f"161350001{n:02d}", datetime(2026, 10, n + 1, 9, tzinfo=clock.SHANGHAI), minutes=10)
        assert set(dips(NATIONAL, since=SINCE, until=date(2026, 11, 23))) == {("161", "35")}
        page = entered("national").get("/oversight/branches").content.decode()
    assert "甲网 福建" in page and "10 分钟" in page


def test_closures_and_returns_stand_by_day_of_the_month(database: Addresses) -> None:
    closed("16135000001", NOON, minutes=20)
    closed("16135000002", NOON - timedelta(days=30), minutes=10)
    closed("16135000003", NOON - timedelta(days=31), minutes=40)
    with clock.frozen(NOON - timedelta(days=2)):
        an_answer(9, "data_wrong")
    found = [(row.day, row.closed, row.settled_mean, row.returned) for row in days_of_month(FUJIAN, since=SINCE)]
    assert found == [(22, 0, None, 1), (24, 2, 30, 0), (25, 1, 10, 0)]


def test_a_clerk_has_no_branch_watch(database: Addresses) -> None:
    assert entered("clerk").get("/oversight/branches").status_code == 403
