"""A large refund in the books' hands: who may let it go, by the verb, by the page and by the database (D-10, C-05)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import psycopg2
import pytest
from django.db import connection, transaction

from portal import clock
from portal.actors import robot
from portal.errors import Conflict, Missing, Refused
from portal.models import AuditEntry, WorkOrder
from portal.moving import movements_of
from portal.roles import Role
from settlement.models import Approval, Payout, SimulatedPayout
from settlement.services import payouts
from settlement.services.approvals import decide
from settlement.services.ledger import put_under
from settlement.tasks import sweep
from tests.overseen import entered
from tests.settlement.books import person
from tests.settlement.conftest import CASE, Connect

BY = robot("closer")
SUN = person("sun")
OVER = 500_001
LINE = "line:l1"


def waiting(fen: int = OVER, asked_by: str = LINE) -> Payout:
    """A payout that somebody wants."""
    with transaction.atomic(durable=True):
        return payouts.intend(
            CASE,
            fen,
            "card",
            operator="161",
            province="32",
            home_province="35",
            nudge="",
            asked_by=asked_by,
            destination="6222021234567890",
            by=BY,
        )


def let_go(payout: Payout, *, approve: bool = True, name: str = "sun") -> Approval:
    """Somebody of finance decides."""
    return decide(Approval.objects.get(payout=payout).ref, approve=approve, because="核对过", by=person(name))


def test_only_what_is_over_the_limit_waits(database: object) -> None:
    states = {fen: waiting(fen).state for fen in (499_999, 500_000, 500_001)}
    assert states == {499_999: "INTENDED", 500_000: "INTENDED", 500_001: "AWAITING"}


def test_nothing_is_sent_before_somebody_decides_and_once_after(database: object) -> None:
    payout = waiting()
    sweep()
    assert (payouts.run(payout.ref, by=BY).state, SimulatedPayout.objects.count()) == ("AWAITING", 0)
    assert (let_go(payout).state, Payout.objects.get().state) == ("APPROVED", "INTENDED")
    for _ in range(2):
        sweep()
    assert [(one.fen, one.ending) for one in SimulatedPayout.objects.all()] == [(OVER, "paid")]


def test_its_limit_counts_from_the_approval_and_its_promise_from_the_wish(database: object) -> None:
    payout = waiting()
    with clock.frozen(clock.now() + timedelta(hours=30)):
        let_go(payout)
        assert payouts.run(payout.ref, by=BY).state == "PAID"
    assert Payout.objects.get().arrives_by_on == payout.arrives_by_on


def test_history_and_audit_name_who_asked_and_who_decided(database: object) -> None:
    payout = waiting()
    row = let_go(payout)
    assert [one.by_ref for one in movements_of(payout)] == [BY.ref, SUN.ref]
    assert (row.asked_by, row.decided_by, row.posted) == (LINE, SUN.ref, None)
    asked = AuditEntry.objects.get(verb="settlement.refund_asked")
    assert (LINE in str(asked.facts), AuditEntry.objects.get(verb="settlement.refund_approved").by_ref) == (
        True,
        SUN.ref,
    )


def test_whoever_asked_does_not_approve(database: object) -> None:
    payout = waiting(asked_by=SUN.ref)
    with pytest.raises(Refused) as caught:
        let_go(payout)
    assert (caught.value.key, Payout.objects.get().state) == ("error.approval.own", "AWAITING")


def test_no_robot_and_no_token_approves(database: object) -> None:
    ref = Approval.objects.get(payout=waiting()).ref
    for by in (robot("cashier"), BY, person("sun", role=Role.CLERK), person("li", operator="163")):
        with pytest.raises((Refused, Missing)):
            decide(ref, approve=True, because="核对过", by=by)
    assert Payout.objects.get().state == "AWAITING"


APPROVED = "UPDATE settlement_approval SET state = 'APPROVED', decided_at = now(), decided_by = {}"
SENT = "UPDATE settlement_payout SET state = {}"


@pytest.mark.parametrize("role", ["app", "owner"])
@pytest.mark.parametrize("change", [APPROVED.format("asked_by"), APPROVED.format("'robot:cashier'")])
def test_the_database_refuses_the_same_person_and_a_robot(change: str, role: str, connect: Connect) -> None:
    waiting(asked_by=SUN.ref)
    with pytest.raises(psycopg2.errors.CheckViolation), connect(role) as opened, opened.cursor() as db:
        db.execute(change)


@pytest.mark.parametrize("role", ["app", "owner"])
@pytest.mark.parametrize("change", [SENT.format("'INTENDED'"), SENT.format("'PAID'"), SENT.format("state, fen = 1")])
def test_the_database_lets_nothing_go_that_nobody_approved(change: str, role: str, connect: Connect) -> None:
    waiting()
    with pytest.raises(psycopg2.errors.IntegrityError), connect(role) as opened, opened.cursor() as db:
        db.execute(change)


@pytest.mark.parametrize("end", ["INTENDED", "PAID"])
def test_what_was_turned_down_is_not_let_go_by_another_step(end: str, connect: Connect) -> None:
    """A refusal in between hides nothing: not by a robot that never asked, not after the second person said no."""
    for payout in (waiting(), waiting()):
        with connect("app") as opened, opened.cursor() as db:
            db.execute("UPDATE settlement_payout SET state = 'REFUSED' WHERE id = %s", (payout.pk,))
    let_go(waiting(), approve=False)
    for row in Payout.objects.filter(state="REFUSED"):
        with pytest.raises(psycopg2.errors.IntegrityError), connect("app") as opened, opened.cursor() as db:
            db.execute("UPDATE settlement_payout SET state = %s WHERE id = %s", (end, row.pk))


def test_a_decision_about_one_refund_is_not_made_one_about_another(connect: Connect) -> None:
    first, second = waiting(), waiting(600_000)
    let_go(first)
    with pytest.raises(psycopg2.errors.IntegrityError), connect("app") as opened, opened.cursor() as db:
        db.execute("UPDATE settlement_approval SET payout_id = %s WHERE payout_id = %s", (second.pk, first.pk))


def test_of_two_who_decide_at_once_one_is_late(database: object) -> None:
    payout = waiting()

    def one(name: str) -> str:
        try:
            return let_go(payout, approve=name != "zhao", name=name).state
        except Conflict:
            return "late"
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        ends = list(pool.map(one, ("sun", "zhao", "li", "wu")))
    assert ends.count("late") == 3
    assert movements_of(payout).count() == 2


def test_a_decision_that_fails_half_way_leaves_everything_as_it_was(database: object) -> None:
    payout = waiting()
    WorkOrder.objects.update(state="DONE")
    with pytest.raises(Conflict):
        let_go(payout)
    assert (Payout.objects.get().state, Approval.objects.get().state) == ("AWAITING", "ASKED")


@pytest.mark.parametrize(("lang", "words"), [("zh", "大额退款"), ("en", "Large refund")])
def test_finance_sees_sum_route_number_and_deadline_and_lets_it_go(database: object, lang: str, words: str) -> None:
    put_under("SJ-1", CASE)
    row, client = Approval.objects.get(payout=waiting()), entered("finance")
    client.get(f"/language/switch?to={lang}&next=/accessibility")
    where = f"/settlement/approvals/{row.ref}"
    for page in ("/settlement/approvals", where):
        shown = client.get(page).content.decode()
        assert all(one in shown for one in (words, "5,000.01", "7890", "SJ-1"))
    verdict = {"outcome": "approve", "because": "核对过"}
    assert client.post(where, {"outcome": "approve", "because": ""}).status_code == 422
    assert [client.post(where, verdict).status_code for _ in range(2)] in ([302, 302], [302, 409])
    assert (Payout.objects.get().state, Approval.objects.get().state) == ("INTENDED", "APPROVED")


def test_denied_on_the_page_it_ends_with_the_reason(database: object) -> None:
    payout = waiting()
    where = f"/settlement/approvals/{Approval.objects.get().ref}"
    entered("finance").post(where, {"outcome": "deny", "because": "卡号像是别人的"})
    payout.refresh_from_db()
    assert (payout.state, payout.code, Approval.objects.get().because) == ("REFUSED", "denied", "卡号像是别人的")
    assert "卡号像是别人的" in entered("finance2").get("/settlement/approvals").content.decode()
