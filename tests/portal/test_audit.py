"""The audit chain, and attacks on it by the owner of the database (D-03)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import psycopg2
import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from psycopg2.extensions import make_dsn

from portal import audit
from portal.actors import Actor
from portal.clock import frozen, now
from portal.masked import Phone
from portal.models import AuditEntry
from portal.servers.provision import Addresses
from portal.work_orders import open_order
from tests.databases import Servers
from tests.portal.together import together

Attack = Callable[[str], None]


def append(by: Actor, count: int = 1, chain: str = "35") -> None:
    """So many records."""
    for place in range(count):
        with transaction.atomic():
            audit.record(
                "case.file", subject_ref=f"case{place}", by=by, chain=chain, rules=["C-04"], facts={"n": place}
            )


@pytest.fixture
def chain(database: Addresses, sweep: Actor, noon: datetime) -> None:
    """Six links over two days."""
    for day in (0, 1):
        with frozen(noon + timedelta(days=day)):
            append(sweep, 3)


@pytest.fixture
def attack(chain: None, database: Addresses, servers: Servers) -> Attack:
    """SQL as the superuser, with every trigger off."""
    name = psycopg2.extensions.parse_dsn(database.app)["dbname"]

    def run(sql: str) -> None:
        with psycopg2.connect(make_dsn(servers.admin_url, dbname=name)) as superuser, superuser.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
            cursor.execute(sql)

    return run


def test_a_chain_that_nobody_touched_is_whole(chain: None) -> None:
    assert audit.verify() == audit.Report(6)


def test_the_first_link_of_a_day_carries_the_head_of_the_day_before(chain: None) -> None:
    last = AuditEntry.objects.filter(day="2026-11-24").latest("seq")
    first = AuditEntry.objects.get(day="2026-11-25", seq=1)
    assert first.prev_hash == last.hash
    assert audit.head("35") == AuditEntry.objects.get(day="2026-11-25", seq=3).hash


def test_an_empty_chain_has_a_head_of_zeros(database: Addresses) -> None:
    assert audit.head("35") == audit.GENESIS
    assert audit.verify().whole


@pytest.mark.parametrize(
    ("sql", "problem"),
    [
        ("UPDATE portal_auditentry SET facts = '{}' WHERE day = '2026-11-24' AND seq = 2", "changed"),
        ("UPDATE portal_auditentry SET by_ref = 'person:other' WHERE seq = 1", "changed"),
        ("DELETE FROM portal_auditentry WHERE day = '2026-11-24' AND seq = 2", "gap"),
        ("DELETE FROM portal_auditentry WHERE day = '2026-11-24' AND seq = 3", "broken link"),
        ("DELETE FROM portal_auditentry WHERE day = '2026-11-24'", "broken link"),
    ],
)
def test_a_changed_or_deleted_link_is_found(attack: Attack, sql: str, problem: str) -> None:
    attack(sql)
    assert audit.verify().problem == problem


def test_two_links_that_changed_places_are_found(attack: Attack) -> None:
    attack("UPDATE portal_auditentry SET seq = seq + 10 WHERE seq IN (1, 2) AND day = '2026-11-24'")
    attack("UPDATE portal_auditentry SET seq = 13 - seq WHERE seq > 10")
    report = audit.verify()
    assert (report.whole, report.broken_at) == (False, "2026-11-24 1")


FORGED = """
WITH last AS (SELECT * FROM portal_auditentry ORDER BY day DESC, seq DESC LIMIT 1)
SELECT tongban_audit_append('35', day, 'case.close', subject_ref, by_ref, by_role, rules, facts, at_text, mac) FROM last
"""


def test_a_link_forged_in_due_form_is_not_ours(attack: Attack) -> None:
    attack(FORGED)
    assert (audit.verify().entries, audit.verify().problem) == (6, "not ours")


def test_a_tail_cut_off_is_found_by_the_anchor(attack: Attack) -> None:
    assert (audit.anchor(), audit.anchor()) == (1, 0)
    attack("DELETE FROM portal_auditentry WHERE day = '2026-11-25' AND seq = 3")
    assert audit.verify() == audit.Report(5, "35", "2026-11-25 3", "head lost")


def test_an_anchor_nobody_signed_is_found(attack: Attack) -> None:
    audit.anchor()
    attack("UPDATE portal_auditanchor SET mac = repeat('0', 64)")
    assert audit.verify().problem == "head lost"


ATTACKS = [
    sql.format(table)
    for table in ("portal_auditentry", "portal_auditanchor", "portal_movement")
    for sql in ("UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {}")
]


@pytest.mark.parametrize("sql", ATTACKS)
def test_not_even_the_owner_changes_it(chain: None, database: Addresses, sweep: Actor, sql: str) -> None:
    audit.anchor()
    with transaction.atomic():
        open_order("k", case_ref="c", operator="161", province="35", facts={}, due_at=now(), by=sweep)
    only_grows = pytest.raises(psycopg2.errors.RestrictViolation, match="only grows")
    with psycopg2.connect(database.owner) as owner, owner.cursor() as cursor, only_grows:
        cursor.execute(sql)


def test_the_products_role_has_no_right_to_change_it(chain: None) -> None:
    with pytest.raises(Exception, match="permission denied"), connection.cursor() as cursor:
        cursor.execute("UPDATE portal_auditentry SET verb = 'x'")


def test_parallel_records_make_one_chain_without_gap_or_fork(database: Addresses, sweep: Actor) -> None:
    together(12, lambda _place: append(sweep, 5))
    report = audit.verify()
    assert (report.whole, report.entries) == (True, 60)


def test_a_record_goes_with_its_transaction(database: Addresses, sweep: Actor) -> None:
    with transaction.atomic():
        audit.record("x", subject_ref="a", by=sweep, chain="35")
        transaction.set_rollback(True)
    assert AuditEntry.objects.count() == 0
    with pytest.raises(transaction.TransactionManagementError):
        audit.record("x", subject_ref="a", by=sweep, chain="35")


def test_a_clock_that_goes_back_does_not_break_the_chain(chain: None, sweep: Actor, noon: datetime) -> None:
    with frozen(noon - timedelta(days=30)):
        append(sweep)
    assert audit.verify() == audit.Report(7)


def test_no_personal_value_enters_the_chain(database: Addresses, sweep: Actor, fujian: Phone) -> None:
    with pytest.raises(TypeError, match="cannot forget"), transaction.atomic():
        audit.record("x", subject_ref="a", by=sweep, chain="35", facts={"number": fujian})


def test_one_record_is_one_round_trip(
    database: Addresses, sweep: Actor, django_assert_num_queries: Callable[..., transaction.Atomic]
) -> None:
    with transaction.atomic(), django_assert_num_queries(1):
        audit.record("x", subject_ref="a", by=sweep, chain="35")


def test_the_command_names_the_first_broken_link(attack: Attack, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("verify_audit")
    assert "6 links hold" in capsys.readouterr().out
    attack("UPDATE portal_auditentry SET verb = 'x' WHERE day = '2026-11-25' AND seq = 2")
    with pytest.raises(CommandError, match=r"chain 35, link 2026-11-25 2: changed \(after 4"):
        call_command("verify_audit")
