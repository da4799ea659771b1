"""Work orders to the home province: five answers, sent again, chased, escalated, by hand or by system (C-07, C-17)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from bss.models import Command
from bss.simulated import Temper, TieSpec, set_temper
from closure import states
from closure.models import Case, Supplement
from closure.queries import closing_order, current_quote, untie_order
from closure.services import answering, payment, supplying, untying, withdrawal
from portal import clock, work_orders
from portal.actors import Actor
from portal.errors import Conflict, Invalid
from portal.models import AuditEntry, Notice, WorkOrder
from portal.roles import Role
from tests.closure.conftest import FUJIAN, MORNING, ROBOT, World

PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
CLERK = Actor(Role.CLERK, "person:c", operator="161", province="35", store="福州东街口店", label="甲网福建 0317")
PAPER = "户主同意书"


@pytest.fixture
def returned(world: World, fujian: Callable[..., None]) -> tuple[Case, WorkOrder]:
    """The province wants a paper before it unties the family plan."""
    fujian(ties=[TieSpec("t1", needs=PAPER)])
    case = world.quoted()
    return case, untie_order(case, "t1")


@pytest.fixture
def by_hand(world: World, fujian: Callable[..., None]) -> tuple[Case, WorkOrder]:
    """The province leaves the tie to its staff."""
    fujian(ties=[TieSpec("t1", by_hand=True)])
    case = world.quoted()
    return case, untie_order(case, "t1")


def fresh(row: WorkOrder) -> WorkOrder:
    return WorkOrder.objects.get(pk=row.pk)


def send(case: Case, order: WorkOrder, world: World, **also: object) -> WorkOrder:
    values = {"note": "", "content": PDF, "sends": order.sends, **also}
    return supplying.supply(case, order, by=world.by, **values)  # type: ignore[arg-type]


def test_a_returned_order_says_what_is_missing_and_until_when(returned: tuple[Case, WorkOrder]) -> None:
    case, order = returned
    assert (order.state, order.result, order.missing) == ("RETURNED", "attachment_missing", [PAPER])
    assert order.due_at == MORNING + timedelta(days=2)
    assert Notice.objects.filter(case_ref=case.ref, key="notice.closure.returned").count() == 1


def test_nothing_is_paid_while_an_order_waits_for_the_user(world: World, returned: tuple[Case, WorkOrder]) -> None:
    case, _ = returned
    with pytest.raises(Conflict, match=r"error\.closure\.ties"):
        payment.settle_without_payment(case, 1, by=world.by)


def test_the_missing_paper_is_supplied_and_the_case_closes(world: World, returned: tuple[Case, WorkOrder]) -> None:
    case, order = returned
    assert send(case, order, world).state == "OPEN"
    case = world.work(case)
    assert (fresh(order).state, fresh(order).result) == ("ANSWERED", "closed")
    payment.settle_without_payment(case, 1, by=world.by)
    assert world.work(case).state == states.CLOSED
    assert set(WorkOrder.objects.values_list("state", flat=True)) == {"DONE"}


def test_the_same_form_twice_sends_the_order_once(world: World, returned: tuple[Case, WorkOrder]) -> None:
    case, order = returned
    for _ in range(2):
        send(case, order, world)
    assert (fresh(order).sends, Supplement.objects.count()) == (2, 1)


def test_what_is_supplied_is_sealed_and_who_reads_it_is_logged(world: World, returned: tuple[Case, WorkOrder]) -> None:
    case, order = returned
    send(case, order, world, note="户主李强签字")
    row = Supplement.objects.get()
    assert PDF not in bytes(row.content_box) and "李强".encode() not in bytes(row.note_box)
    assert (supplying.note_of(row), supplying.content_of(row, by=CLERK)) == ("户主李强签字", PDF)
    assert AuditEntry.objects.filter(verb="reveal", by_ref=CLERK.ref).count() == 1


@pytest.mark.parametrize(
    ("content", "key"),
    [(b"", "file"), (b"MZ\x90", "kind"), (PDF[:-7], "kind"), (PDF + b"0" * 2**21 + b"%%EOF", "large")],
)
def test_a_file_that_cannot_be_used_is_refused_at_its_field(
    world: World, returned: tuple[Case, WorkOrder], content: bytes, key: str
) -> None:
    case, order = returned
    with pytest.raises(Invalid) as refusal:
        send(case, order, world, content=content)
    assert (refusal.value.key, refusal.value.field) == (f"error.supply.{key}", "attachment")
    assert (fresh(order).state, Supplement.objects.count()) == ("RETURNED", 0)


def test_late_papers_are_taken_too(world: World, returned: tuple[Case, WorkOrder]) -> None:
    case, order = returned
    with clock.frozen(MORNING + timedelta(days=3)):
        work_orders.sweep(by=ROBOT)
        assert (fresh(order).state, fresh(order).owner) == ("ESCALATED", "operator:161:32")
        send(Case.objects.get(pk=case.pk), fresh(order), world)
        world.work(case)
    assert fresh(order).state == "ANSWERED"


@pytest.mark.parametrize("code", ["data_wrong", "attachment_missing", "attachment_unusable", "user_reason"])
def test_each_answer_that_asks_for_something_leaves_the_case_open(
    world: World, fujian: Callable[..., None], code: str
) -> None:
    fujian(ties=[TieSpec("t1")])
    set_temper(FUJIAN, Temper.HONEST, refuse_next={"prepare_tie": 1}, code=code, words="请更正")
    case = world.quoted()
    order = untie_order(case, "t1")
    assert (case.state, order.result, order.waits_for) == (states.QUOTED, code, "person")
    send(case, order, world, note="已更正")
    world.work(case)
    assert fresh(order).result == "closed"


def test_an_order_left_to_staff_waits_for_them_and_asks_the_system_no_more(
    world: World, by_hand: tuple[Case, WorkOrder]
) -> None:
    case, order = by_hand
    assert (order.state, order.due_at) == ("OPEN", MORNING + timedelta(hours=24))
    for _ in range(3):
        world.work(case)
    assert Command.objects.filter(verb="prepare_tie").count() == 1


def test_a_tie_whose_preparation_is_lawfully_refused_is_left_to_the_staff(
    world: World, fujian: Callable[..., None]
) -> None:
    fujian(ties=[TieSpec("t1")])
    set_temper(FUJIAN, Temper.OBSTRUCTIVE, only=["prepare_tie"], code="2009", words="号码状态异常")
    case = world.quoted()
    order = untie_order(case, "t1")
    assert (order.state, case.due_at) == ("OPEN", current_quote(case).valid_until)  # type: ignore[union-attr]
    set_temper(FUJIAN, Temper.HONEST)
    answering.answer(case, order.key, "closed", by=CLERK)
    world.work(case)
    prepared = Command.objects.filter(verb="prepare_tie").order_by("pk").values_list("state", flat=True)
    assert list(prepared) == ["REFUSED", "DONE"]


def test_what_staff_did_is_told_to_the_system_and_can_be_cancelled(
    world: World, by_hand: tuple[Case, WorkOrder]
) -> None:
    case, order = by_hand
    answering.answer(case, order.key, "closed", by=CLERK)
    case = world.work(case)
    assert list(Command.objects.filter(verb="prepare_tie").order_by("pk").values_list("state", flat=True)) == [
        "REFUSED",
        "DONE",
    ]
    withdrawal.withdraw(case, by=world.by)
    case = world.work(case)
    assert (fresh(order).state, {row["same"] for row in case.proof_lines}) == ("CANCELLED", {True})


def test_silence_of_the_staff_escalates_and_keeps_nobody_from_paying(
    world: World, by_hand: tuple[Case, WorkOrder]
) -> None:
    case, order = by_hand
    assert untying.unready(case) == [order]
    with clock.frozen(MORNING + timedelta(hours=24)):
        work_orders.sweep(by=ROBOT)
        assert (fresh(order).state, untying.unready(case)) == ("ESCALATED", [])


def test_a_tie_that_was_never_answered_is_untied_with_the_line(world: World, by_hand: tuple[Case, WorkOrder]) -> None:
    case, order = by_hand
    with clock.frozen(MORNING + timedelta(hours=23)):
        case = world.work(case)
        Case.objects.filter(pk=case.pk).update(due_at=clock.now())
    with clock.frozen(MORNING + timedelta(hours=24)):
        work_orders.sweep(by=ROBOT)
        case = world.work(case)
        payment.settle_without_payment(case, case.quotes.count(), by=world.by)
        assert world.work(case).state == states.CLOSED
    assert fresh(order).state == "DONE"


def test_a_closing_that_came_back_stops_the_provinces_clock_and_goes_on(
    world: World, fujian: Callable[..., None]
) -> None:
    fujian()
    case = world.quoted()
    set_temper(FUJIAN, Temper.HONEST, refuse_next={"close_line": 1}, code="attachment_missing", words="身份证正面")
    payment.settle_without_payment(case, 1, by=world.by)
    case = world.work(case)
    order = closing_order(case)
    assert order is not None
    assert (case.state, order.state, case.limit_at) == (states.CLOSING, "RETURNED", MORNING + timedelta(days=2))
    send(case, order, world)
    assert world.work(case).state == states.CLOSED
    assert Command.objects.filter(verb="settle").count() == 1


def test_a_closing_by_hand_is_believed_only_when_the_system_says_so(world: World, fujian: Callable[..., None]) -> None:
    fujian()
    case = world.quoted()
    set_temper(FUJIAN, Temper.OBSTRUCTIVE, only=["close_line"], code="by_hand", words="转人工")
    payment.settle_without_payment(case, 1, by=world.by)
    case = world.work(case)
    answering.answer(case, f"close:{case.ref}", "closed", by=CLERK)
    assert world.work(case).state == states.CLOSING
    assert Command.objects.filter(verb="close_line", state="REFUSED").count() == 2


def test_a_lawful_refusal_is_a_user_reason_and_the_same_order_is_sent_again(
    world: World, fujian: Callable[..., None]
) -> None:
    fujian()
    case = world.quoted()
    set_temper(FUJIAN, Temper.OBSTRUCTIVE, only=["close_line"], code="2067", words="欠费 12.00 元")
    payment.settle_without_payment(case, 1, by=world.by)
    case = world.work(case)
    order = closing_order(case)
    assert order is not None
    assert (case.state, order.result, order.missing) == (states.HELD, "user_reason", ["欠费 12.00 元"])


def test_a_withdrawn_case_leaves_no_order_open(world: World, returned: tuple[Case, WorkOrder]) -> None:
    case, order = returned
    withdrawal.withdraw(case, by=world.by)
    world.work(case)
    assert fresh(order).state == "CANCELLED"
    with pytest.raises(Conflict):
        send(case, fresh(order), world)


def test_the_order_that_chased_an_answer_ends_with_it(world: World, fujian: Callable[..., None]) -> None:
    fujian()
    set_temper(FUJIAN, Temper.DOWN)
    case = world.work(world.file())
    with clock.frozen(MORNING + timedelta(minutes=31)):
        world.work(case)
        set_temper(FUJIAN, Temper.HONEST)
    with clock.frozen(MORNING + timedelta(minutes=40)):
        world.work(case)
    assert WorkOrder.objects.get(kind="answer").state == "DONE"
