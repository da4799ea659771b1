"""Orders between provinces, which nobody has to chase (C-07, C-17)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import transaction

from portal.actors import Actor
from portal.clock import frozen
from portal.errors import Conflict, Invalid, Missing, TooMany
from portal.models import AuditEntry, ParameterValue, WorkOrder
from portal.moving import movements_of
from portal.servers.provision import Addresses
from portal.work_orders import (
    answer_order,
    cancel_order,
    chase,
    escalate_order,
    finish_order,
    open_order,
    resend_order,
    sweep,
)
from tests.portal.together import together


def opened(by: Actor, due_at: datetime, key: str = "untie:1") -> WorkOrder:
    """An order to Fujian."""
    with transaction.atomic():
        return open_order(
            "untie", key=key, case_ref="c", operator="161", province="35", facts={"tie": "t1"}, due_at=due_at, by=by
        )


@pytest.fixture
def order(database: Addresses, sweep: Actor, noon: datetime) -> WorkOrder:
    """Due at noon."""
    return opened(sweep, noon)


def test_opening_an_order_again_gives_the_first_one(order: WorkOrder, sweep: Actor, noon: datetime) -> None:
    assert opened(sweep, noon).pk == order.pk
    results = together(8, lambda _place: opened(sweep, noon, "untie:2").pk)
    assert len(set(results)) == 1
    assert movements_of(order).count() == 1


@pytest.mark.parametrize("result", ["closed", "user_reason"])
def test_an_answer_ends_the_waiting(order: WorkOrder, sweep: Actor, result: str) -> None:
    answered = answer_order(order.key, result, missing=["副卡还有欠费"], by=sweep)
    assert (answered.state, answered.result, answered.due_at) == ("ANSWERED", result, None)
    assert finish_order(order.key, by=sweep).state == "DONE"


@pytest.mark.parametrize("result", ["data_wrong", "attachment_missing", "attachment_unusable"])
def test_the_other_three_return_the_order_with_two_days_to_resend(
    order: WorkOrder, sweep: Actor, noon: datetime, result: str
) -> None:
    with frozen(noon - timedelta(hours=1)):
        returned = answer_order(order.key, result, missing=["身份证正面"], by=sweep)
        assert (returned.state, returned.missing) == ("RETURNED", ["身份证正面"])
        assert returned.due_at == noon + timedelta(days=2, hours=-1)
        again = resend_order(order.key, {"page": 1}, due_at=noon, by=sweep)
    assert (again.state, again.result, again.facts) == ("OPEN", "", {"tie": "t1", "page": 1})


def test_the_days_to_resend_are_a_parameter_of_the_province(order: WorkOrder, sweep: Actor, noon: datetime) -> None:
    ParameterValue.objects.create(name="order.resend_days", province="35", from_on="2026-01-01", value=5)
    with frozen(noon):
        assert answer_order(order.key, "data_wrong", missing=["x"], by=sweep).due_at == noon + timedelta(days=5)


@pytest.mark.parametrize(
    ("result", "missing", "key"),
    [("maybe", [], "result"), ("data_wrong", [" "], "missing"), ("user_reason", [], "missing")],
)
def test_an_answer_that_says_nothing_is_refused(
    order: WorkOrder, sweep: Actor, result: str, missing: list[str], key: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        answer_order(order.key, result, missing=missing, by=sweep)
    assert (refusal.value.key, refusal.value.rule_id) == (f"error.order.{key}", "C-17")
    assert WorkOrder.objects.get().state == "OPEN"


def test_silence_past_the_deadline_escalates_and_is_no_refusal(order: WorkOrder, sweep: Actor, noon: datetime) -> None:
    with frozen(noon - timedelta(seconds=1)):
        assert sweep_orders(sweep) == 0
    with frozen(noon):
        assert (sweep_orders(sweep), sweep_orders(sweep)) == (1, 0)
    late = WorkOrder.objects.get()
    assert (late.state, late.result, late.owner) == ("ESCALATED", "", "regulator:35")
    assert answer_order(order.key, "closed", by=sweep).state == "ANSWERED"


def sweep_orders(by: Actor) -> int:
    """One round of the sweep."""
    return sweep(by=by)


def test_chasing_is_counted_and_logged_and_moves_no_deadline(order: WorkOrder, sweep: Actor, noon: datetime) -> None:
    for hours in (7, 5, 3):
        with frozen(noon - timedelta(hours=hours)):
            chase(order.key, by=sweep)
    chased = WorkOrder.objects.get()
    assert (chased.state, chased.chases, chased.due_at) == ("CHASED", 3, noon)
    assert AuditEntry.objects.filter(verb="order.chased", subject_ref="c").count() == 3


def test_a_second_chase_within_two_hours_is_refused_and_not_counted(
    order: WorkOrder, sweep: Actor, noon: datetime
) -> None:
    with frozen(noon - timedelta(hours=3)):
        chase(order.key, by=sweep)
    with frozen(noon - timedelta(minutes=90)), pytest.raises(TooMany) as refusal:
        chase(order.key, by=sweep)
    assert (refusal.value.key, refusal.value.retry_after) == ("error.order.chased", 30 * 60)
    assert WorkOrder.objects.get().chases == 1


def test_an_escalated_order_may_still_be_chased(order: WorkOrder, sweep: Actor, noon: datetime) -> None:
    with frozen(noon):
        sweep_orders(sweep)
        assert (chase(order.key, by=sweep).state, WorkOrder.objects.get().chases) == ("ESCALATED", 1)


def test_what_is_sent_late_is_still_taken(order: WorkOrder, sweep: Actor, noon: datetime) -> None:
    with frozen(noon - timedelta(hours=1)):
        answer_order(order.key, "attachment_missing", missing=["同意书"], by=sweep)
    late = noon + timedelta(days=3)
    with frozen(late):
        assert sweep_orders(sweep) == 1
        again = resend_order(order.key, {}, due_at=late + timedelta(days=1), by=sweep)
    assert (again.state, again.sends, again.waits_for) == ("OPEN", 2, "province")


def test_an_order_the_province_has_is_not_sent_again(order: WorkOrder, sweep: Actor, noon: datetime) -> None:
    with frozen(noon):
        sweep_orders(sweep)
        with pytest.raises(Conflict, match=r"error\.order\.closed"):
            resend_order(order.key, {}, due_at=noon, by=sweep)
    assert WorkOrder.objects.get().state == "ESCALATED"


def test_every_answer_is_kept_when_the_order_is_sent_again(order: WorkOrder, sweep: Actor, noon: datetime) -> None:
    answer_order(order.key, "data_wrong", missing=["户主姓名"], by=sweep)
    resend_order(order.key, {}, due_at=noon, by=sweep)
    answer_order(order.key, "closed", by=sweep)
    assert list(order.answers.order_by("pk").values_list("result", flat=True)) == ["data_wrong", "closed"]


def test_a_user_reason_waits_for_the_user_and_is_no_end(order: WorkOrder, sweep: Actor, noon: datetime) -> None:
    answered = answer_order(order.key, "user_reason", missing=["副卡还有欠费"], by=sweep)
    assert answered.waits_for == "person"
    assert resend_order(order.key, {}, due_at=noon, by=sweep).waits_for == "province"


def test_an_unlawful_refusal_goes_to_the_regulator_at_once_and_once(order: WorkOrder, sweep: Actor) -> None:
    for _ in range(2):
        late = escalate_order(order.key, by=sweep, reason="refused")
    assert (late.state, late.owner) == ("ESCALATED", "regulator:35")
    assert movements_of(order).count() == 2


def test_an_order_that_ended_is_not_answered_or_chased(order: WorkOrder, sweep: Actor) -> None:
    cancel_order(order.key, by=sweep)
    verbs: list[Callable[[], WorkOrder]] = [
        lambda: answer_order(order.key, "closed", by=sweep),
        lambda: chase(order.key, by=sweep),
    ]
    for verb in verbs:
        with pytest.raises(Conflict, match=r"error\.order\.closed"):
            verb()


def test_cancelling_twice_or_what_never_was_does_nothing(order: WorkOrder, sweep: Actor) -> None:
    for _ in range(2):
        cancelled = cancel_order(order.key, by=sweep)
    assert cancelled is not None
    assert cancelled.state == "CANCELLED"
    assert cancel_order("nothing", by=sweep) is None
    with pytest.raises(Missing):
        chase("nothing", by=sweep)


def test_answer_and_escalation_at_once_leave_one_of_two_orders_of_events(
    order: WorkOrder, sweep: Actor, noon: datetime
) -> None:
    with frozen(noon):
        results = together(
            2, lambda place: answer_order(order.key, "closed", by=sweep) if place else sweep_orders(sweep)
        )
    steps = list(movements_of(order).values_list("to_state", flat=True))
    assert steps in (["OPEN", "ANSWERED"], ["OPEN", "ESCALATED", "ANSWERED"])
    assert all(not isinstance(one, Exception) or isinstance(one, Conflict) for one in results)
