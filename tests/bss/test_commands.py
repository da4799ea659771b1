"""Commands: once per id, whatever is lost, doubled or unknown (CONVENTIONS 6 and 7)."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from bss import states
from bss.adapters import Order
from bss.answers import Ending
from bss.gateway import ask, enquire, order
from bss.models import Command, Evidence
from bss.provinces import Bss
from bss.services import commands
from bss.simulated import (
    BillSpec,
    BucketSpec,
    ContractSpec,
    HoldSpec,
    LineSpec,
    Temper,
    TieSpec,
    book_rows,
    effects_of,
    line_row,
    plant,
    set_temper,
)
from portal import clock
from portal.actors import Actor
from portal.errors import Conflict
from portal.moving import move, movements_of, take_lease
from tests.bss.conftest import CASE, NUMBER, SPEC
from tests.bss.dates import OCTOBER

pytestmark = pytest.mark.usefixtures("way")

HOUR = timedelta(hours=1)


def intended(bss: Bss, verb: str, by: Actor, **payload: Any) -> Command:
    """A command committed and not yet sent."""
    with transaction.atomic(durable=True):
        return commands.intend(
            bss,
            verb,
            {"number": NUMBER, **payload},
            case_ref=CASE,
            by=by,
            not_after=clock.now() + HOUR,
            effective_at=clock.now(),
        )


def snapshot(bss: Bss, by: Actor) -> dict[str, Any]:
    """The line as its province tells it, without the clock."""
    facts = ask(bss, "snapshot", {"number": NUMBER}, case_ref=CASE, by=by).facts
    return {key: value for key, value in facts.items() if key != "clock"}


def ended(bss: Bss, verb: str, by: Actor, **payload: Any) -> Command:
    """A command run once."""
    return commands.run(intended(bss, verb, by, **payload).ref, by=by)


def test_a_command_takes_effect_once_and_ends_done(fujian: Bss, by: Actor) -> None:
    command = ended(fujian, "stop_charging", by)
    assert command.state == states.DONE
    assert line_row(fujian, NUMBER)["charging"] == "stopped"
    assert commands.run(command.ref, by=by).state == states.DONE
    assert effects_of(fujian, command.ref) == 1


def test_the_history_of_a_command_tells_that_it_may_have_been_sent(fujian: Bss, by: Actor) -> None:
    command = ended(fujian, "stop_charging", by)
    assert [m.to_state for m in movements_of(command)] == ["INTENDED", "SENT", "DONE"]


def test_the_payload_is_sealed_and_carries_the_case(fujian: Bss, by: Actor) -> None:
    command = intended(fujian, "stop_charging", by)
    assert NUMBER.encode() not in bytes(command.payload_box)
    assert commands.payload_of(command) == {"number": NUMBER, "case_ref": CASE}


def test_an_intent_belongs_to_the_callers_transaction(fujian: Bss, by: Actor) -> None:
    with pytest.raises(RuntimeError):
        commands.intend(fujian, "stop_charging", {}, case_ref=CASE, by=by, not_after=clock.now())


def test_a_command_is_not_run_inside_a_transaction(fujian: Bss, by: Actor) -> None:
    command = intended(fujian, "stop_charging", by)
    with transaction.atomic(), pytest.raises(RuntimeError):
        commands.run(command.ref, by=by)


def test_an_unknown_command_is_asked_about_and_found_done(fujian: Bss, by: Actor) -> None:
    set_temper(fujian, Temper.SILENT, wait_ms=0)
    command = ended(fujian, "stop_charging", by)
    assert command.state == states.UNKNOWN
    set_temper(fujian, Temper.HONEST)
    assert commands.run(command.ref, by=by).state == states.DONE
    assert effects_of(fujian, command.ref) == 1


def test_an_unknown_command_not_found_is_sent_again_under_its_id(fujian: Bss, by: Actor) -> None:
    set_temper(fujian, Temper.SILENT_BEFORE, wait_ms=0)
    command = ended(fujian, "stop_charging", by)
    assert (command.state, effects_of(fujian, command.ref)) == (states.UNKNOWN, 0)
    set_temper(fujian, Temper.HONEST)
    assert commands.run(command.ref, by=by).state == states.DONE
    assert effects_of(fujian, command.ref) == 1


def test_not_found_past_the_provinces_clock_is_surely_not_done(fujian: Bss, by: Actor) -> None:
    set_temper(fujian, Temper.SILENT_BEFORE, wait_ms=0)
    command = ended(fujian, "stop_charging", by)
    set_temper(fujian, Temper.HONEST, clock_s=2 * 3600)
    assert commands.run(command.ref, by=by).state == states.EXPIRED
    assert line_row(fujian, NUMBER)["charging"] == "on"


def test_our_own_clock_does_not_expire_what_may_have_been_sent(fujian: Bss, by: Actor) -> None:
    set_temper(fujian, Temper.SILENT, wait_ms=0)
    command = ended(fujian, "stop_charging", by)
    set_temper(fujian, Temper.HONEST)
    with clock.frozen(clock.now() + 2 * HOUR):
        assert commands.run(command.ref, by=by).state == states.DONE


def test_not_found_is_not_final_while_the_provinces_own_clock_is_behind(fujian: Bss, by: Actor) -> None:
    set_temper(fujian, Temper.SILENT_BEFORE, wait_ms=0)
    command = ended(fujian, "stop_charging", by)
    set_temper(fujian, Temper.HONEST, clock_s=-2 * 3600)
    with clock.frozen(clock.now() + 2 * HOUR):
        assert commands.run(command.ref, by=by).state == states.DONE


def test_an_unknown_command_is_enquired_and_not_given_again(fujian: Bss, by: Actor) -> None:
    set_temper(fujian, Temper.SILENT, wait_ms=0)
    command = ended(fujian, "stop_charging", by)
    set_temper(fujian, Temper.HONEST)
    commands.run(command.ref, by=by)
    exchanges = Evidence.objects.filter(command_ref=command.ref).order_by("pk")
    assert [one.question for one in exchanges] == ["stop_charging", "enquire"]


def test_perhaps_sent_and_then_unreachable_is_unknown_and_never_unsent_again(fujian: Bss, by: Actor) -> None:
    command = intended(fujian, "stop_charging", by)
    with transaction.atomic():
        move(command, states.SENT, by=by, reason="the worker died after this commit")
    set_temper(fujian, Temper.DOWN, only=["stop_charging"])
    assert commands.run(command.ref, by=by).state == states.UNKNOWN


def test_a_late_order_is_refused_by_the_provinces_clock_and_leaves_no_trace(fujian: Bss, by: Actor) -> None:
    set_temper(fujian, Temper.HONEST, clock_s=2 * 3600)
    command = ended(fujian, "stop_charging", by)
    assert command.state == states.EXPIRED
    assert effects_of(fujian, command.ref) == 0


def test_an_unreachable_province_leaves_the_command_intended_and_due_later(fujian: Bss, by: Actor) -> None:
    set_temper(fujian, Temper.DOWN)
    command = ended(fujian, "stop_charging", by)
    assert command.state == states.INTENDED
    assert command.next_at is not None
    assert command.next_at > clock.now()
    set_temper(fujian, Temper.HONEST)
    assert commands.run(command.ref, by=by).state == states.DONE


def test_unreachable_after_unknown_stays_unknown(fujian: Bss, by: Actor) -> None:
    set_temper(fujian, Temper.SILENT, wait_ms=0)
    command = ended(fujian, "stop_charging", by)
    set_temper(fujian, Temper.DOWN)
    assert commands.run(command.ref, by=by).state == states.UNKNOWN


def test_a_command_never_sent_expires_past_its_time(fujian: Bss, by: Actor) -> None:
    command = intended(fujian, "stop_charging", by)
    with clock.frozen(clock.now() + 2 * HOUR):
        assert commands.run(command.ref, by=by).state == states.EXPIRED


def test_an_unlawful_refusal_keeps_the_provinces_words(fujian: Bss, by: Actor) -> None:
    set_temper(fujian, Temper.OBSTRUCTIVE)
    command = ended(fujian, "close_line", by)
    assert (command.state, command.code, command.words) == (states.REFUSED, "4999", "您在优惠期内，不能销户")
    assert command.evidence_ref


def test_an_obstructive_province_carries_out_a_directed_order(fujian: Bss, by: Actor) -> None:
    set_temper(fujian, Temper.OBSTRUCTIVE)
    command = ended(fujian, "close_line", by, directive={"rule": "B-2", "obstruction": "x"})
    assert (command.state, line_row(fujian, NUMBER)["state"]) == (states.DONE, "closed")


def test_a_lying_province_says_done_and_did_nothing(fujian: Bss, by: Actor) -> None:
    set_temper(fujian, Temper.LYING)
    command = ended(fujian, "close_line", by)
    assert (command.state, line_row(fujian, NUMBER)["state"]) == (states.DONE, "normal")
    assert enquire(fujian, command.ref, case_ref=CASE, by=by).ending is Ending.DONE


def test_a_repeated_id_brings_the_first_outcome_even_late(fujian: Bss, by: Actor) -> None:
    sent = Order("k" * 26, "stop_charging", {"number": NUMBER}, CASE, clock.now() + HOUR, None)
    first = order(fujian, sent, by=by)
    with clock.frozen(clock.now() + 2 * HOUR):
        again = order(fujian, sent, by=by)
    assert (first.ending, again.ending) == (Ending.DONE, Ending.DONE)
    assert effects_of(fujian, sent.command_id) == 1


def test_eight_runs_at_once_take_effect_once(fujian: Bss, by: Actor) -> None:
    set_temper(fujian, Temper.HONEST, latency_ms=30)
    command = intended(fujian, "stop_charging", by)
    _at_once(8, command.ref, by)
    assert effects_of(fujian, command.ref) == 1
    assert commands.run(command.ref, by=by).state == states.DONE


def test_a_worker_that_lost_its_lease_loses_its_writing(fujian: Bss, by: Actor) -> None:
    command = intended(fujian, "stop_charging", by)
    stale = take_lease(Command, command.pk, lease_s=0)
    assert take_lease(Command, command.pk, lease_s=30) is not None
    with pytest.raises(Conflict), transaction.atomic():
        move(command, states.SENT, by=by, reason="zombie", fence=stale)


def test_a_command_held_by_another_is_left_alone(fujian: Bss, by: Actor) -> None:
    command = intended(fujian, "stop_charging", by)
    take_lease(Command, command.pk, lease_s=30)
    assert commands.run(command.ref, by=by).state == states.INTENDED
    assert commands.due() == []


def test_due_lists_open_commands_whose_time_has_come(fujian: Bss, by: Actor) -> None:
    waiting = intended(fujian, "stop_charging", by)
    ended(fujian, "stop_charging", by)
    assert commands.due() == [waiting.ref]


def test_settling_keeps_a_command_never_sent_from_ever_being_sent(fujian: Bss, by: Actor) -> None:
    command = intended(fujian, "stop_charging", by)
    assert commands.settle(command.ref, by=by).state == states.EXPIRED
    assert commands.run(command.ref, by=by).state == states.EXPIRED
    assert effects_of(fujian, command.ref) == 0


def test_settling_an_unknown_enquires_and_never_sends(fujian: Bss, by: Actor) -> None:
    set_temper(fujian, Temper.SILENT_BEFORE, wait_ms=0)
    command = ended(fujian, "stop_charging", by)
    set_temper(fujian, Temper.HONEST)
    assert commands.settle(command.ref, by=by).state == states.UNKNOWN
    assert effects_of(fujian, command.ref) == 0


def test_stopping_and_resuming_leaves_the_line_as_it_was(fujian: Bss, by: Actor) -> None:
    before = line_row(fujian, NUMBER)
    stop = ended(fujian, "stop_charging", by)
    resume = ended(fujian, "resume_charging", by)
    assert (stop.state, resume.state) == (states.DONE, states.DONE)
    assert line_row(fujian, NUMBER) == before


def test_a_tie_is_prepared_cancelled_and_executed(fujian: Bss, by: Actor) -> None:
    plant(fujian, replace(SPEC, ties=(TieSpec("T1", price_fen=1000),)))
    states_of = [ended(fujian, verb, by, tie_id="T1") for verb in ("prepare_tie", "cancel_tie", "execute_tie")]
    assert [command.state for command in states_of] == [states.DONE] * 3
    assert states_of[0].facts["price_fen"] == 1000


LOADED = replace(
    SPEC,
    bills=(BillSpec("2026-10", 3800, 0, *OCTOBER),),
    buckets=(BucketSpec("B1", "own", 1000),),
    contracts=(ContractSpec("K1"),),
    ties=(TieSpec("T1"),),
)
REFUSED: dict[str, tuple[LineSpec, str]] = {
    "a running contract": (replace(SPEC, contracts=(ContractSpec("K1"),)), "2064"),
    "arrears": (replace(SPEC, bills=(BillSpec("2026-10", 3800, 0, *OCTOBER),)), "2067"),
    "a court's hold": (replace(SPEC, holds=(HoldSpec("某市公安局"),)), "2009"),
    "a closed line": (replace(SPEC, state="closed"), "line_closed"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_line_does_not_close_over(what: str, fujian: Bss, by: Actor) -> None:
    spec, code = REFUSED[what]
    plant(fujian, spec)
    command = ended(fujian, "close_line", by)
    assert (command.state, command.code) == (states.REFUSED, code)


def test_a_settled_line_closes_and_its_book_balances(fujian: Bss, by: Actor) -> None:
    bill, bucket = BillSpec("2026-10", 3800, 0, *OCTOBER), BucketSpec("B1", "own", 1000)
    plant(fujian, replace(SPEC, bills=(bill,), buckets=(bucket,), contracts=(ContractSpec("K1"),)))
    settle = ended(fujian, "settle", by, **_settlement(bills=[{"month": "2026-10", "fen": 3800}], applied_fen=1000))
    release = ended(fujian, "release_contract", by, contract_id="K1")
    close = ended(fujian, "close_line", by)
    assert [c.state for c in (settle, release, close)] == [states.DONE] * 3
    assert sum(fen for _, _, fen in book_rows(fujian, CASE)) == 0
    assert ("agent", 2800 + 100) in {(account, fen) for _, account, fen in book_rows(fujian, CASE)}


def test_a_settlement_that_does_not_add_up_is_returned_as_wrong_data(fujian: Bss, by: Actor) -> None:
    command = ended(fujian, "settle", by, **{**_settlement(), "paid_fen": 7})
    assert (command.state, command.code) == (states.REFUSED, "malformed_order")


def test_a_refund_takes_own_money_and_never_gifted_credit(fujian: Bss, by: Actor) -> None:
    plant(fujian, replace(SPEC, buckets=(BucketSpec("B1", "own", 500), BucketSpec("G1", "gifted", 9000))))
    assert ended(fujian, "refund", by, fen=501, route="card").state == states.REFUSED
    assert ended(fujian, "refund", by, fen=500, route="card").state == states.DONE


def test_what_a_refused_closing_had_done_is_reversed_to_the_last_fen(fujian: Bss, by: Actor) -> None:
    bill, bucket = BillSpec("2026-10", 3800, 0, *OCTOBER), BucketSpec("B1", "own", 1000)
    plant(
        fujian, replace(SPEC, bills=(bill,), buckets=(bucket,), contracts=(ContractSpec("K1"),), ties=(TieSpec("T1"),))
    )
    before = snapshot(fujian, by)
    settle = _settlement(bills=[{"month": "2026-10", "fen": 3800}], applied_fen=1000)
    done = [ended(fujian, "settle", by, **settle), ended(fujian, "release_contract", by, contract_id="K1")]
    done += [ended(fujian, "execute_tie", by, tie_id="T1")]
    undone = [ended(fujian, "reverse", by, command_id=command.ref) for command in reversed(done)]
    assert {command.state for command in undone} == {states.DONE}
    assert snapshot(fujian, by) == before
    assert ask(fujian, "effects", {"case_ref": CASE}, case_ref=CASE, by=by).facts["sum_fen"] == 0


@pytest.mark.parametrize("command_id", ["nobody's", "twice", "a stop"])
def test_only_what_is_there_to_undo_is_reversed(command_id: str, fujian: Bss, by: Actor) -> None:
    settle = ended(fujian, "settle", by, **_settlement())
    ended(fujian, "reverse", by, command_id=settle.ref)
    stop = ended(fujian, "stop_charging", by)
    wrong = {"nobody's": "x" * 26, "twice": settle.ref, "a stop": stop.ref}[command_id]
    assert ended(fujian, "reverse", by, command_id=wrong).code == "not_reversible"


def test_a_payment_by_number_restores_a_line_suspended_for_arrears(fujian: Bss, by: Actor) -> None:
    bill = BillSpec("2026-10", 3800, 800, *OCTOBER)
    plant(fujian, replace(SPEC, state="two_way", sms=False, bills=(bill,)))
    assert ended(fujian, "pay_in", by, fen=3100).state == states.DONE
    line = line_row(fujian, NUMBER)
    assert (line["state"], line["sms"]) == ("normal", True)
    assert sum(fen for _, _, fen in book_rows(fujian, CASE)) == 0


def test_a_bill_not_due_yet_does_not_keep_a_line_suspended(fujian: Bss, by: Actor) -> None:
    bills = (BillSpec("2026-10", 3800, 0, *OCTOBER), BillSpec("2026-11", 900, 0, OCTOBER[0], date(2099, 1, 1)))
    plant(fujian, replace(SPEC, state="one_way", bills=bills))
    ended(fujian, "pay_in", by, fen=3800)
    assert line_row(fujian, NUMBER)["state"] == "normal"


def _settlement(bills: list[Mapping[str, Any]] | None = None, applied_fen: int = 0) -> dict[str, Any]:
    """A payload of `settle` with a late fee of 100 fen, its parts adding up."""
    owed = sum(bill["fen"] for bill in bills or ()) + 100
    return {
        "bills": bills or [],
        "late_fee_fen": 100,
        "penalty_fen": 0,
        "unbilled_fen": 0,
        "applied_fen": applied_fen,
        "paid_fen": owed - applied_fen,
    }


def _at_once(count: int, ref: str, by: Actor) -> None:
    def one(_: int) -> None:
        try:
            commands.run(ref, by=by)
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        list(pool.map(one, range(count)))
