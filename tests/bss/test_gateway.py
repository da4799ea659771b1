"""The gateway, against provinces that answer, refuse, lie and fall silent."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import date

import pytest
from django.db import transaction

from bss.adapters import Order
from bss.answers import Answer, Ending
from bss.gateway import ask, ask_all, enquire, order
from bss.models import Evidence, Health
from bss.provinces import Bss
from bss.questions import QUESTIONS
from bss.services.evidence import answer_text
from bss.simulated import BillSpec, ContractSpec, Temper, book_rows, plant, set_temper
from portal import clock
from portal.actors import Actor
from portal.models.parameters import ParameterValue
from tests.bss.conftest import ABOUT, CASE, JIANGSU, NUMBER, SPEC

pytestmark = pytest.mark.usefixtures("way")

SIX = ("identity", "package", "contract", "bills", "prepayment", "arrears")
EVERY = {question: {**ABOUT, "case_ref": CASE} for question in QUESTIONS}


def set_parameter(name: str, value: int, province: str = "") -> None:
    """Put a parameter in force for everybody, or for one province."""
    ParameterValue.objects.create(name=name, operator="", province=province, from_on=date(2020, 1, 1), value=value)


def test_an_honest_province_answers_every_question_in_its_shape(fujian: Bss, by: Actor) -> None:
    answers = list(ask_all(fujian, EVERY, case_ref=CASE, by=by))
    assert {(answer.question, answer.ending) for answer in answers} == {(q, Ending.DONE) for q in QUESTIONS}
    assert all("clock" in answer.facts for answer in answers)


def test_the_holder_matches_only_with_name_and_id(fujian: Bss, by: Actor) -> None:
    right = ask(fujian, "identity", ABOUT, case_ref=CASE, by=by)
    wrong = ask(fujian, "identity", {**ABOUT, "name": "林晓"}, case_ref=CASE, by=by)
    assert (right.facts["match"], wrong.facts["match"]) == (True, False)


def test_what_was_planted_is_what_is_answered(fujian: Bss, by: Actor) -> None:
    bill = BillSpec("2026-10", 3800, 0, date(2026, 11, 1), date(2026, 11, 15))
    plant(fujian, replace(SPEC, bills=(bill,), contracts=(ContractSpec("K1"),)))
    facts = {a.question: a.facts for a in ask_all(fujian, EVERY, case_ref=CASE, by=by)}
    assert facts["arrears"]["total_fen"] == 3800
    assert facts["contract"]["contracts"][0]["document"] is None
    assert facts["snapshot"]["balance_fen"] == -3800


def test_a_bill_issued_and_not_due_yet_stands_among_what_is_owed(fujian: Bss, by: Actor) -> None:
    later = BillSpec("2026-10", 5800, 0, date(2026, 11, 1), date(2099, 11, 30))
    plant(fujian, replace(SPEC, bills=(later,)))
    assert ask(fujian, "arrears", ABOUT, case_ref=CASE, by=by).facts["total_fen"] == 5800


def test_every_exchange_leaves_its_reply_sealed_and_hashed(fujian: Bss, by: Actor, way: str) -> None:
    answer = ask(fujian, "identity", ABOUT, case_ref=CASE, by=by)
    kept = Evidence.objects.get(ref=answer.evidence_ref)
    assert ('"match": true' if way == "in process" else '{"name": "match", "value": true}') in answer_text(kept)
    assert NUMBER.encode() not in bytes(kept.asked_box)


def test_the_gateway_raises_inside_a_transaction(fujian: Bss, by: Actor) -> None:
    late = Order("k" * 26, "stop_charging", {"number": NUMBER}, CASE, clock.now(), None)
    for call in (
        lambda: ask_all(fujian, {"identity": ABOUT}, case_ref=CASE, by=by),  # at the call, before anything is asked
        lambda: order(fujian, late, by=by),
        lambda: enquire(fujian, "k" * 26, case_ref=CASE, by=by),
    ):
        with transaction.atomic(), pytest.raises(RuntimeError, match="province"):
            call()


def test_an_unknown_number_is_refused_with_the_provinces_code(fujian: Bss, by: Actor) -> None:
    answer = ask(fujian, "package", {"number": "16135000000"}, case_ref=CASE, by=by)
    assert (answer.ending, answer.code) == (Ending.REFUSED, "no_such_line")


def test_a_province_that_is_down_is_unreachable(fujian: Bss, by: Actor) -> None:
    set_temper(fujian, Temper.DOWN)
    answer = ask(fujian, "identity", ABOUT, case_ref=CASE, by=by)
    assert (answer.ending, answer.facts) == (Ending.UNREACHABLE, {})


def test_a_province_without_its_database_is_unreachable(database: object, by: Actor) -> None:
    answer = ask(Bss("161", "99"), "identity", ABOUT, case_ref=CASE, by=by)
    assert answer.ending is Ending.UNREACHABLE


def test_a_slow_province_is_unknown_at_the_total_deadline(fujian: Bss, by: Actor) -> None:
    set_parameter("bss.deadline", 120)
    set_temper(fujian, Temper.SLOW, latency_ms=1500)
    started = time.monotonic()
    answers = list(ask_all(fujian, dict.fromkeys(SIX, ABOUT), case_ref=CASE, by=by))
    assert {answer.ending for answer in answers} == {Ending.UNKNOWN}
    assert time.monotonic() - started < 1.4


def test_a_silent_province_is_unknown(fujian: Bss, by: Actor) -> None:
    set_temper(fujian, Temper.SILENT, wait_ms=0)
    assert ask(fujian, "bills", ABOUT, case_ref=CASE, by=by).ending is Ending.UNKNOWN


def test_an_obstructive_province_is_quoted_word_for_word(fujian: Bss, by: Actor) -> None:
    set_temper(fujian, Temper.OBSTRUCTIVE)
    answer = ask(fujian, "identity", ABOUT, case_ref=CASE, by=by)
    assert (answer.ending, answer.code, answer.words) == (Ending.REFUSED, "4999", "您在优惠期内，不能销户")
    assert ask(fujian, "package", ABOUT, case_ref=CASE, by=by).ending is Ending.DONE


def test_a_province_can_refuse_once_and_then_answer(fujian: Bss, by: Actor) -> None:
    set_temper(fujian, Temper.HONEST, refuse_next={"bills": 1})
    endings = [ask(fujian, "bills", ABOUT, case_ref=CASE, by=by).ending for _ in range(2)]
    assert endings == [Ending.REFUSED, Ending.DONE]


def test_a_province_can_move_the_end_of_a_term(fujian: Bss, by: Actor) -> None:
    plant(fujian, replace(SPEC, contracts=(ContractSpec("K1"),)))
    set_temper(fujian, Temper.OBSTRUCTIVE, only=["close_line"], moved_days=90)
    answer = ask(fujian, "contract", ABOUT, case_ref=CASE, by=by)
    assert answer.facts["contracts"][0]["ends_on"] == "2028-02-28"


def test_answers_arrive_in_parallel_and_the_slowest_decides(fujian: Bss, by: Actor) -> None:
    set_temper(fujian, Temper.HONEST, latency_ms=200)
    list(ask_all(fujian, EVERY, case_ref=CASE, by=by))
    started = time.monotonic()
    list(ask_all(fujian, EVERY, case_ref=CASE, by=by))
    assert time.monotonic() - started < 0.2 * 7  # one after the other they would take ten times as long


def test_the_breaker_opens_after_failures_in_a_row_and_is_visible(fujian: Bss, by: Actor) -> None:
    set_temper(fujian, Temper.DOWN)
    answers = [ask(fujian, "bills", ABOUT, case_ref=CASE, by=by) for _ in range(6)]
    assert answers[-1].code == "breaker_open"
    assert answers[-1].evidence_ref == ""
    health = Health.objects.get(operator=fujian.operator, province=fujian.province)
    assert health.failures == 5
    assert health.open_until is not None


def test_an_open_breaker_lets_one_probe_through_and_closes_on_an_answer(fujian: Bss, by: Actor) -> None:
    test_the_breaker_opens_after_failures_in_a_row_and_is_visible(fujian, by)
    set_temper(fujian, Temper.HONEST)
    later = Health.objects.get().open_until
    assert later is not None
    with clock.frozen(later):
        assert ask(fujian, "bills", ABOUT, case_ref=CASE, by=by).ending is Ending.DONE
    assert Health.objects.get().open_until is None


def test_a_refusal_does_not_open_the_breaker(fujian: Bss, by: Actor) -> None:
    set_temper(fujian, Temper.OBSTRUCTIVE)
    for _ in range(6):
        ask(fujian, "identity", ABOUT, case_ref=CASE, by=by)
    assert not Health.objects.filter(failures__gt=0).exists()


def test_a_hung_province_costs_only_its_own_share(fujian: Bss, jiangsu: Bss, by: Actor, way: str) -> None:
    plant(jiangsu, SPEC)
    set_parameter("bss.concurrency", 6)
    set_parameter("bss.deadline", 60, province=fujian.province)
    set_temper(fujian, Temper.SLOW, latency_ms=1500)
    list(ask_all(fujian, dict.fromkeys(SIX, ABOUT), case_ref=CASE, by=by))  # its six lanes now hang
    assert _codes(fujian, by) <= (
        {"busy"} if way == "in process" else {"busy", "no_reply"}
    )  # http ends at the deadline
    started = time.monotonic()
    assert _codes(JIANGSU, by) == {""}
    assert time.monotonic() - started < 1.4


def test_asking_writes_nothing_into_the_provinces_books(fujian: Bss, by: Actor) -> None:
    list(ask_all(fujian, EVERY, case_ref=CASE, by=by))
    assert book_rows(fujian, CASE) == []


def _codes(bss: Bss, by: Actor) -> set[str]:
    answers: list[Answer] = list(ask_all(bss, dict.fromkeys(SIX, ABOUT), case_ref=CASE, by=by))
    return {answer.code for answer in answers}
