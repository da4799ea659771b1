"""Four eyes: whoever asks to reverse or to settle never decides, by the verbs and by the database (S-02, D-10)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import psycopg2
import pytest
from django.db import connection, transaction

from bss.provinces import Bss
from portal.actors import Actor, robot
from portal.errors import Conflict, Invalid, Missing, Refused
from portal.models import AuditEntry
from portal.moving import movements_of
from portal.roles import Role
from settlement.ledger import CLEARING, PAYABLE, RECEIVABLE, AccountKey
from settlement.models import Approval, Statement, Transfer
from settlement.queries import balance_of, trial_balance
from settlement.queries_statements import as_lines
from settlement.services.approvals import ask_reversal, ask_settling, decide
from settlement.services.collection import return_payment
from tests.settlement.books import BEIJING, FUJIAN, JIANGSU, NOVEMBER, OCTOBER, collected, frozen, person
from tests.settlement.conftest import Connect

QIAN, SUN = person("qian"), person("sun")
WHY = "收错了"


def asked() -> Approval:
    """A reversal that Qian asked for."""
    return ask_reversal(collected(JIANGSU, FUJIAN, 300, OCTOBER).ref, WHY, by=QIAN)


def settling() -> Approval:
    """The settling of October, as Qian asked for it."""
    collected(JIANGSU, FUJIAN, 300, OCTOBER)
    collected(FUJIAN, JIANGSU, 100, OCTOBER)
    collected(BEIJING, FUJIAN, 50, OCTOBER)
    return ask_settling(frozen(OCTOBER).number, WHY, by=QIAN)


def approved(row: Approval, by: Actor = SUN) -> Approval:
    """The same, approved by somebody else."""
    return decide(row.ref, approve=True, because="核对过", by=by)


def test_asking_posts_nothing(database: object) -> None:
    row = asked()
    assert (row.state, Transfer.objects.count()) == ("ASKED", 1)


def test_a_second_person_approves_and_the_exact_opposite_is_posted(database: object) -> None:
    row = approved(asked())
    assert row.posted is not None
    assert (row.state, row.posted.reverses, trial_balance()) == ("APPROVED", row.transfer, 0)
    assert balance_of(AccountKey("161", "35", RECEIVABLE, "161_32")) == 0


def test_history_and_audit_name_both(database: object) -> None:
    row = approved(asked())
    assert [one.by_ref for one in movements_of(row)] == [QIAN.ref, SUN.ref]
    verbs = ["settlement.reverse_asked", "settlement.reverse_approved"]
    found = AuditEntry.objects.filter(verb__in=verbs).order_by("seq").values_list("by_ref", flat=True)
    assert list(found) == [QIAN.ref, SUN.ref]


def test_nobody_approves_what_they_asked_for(database: object) -> None:
    row = asked()
    with pytest.raises(Refused) as caught:
        approved(row, by=QIAN)
    assert caught.value.key == "error.approval.own"
    assert (Approval.objects.get().state, Transfer.objects.count()) == ("ASKED", 1)


@pytest.mark.parametrize("role", ["app", "owner"])
def test_the_database_refuses_one_person_in_both_roles(role: str, connect: Connect) -> None:
    asked()
    with pytest.raises(psycopg2.errors.CheckViolation), connect(role) as opened, opened.cursor() as db:
        db.execute(
            "UPDATE settlement_approval SET state = 'DENIED', decided_by = asked_by, decided_at = now()",
        )


@pytest.mark.parametrize(
    "change",
    [
        "state = 'APPROVED', decided_by = 'person:sun', decided_at = now()",  # approved, and nothing posted
        "state = 'DENIED', decided_at = now()",  # decided by nobody
        "decided_by = 'person:sun'",  # decided, and still open
    ],
)
def test_the_database_refuses_half_a_decision(change: str, connect: Connect) -> None:
    asked()
    with pytest.raises(psycopg2.errors.CheckViolation), connect("owner") as opened, opened.cursor() as db:
        db.execute(f"UPDATE settlement_approval SET {change}")


@pytest.mark.parametrize(
    "change", ["asked_by = 'person:x'", "state = 'ASKED'", "decided_by = 'person:x'", "reason = 'x'"]
)
def test_a_decision_stands(change: str, connect: Connect) -> None:
    approved(asked())
    with pytest.raises(psycopg2.errors.IntegrityError), connect("owner") as opened, opened.cursor() as db:
        db.execute(f"UPDATE settlement_approval SET {change}")


def test_a_denied_request_posts_nothing_and_may_be_asked_anew(database: object) -> None:
    row = asked()
    decide(row.ref, approve=False, because="没有错", by=SUN)
    assert row.transfer is not None
    again = ask_reversal(row.transfer.ref, WHY, by=QIAN)
    assert (Approval.objects.get(pk=row.pk).state, again.state, Transfer.objects.count()) == ("DENIED", "ASKED", 1)


def test_one_request_waits_at_a_time(database: object) -> None:
    row = asked()
    assert row.transfer is not None
    with pytest.raises(Conflict):
        ask_reversal(row.transfer.ref, WHY, by=SUN)


def test_a_request_is_decided_once_by_whoever_is_first(database: object) -> None:
    row = asked()

    def one(n: int) -> str:
        try:
            return approved(row, by=person(f"p{n}")).state
        except Conflict:
            return "late"
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        ends = list(pool.map(one, range(6)))
    assert (ends.count("APPROVED"), Transfer.objects.count()) == (1, 2)


def test_a_case_that_ends_leaves_alone_what_two_people_reversed_before(database: object) -> None:
    row = approved(asked())
    with transaction.atomic():
        assert return_payment(FUJIAN, case_ref="c" * 26, fen=300, by=robot("cashier")) == []
    assert row.posted is not None
    assert Transfer.objects.get(reverses=row.transfer) == row.posted


def test_what_was_reversed_is_not_reversed_again_nor_the_reversal(database: object) -> None:
    row = approved(asked())
    assert row.transfer is not None
    assert row.posted is not None
    for ref in (row.transfer.ref, row.posted.ref):
        with pytest.raises(Conflict):
            ask_reversal(ref, WHY, by=QIAN)


@pytest.mark.parametrize("reason", ["", "  ", "长" * 201])
def test_a_request_needs_a_reason(reason: str, database: object) -> None:
    transfer = collected(JIANGSU, FUJIAN, 300, OCTOBER)
    with pytest.raises(Invalid):
        ask_reversal(transfer.ref, reason, by=QIAN)


def test_only_a_person_who_signed_in_asks_or_decides(database: object) -> None:
    row = asked()
    token = Actor(Role.FINANCE, "person:sun", operator="161")
    for by in (token, robot("bookkeeper")):
        with pytest.raises(Refused):
            approved(row, by=by)


def test_another_operators_finance_finds_nothing_to_ask_or_decide(database: object) -> None:
    row = asked()
    stranger = person("li", operator="163")
    assert row.transfer is not None
    with pytest.raises(Missing):
        approved(row, by=stranger)
    with pytest.raises(Missing):
        ask_reversal(row.transfer.ref, WHY, by=stranger)


def test_a_transfer_in_two_operators_books_is_not_one_sides_to_reverse(database: object) -> None:
    transfer = collected(Bss("163", "32"), FUJIAN, 300, OCTOBER)
    with pytest.raises(Refused):
        ask_reversal(transfer.ref, WHY, by=QIAN)


def test_settling_brings_every_line_back_to_zero_and_each_company_pays_or_gets_one_sum(database: object) -> None:
    row = approved(settling())
    statement = Statement.objects.get()
    for line in as_lines(statement.lines.select_related("account")):
        assert balance_of(AccountKey(line.operator, line.province, line.kind, line.counterpart)) == 0
    cleared = {place: balance_of(AccountKey("161", place, CLEARING)) for place in ("35", "32", "11")}
    assert cleared == {"35": 250, "32": -200, "11": -50}
    assert (statement.state, row.state, trial_balance()) == ("SETTLED", "APPROVED", 0)


def test_settling_is_no_turnover_of_the_next_month(database: object) -> None:
    approved(settling())
    collected(JIANGSU, FUJIAN, 7, NOVEMBER)
    lines = as_lines(frozen(NOVEMBER).lines.select_related("account"))
    assert [(line.kind, line.fen) for line in lines] == [(PAYABLE, -7), (RECEIVABLE, 7)]


def test_nobody_settles_what_they_asked_for(database: object) -> None:
    row = settling()
    with pytest.raises(Refused):
        approved(row, by=QIAN)
    assert Statement.objects.get().state == "FROZEN"


def test_a_statement_is_settled_once_and_what_settled_it_is_not_reversed(database: object) -> None:
    row = approved(settling())
    assert row.posted is not None
    with pytest.raises(Conflict):
        ask_settling("JS202610-161", WHY, by=QIAN)
    with pytest.raises(Refused):
        ask_reversal(row.posted.ref, WHY, by=QIAN)


def test_a_settled_statement_stays_settled(connect: Connect) -> None:
    approved(settling())
    with pytest.raises(psycopg2.errors.IntegrityError), connect("owner") as opened, opened.cursor() as db:
        db.execute("UPDATE settlement_statement SET state = 'FROZEN'")


def test_an_empty_statement_has_nothing_to_settle(database: object) -> None:
    row = ask_settling(frozen(OCTOBER).number, WHY, by=QIAN)
    with pytest.raises(Conflict):
        approved(row)
    assert (Approval.objects.get().state, Statement.objects.get().state) == ("ASKED", "FROZEN")
