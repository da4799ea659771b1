"""The ledger against the provinces' own books: agreement is one question, each difference one work order (S-03)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import transaction

from bss.digests import BUCKETS, bucket_of, digest_of
from bss.legs import ACCOUNTS
from bss.models import Command, Evidence
from bss.provinces import Bss
from bss.simulated import Temper, set_temper
from closure.models import Claim
from portal import clock
from portal.actors import Actor, robot
from portal.errors import Conflict
from portal.models import AuditEntry
from portal.work_orders import WorkOrder
from settlement import states
from settlement.ledger import BILLS, PROVIDER, AccountKey, Leg
from settlement.models import Difference, Reconciliation
from settlement.queries_reconciling import Span, companies, own_digests, own_nets
from settlement.services import reconciling
from settlement.services.ledger import post
from tests.closure.conftest import FUJIAN, MORNING, World, fujian, money_may_differ, world
from tests.closure.sequences import Life, born, brought_to_rest
from tests.databases import Servers
from tests.settlement.province_book import in_book

__all__ = ["fujian", "money_may_differ", "world"]
BY = robot("reconciler")
DAY = MORNING.date()
CHECKED = MORNING + timedelta(days=1)


def a_life(bills: int, own_fen: int, *verbs: str) -> Life:
    """A case that went through these verbs at once."""
    life = born(bills, own_fen, contract=False)
    for verb in ("work", *verbs):
        life.do(verb)
    return life


def closed(count: int) -> list[Life]:
    """Cases that closed today: those with bills were paid, the others got their own money back."""
    lives = []
    for n in range(count):
        life = a_life(1 + n % 2, 0, "pay") if n % 3 else a_life(0, 500 + n, "settle, card")
        life.do("work")
        assert life.fresh().state == "CLOSED"
        lives.append(life)
    return lives


def reconciled(day: date = DAY, bss: Bss = FUJIAN) -> Reconciliation:
    """A run of that day, a day later."""
    with clock.frozen(CHECKED):
        return reconciling.run(reconciling.start(bss, day, by=BY).ref, by=BY)


def asked(question: str) -> int:
    """How often the gateway asked it."""
    return Evidence.objects.filter(question=question).count()


def rows_of(servers: Servers) -> list[tuple[int, str, str, int]]:
    """Fujian's book: position, case, account, fen."""
    found = in_book(servers, FUJIAN, "SELECT id, case_ref, account, fen FROM book ORDER BY id")
    return [(int(row[0]), str(row[1]), str(row[2]), int(row[3])) for row in found]


def test_a_world_of_several_cases_agrees_by_one_question(way: str, world: World) -> None:
    closed(5)
    a_life(1, 0)  # quoted and not paid
    run = reconciled()
    assert (run.state, run.found, run.moving, run.buckets_read) == (states.AGREED, 0, 0, 0)
    assert (run.ours_digest, run.nets > 8) == (run.theirs_digest, True)
    assert (asked("book_digest"), asked("book_rows")) == (1, 0)


def plant(servers: Servers) -> Counter[tuple[str, str, str]]:
    """Twenty faults of five kinds in Fujian's book, each on a row of its own; gives kind, case and account of each."""
    rows = rows_of(servers)
    assert len(rows) >= 16
    faults = {
        "missing_there": "DELETE FROM book WHERE id = %s",
        "amount": "UPDATE book SET fen = fen + 1240 WHERE id = %s",
        "twice": "INSERT INTO book (command_id, case_ref, number, account, fen, at)"
        " SELECT command_id, case_ref, number, account, fen, at FROM book WHERE id = %s",
        "date": "UPDATE book SET at = at - interval '1 day' WHERE id = %s",
    }
    planted: Counter[tuple[str, str, str]] = Counter()
    for n, (position, case_ref, account, _) in enumerate(rows[:16]):
        kind = list(faults)[n % 4]
        in_book(servers, FUJIAN, faults[kind], position)
        planted[kind, case_ref, account] += 1
    strange = "INSERT INTO book (command_id, case_ref, number, account, fen, at) VALUES (%s, %s, '', 'agent', 99, %s)"
    for n in range(4):
        in_book(servers, FUJIAN, strange, f"nobody{n}", f"stranger{n}", MORNING)
        planted["missing_here", f"stranger{n}", "agent"] += 1
    return planted


def test_twenty_planted_faults_are_found_each_with_its_own_order(
    way: str, world: World, servers: Servers, money_may_differ: None
) -> None:
    closed(9)
    planted = plant(servers)
    run = reconciled()
    found = list(Difference.objects.all())
    assert Counter((one.kind, one.case_ref, one.account) for one in found) == planted
    assert (run.state, run.found, len(planted)) == (states.DIFFERS, 20, 20)
    orders = {order.key: order for order in WorkOrder.objects.filter(kind="books")}
    assert {one.order_key for one in found} == orders.keys()
    assert {(one.state, one.owner, one.province) for one in orders.values()} == {("OPEN", "operator:161:35", "35")}
    assert all(one.due_at == CHECKED + timedelta(days=2) for one in orders.values())
    assert all(Evidence.objects.get(ref=one.evidence_ref).question == "book_rows" for one in found)


def test_every_account_of_a_book_has_its_row_and_its_part_of_the_digest(world: World) -> None:
    legs = {account: place for place, account in enumerate(ACCOUNTS, start=-3) if place}
    place = {"case_ref": "c" * 26, "operator": FUJIAN.operator, "province": FUJIAN.province, "verb": "settle"}
    now = {"not_after": clock.now(), "created_at": clock.now(), "ended_at": clock.now(), "booked_on": DAY}
    with transaction.atomic():
        Command.objects.create(state="DONE", payload_box=b"", legs=legs, **place, **now)
    span = Span(FUJIAN, DAY, DAY)
    nets = own_nets(span, BUCKETS, range(BUCKETS))
    assert {net.account: net.fen for net in nets} == legs
    assert own_digests(span, BUCKETS).total == digest_of(nets)


def test_only_buckets_that_differ_are_read(way: str, world: World, servers: Servers, money_may_differ: None) -> None:
    closed(5)
    position, case_ref, _, _ = rows_of(servers)[0]
    in_book(servers, FUJIAN, "UPDATE book SET fen = fen + 1 WHERE id = %s", position)
    run = reconciled()
    assert (run.buckets_read, asked("book_digest"), asked("book_rows")) == (1, 1, 1)
    difference = Difference.objects.get()
    assert (difference.kind, difference.case_ref, difference.apart_fen) == ("amount", case_ref, -1)
    assert bucket_of(case_ref, 64) in range(64)


def test_an_old_row_that_was_changed_is_found_by_the_next_days_run(
    world: World, servers: Servers, money_may_differ: None
) -> None:
    closed(2)
    assert reconciled().state == states.AGREED
    in_book(servers, FUJIAN, "DELETE FROM book WHERE id = %s", rows_of(servers)[0][0])
    later = reconciled(DAY + timedelta(days=1))
    assert (later.state, [one.kind for one in later.differences.all()]) == (states.DIFFERS, ["missing_there"])


def test_a_difference_keeps_its_order_and_is_closed_by_the_run_that_sees_it_agree(
    world: World, servers: Servers
) -> None:
    closed(2)
    position = rows_of(servers)[0][0]
    in_book(servers, FUJIAN, "UPDATE book SET fen = fen + 5 WHERE id = %s", position)
    first, second = reconciled(), reconciled()
    assert (first.turn, second.turn, second.state) == (1, 2, states.DIFFERS)
    assert WorkOrder.objects.filter(kind="books").count() == 1
    in_book(servers, FUJIAN, "UPDATE book SET fen = fen - 5 WHERE id = %s", position)
    third = reconciled()
    difference = Difference.objects.get()
    assert (third.state, difference.state, difference.gone_in) == (states.AGREED, states.GONE, third)
    assert WorkOrder.objects.get(kind="books").state == "CANCELLED"
    verbs = AuditEntry.objects.filter(subject_ref=difference.ref).values_list("verb", flat=True)
    assert sorted(verbs) == ["difference.found", "difference.gone"]


def test_nothing_is_corrected(world: World, servers: Servers, money_may_differ: None) -> None:
    closed(2)
    in_book(servers, FUJIAN, "UPDATE book SET fen = fen + 5 WHERE id = %s", rows_of(servers)[0][0])
    before = rows_of(servers)
    commands = Command.objects.count()
    reconciled()
    assert (rows_of(servers), Command.objects.count()) == (before, commands)


@pytest.mark.parametrize("fault", ["error", "lost", "truncated", "not_json", "wrong_types", "swapped", "no_clock"])
def test_no_answer_is_no_agreement_and_is_asked_again(way: str, world: World, fault: str) -> None:
    closed(1)
    set_temper(FUJIAN, Temper.HONEST, fault=fault, only=["book_digest"], times=1)
    run = reconciled()
    assert (run.state, run.attempts, run.code != "") == (states.WAITING, 1, True)
    with clock.frozen(CHECKED + timedelta(minutes=2)):
        assert reconciling.sweep(by=BY) == 1
    run.refresh_from_db()
    assert (run.state, run.code) == (states.AGREED, "")


def test_a_province_that_stays_silent_for_a_day_is_a_work_order(world: World) -> None:
    closed(1)
    set_temper(FUJIAN, Temper.DOWN, only=["book_digest"])
    run = reconciled()
    with clock.frozen(CHECKED + timedelta(hours=25)):
        reconciling.sweep(by=BY)
    order = WorkOrder.objects.get(kind="books")
    assert (order.key, order.state, order.facts["code"]) == (f"books:{run.ref}", "OPEN", "no_connection")
    set_temper(FUJIAN, Temper.HONEST)
    with clock.frozen(CHECKED + timedelta(hours=27)):
        assert reconciling.run(run.ref, by=BY).state == states.AGREED
    order.refresh_from_db()
    assert order.state == "CANCELLED"


def test_a_book_too_large_for_one_answer_is_asked_for_in_halves(
    way: str, world: World, servers: Servers, money_may_differ: None
) -> None:
    closed(2)
    position, case_ref, account, _ = rows_of(servers)[0]
    in_book(servers, FUJIAN, "UPDATE book SET at = at - interval '20 days' WHERE id = %s", position)
    set_temper(FUJIAN, Temper.HONEST, fault="lost", only=["book_digest"], times=2)
    run = reconciled()
    for _ in range(2):
        with clock.frozen(CHECKED + timedelta(minutes=10)):
            Reconciliation.objects.update(lease_until=None)
            run = reconciling.run(run.ref, by=BY)
    assert (run.state, run.attempts, asked("book_digest")) == (states.DIFFERS, 3, 1 + 1 + 4)
    difference = Difference.objects.get()
    assert (difference.kind, difference.case_ref, difference.account) == ("date", case_ref, account)
    assert difference.theirs_on == DAY - timedelta(days=20)


def test_a_stale_copy_of_the_digest_is_no_answer(world: World) -> None:
    old = {"ending": "done", "clock": (MORNING - timedelta(hours=1)).isoformat()}
    closed(1)
    set_temper(
        FUJIAN, Temper.HONEST, stale={"book_digest": {**old, "facts": {"digest": "0", "rows": 0, "buckets": []}}}
    )
    run = reconciled()
    assert (run.state, run.code) == (states.WAITING, "stale")


def test_a_liar_is_found_within_one_cycle(way: str, world: World, money_may_differ: None) -> None:
    """It says that it booked what was claimed, which nothing else holds against its book."""
    life = a_life(2, 0, "dispute a bill", "pay", "work", "prove", "accept")
    assert life.fresh().state == "CLOSED"
    set_temper(FUJIAN, Temper.LYING, only=["settle_claim"])
    life.do("pay the claim")
    claim = Claim.objects.get(state="SETTLED")
    assert reconciled().state == states.DIFFERS
    kinds = {(one.kind, one.case_ref) for one in Difference.objects.all()}
    assert kinds == {("missing_there", claim.ref)}


def test_an_open_command_is_no_difference_until_it_is_settled(way: str, world: World) -> None:
    life = a_life(1, 0)
    set_temper(FUJIAN, Temper.SILENT, only=["settle"], wait_ms=1)
    life.do("pay")
    assert Command.objects.get(verb="settle").state in ("UNKNOWN", "SENT")
    run = reconciled()
    assert (run.state, run.found, run.moving) == (states.AGREED, 0, 1)
    set_temper(FUJIAN, Temper.HONEST)
    assert brought_to_rest(life).state == "CLOSED"
    assert (reconciled(DAY + timedelta(days=1)).state, Difference.objects.count()) == (states.AGREED, 0)


@pytest.mark.parametrize(
    "verbs",
    [
        ("home refuses the money", "pay"),
        ("home refuses the closing", "pay"),
        ("home refuses the closing", "pay", "withdraw"),
        ("home refuses the closing", "pay", "withdraw", "home is honest", "an hour", "a day", "bounce"),
    ],
)
def test_a_case_in_flight_is_no_difference(world: World, money_may_differ: None, verbs: tuple[str, ...]) -> None:
    a_life(2, 0, *verbs)
    run = reconciled()
    assert (run.state, run.found) == (states.AGREED, 0)
    with clock.frozen(MORNING + timedelta(days=20)):
        late = reconciling.run(reconciling.start(FUJIAN, DAY + timedelta(days=10), by=BY).ref, by=BY)
    assert (late.state, late.found) == (states.AGREED, 0)


def test_each_company_is_reconciled_once_a_day_from_its_hour_on(world: World) -> None:
    closed(1)
    with clock.frozen(CHECKED.replace(hour=0)):
        assert reconciling.start_daily(by=BY) == 0
    with clock.frozen(CHECKED.replace(hour=1)):
        assert reconciling.start_daily(by=BY) == 2
        assert reconciling.start_daily(by=BY) == 0
        assert reconciling.sweep(by=BY) == 2
    assert set(Reconciliation.objects.values_list("province", "state")) == {("32", "AGREED"), ("35", "AGREED")}


def test_no_row_of_a_run_is_ever_deleted(world: World, servers: Servers, fujian: Callable[..., None]) -> None:
    run = reconciled()
    with pytest.raises(Exception, match="only added"):
        run.delete()


def test_a_posting_that_no_command_told_home_of_is_found_once_the_case_is_at_rest(
    world: World, money_may_differ: None
) -> None:
    (life,) = closed(1)[:1]
    with clock.frozen(MORNING), transaction.atomic(durable=True):
        legs = [Leg(AccountKey("161", "32", PROVIDER), 300), Leg(AccountKey("161", "35", BILLS), -300)]
        post("test", legs, key="stray", case_ref=life.case.ref, by=BY)
    assert reconciled().state == states.AGREED
    with clock.frozen(MORNING + timedelta(days=4)):
        run = reconciling.run(reconciling.start(FUJIAN, DAY + timedelta(days=3), by=BY).ref, by=BY)
    found = {(one.account, one.on, one.apart_fen) for one in run.differences.all()}
    assert found == {("agent", DAY, 300), ("receivable", DAY, -300)}


def test_a_company_that_another_worker_starts_at_this_moment_stops_nobody(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed(1)
    start = reconciling.start

    def too_late(bss: Bss, day: date, *, by: Actor) -> Reconciliation:
        if bss == companies()[0]:
            raise Conflict("error.conflict", rule_id="S-03")
        return start(bss, day, by=by)

    monkeypatch.setattr(reconciling, "start", too_late)
    with clock.frozen(CHECKED.replace(hour=1)):
        assert reconciling.start_daily(by=BY) == 1
    assert Reconciliation.objects.count() == 1
