"""Every order and every question against every fault of an exchange: one effect, a right end, evidence, no leak."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction

from bss import answers, states
from bss.answers import Ending
from bss.gateway import ask, ask_all
from bss.models import Command, Evidence, Health, Obstruction
from bss.provinces import Bss
from bss.questions import QUESTIONS, VERBS
from bss.services import books, commands
from bss.services.evidence import answer_text
from bss.simulated import BucketSpec, ContractSpec, LineSpec, Temper, TieSpec, effects_of, line_row, plant, set_temper
from bss.simulated.faults import FAULTS, LOST_AFTER
from portal import clock
from portal.actors import Actor
from portal.models.parameters import ParameterValue
from tests.bss.conftest import CASE, NUMBER, SPEC

pytestmark = pytest.mark.usefixtures("way")

HOUR = timedelta(hours=1)
TIES = {"prepare_tie", "cancel_tie", "execute_tie"}
PAYLOADS: dict[str, dict[str, Any]] = {
    **{verb: {"tie_id": "t1"} for verb in TIES},
    "release_contract": {"contract_id": "K1"},
    "refund": {"fen": 100, "route": "card"},
    "pay_in": {"fen": 300},
}
RICH = replace(SPEC, buckets=(BucketSpec("b1", "own", 3650),), ties=(TieSpec("t1"),))
KEPT_LIMIT = 300_000


@dataclass
class Province:
    """A province with one line an order, and what a test does to it."""

    bss: Bss
    by: Actor
    lines: dict[str, tuple[str, str]] = field(default_factory=dict)

    def intend(self, verb: str, **payload: Any) -> Command:
        """A command of a case of its own, on a line of its own."""
        number, case_ref = self.lines[verb]
        whole = {"number": number, **PAYLOADS.get(verb, {}), **payload}
        with transaction.atomic(durable=True):
            return commands.intend(self.bss, verb, whole, case_ref=case_ref, by=self.by, not_after=clock.now() + HOUR)

    def run(self, command: Command) -> Command:
        """Run until it has its end, at most twelve times."""
        for _ in range(12):
            command = commands.run(command.ref, by=self.by)
            if command.ended:
                break
        return command

    def befall(self, fault: str, name: str) -> None:
        """The next exchange of this name meets the fault, the one after it an honest province."""
        set_temper(self.bss, Temper.HONEST, fault=fault, only=[name], times=1, wait_ms=600)

    def payload(self, verb: str) -> dict[str, Any]:
        """What the order still needs: the settlement that a reversal takes back."""
        if verb != "reverse":
            return {}
        number, case_ref = self.lines[verb]
        self.lines["settle of reverse"] = (number, case_ref)
        with transaction.atomic(durable=True):
            settle = commands.intend(
                self.bss, "settle", {"number": number}, case_ref=case_ref, by=self.by, not_after=clock.now() + HOUR
            )
        return {"command_id": self.run(settle).ref}


def in_force(name: str, value: int) -> None:
    """Put a parameter in force everywhere."""
    ParameterValue.objects.create(name=name, operator="", province="", from_on=date(2020, 1, 1), value=value)


@pytest.fixture
def province(fujian: Bss, by: Actor) -> Iterator[Province]:
    """One line an order, and a breaker that stays closed."""
    in_force("bss.breaker_failures", 10**6)
    made = Province(fujian, by)
    specs: list[LineSpec] = []
    for place, verb in enumerate(sorted(VERBS)):
        number = f"1613510{place:04d}"
        made.lines[verb] = (number, f"{place:02d}".ljust(26, "c"))
        contracts = (ContractSpec("K1"),) if verb == "release_contract" else ()
        state = "closed" if verb == "reopen_line" else "normal"
        specs.append(replace(RICH, number=number, contracts=contracts, state=state))
    plant(fujian, *specs, replace(RICH, number=NUMBER, contracts=(ContractSpec("K1"),)))
    yield made
    set_temper(fujian, Temper.HONEST)


@pytest.mark.parametrize("fault", [one for one in FAULTS if one not in ("lie", "refused", "late")])
def test_every_order_takes_effect_once_whatever_befalls_it(
    province: Province, fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for verb in sorted(VERBS):
        command = province.intend(verb, **province.payload(verb))
        province.befall(fault, verb)
        assert (verb, province.run(command).state, effects_of(province.bss, command.ref)) == (verb, states.DONE, 1)
        assert books.compare(province.bss, NUMBER, case_ref=command.case_ref, by=province.by).true
    assert all(len(bytes(row.answer_box)) < KEPT_LIMIT for row in Evidence.objects.all())
    assert not any(secret in caplog.text for secret in (SPEC.holder_name, SPEC.holder_id, "1613510"))


@pytest.mark.parametrize("verb", ["close_line", "settle"])
def test_an_outcome_that_comes_after_the_deadline_is_asked_about(province: Province, verb: str) -> None:
    in_force("bss.deadline", 400)
    command = province.intend(verb)
    province.befall("late", verb)
    assert commands.run(command.ref, by=province.by).state == states.UNKNOWN
    assert (province.run(command).state, effects_of(province.bss, command.ref)) == (states.DONE, 1)


def test_an_order_said_done_and_not_done_is_found_and_ordered_anew(province: Province) -> None:
    for verb in sorted(VERBS):
        command = province.intend(verb, **(payload := province.payload(verb)))
        province.befall("lie", verb)
        assert (province.run(command).state, effects_of(province.bss, command.ref)) == (states.DONE, 0)
        number, case_ref = province.lines[verb]
        found = books.compare(province.bss, number, case_ref=case_ref, by=province.by)
        assert (found.true, [one.ref for one in found.lies]) == (False, [command.ref])
        again = province.run(province.intend(verb, **payload, replaces=command.ref))
        assert (again.state, effects_of(province.bss, again.ref)) == (states.DONE, 1)
        assert books.compare(province.bss, number, case_ref=case_ref, by=province.by).true


def test_a_lie_is_an_obstruction_with_both_answers_as_evidence(province: Province, way: str) -> None:
    command = province.intend("stop_charging")
    province.befall("lie", "stop_charging")
    said = province.run(command)
    books.compare(province.bss, NUMBER, case_ref=command.case_ref, by=province.by)
    row = Obstruction.objects.get(case_ref=command.case_ref)
    assert (row.kind, row.evidence_ref, row.rules) == ("said_done", said.evidence_ref, ["B-1", "C-17"])
    kept = answer_text(Evidence.objects.get(ref=row.against_ref))
    assert ('"effects": []' in kept) if way == "in process" else (kept == "[]")


def test_an_order_said_refused_and_done_all_the_same_ends_done(province: Province) -> None:
    for verb in sorted(VERBS):
        command = province.intend(verb, **province.payload(verb))
        province.befall("refused", verb)
        assert (verb, province.run(command).state, effects_of(province.bss, command.ref)) == (verb, states.DONE, 1)
        row = Obstruction.objects.get(case_ref=command.case_ref)
        assert (row.kind, "优惠期" in row.words, bool(row.against_ref)) == ("said_refused", True, True)


def test_a_refusal_counts_only_once_the_book_was_seen(province: Province) -> None:
    command = province.intend("close_line")
    set_temper(province.bss, Temper.HONEST, refuse_next={"close_line": 1}, fault="lost", only=["effects"], times=1)
    assert commands.run(command.ref, by=province.by).state == states.UNKNOWN
    assert commands.run(command.ref, by=province.by).state == states.REFUSED
    asked = Evidence.objects.filter(case_ref=command.case_ref).order_by("pk").values_list("question", flat=True)
    assert list(asked) == ["close_line", "effects", "enquire", "effects"]


def test_what_replaces_an_order_that_was_done_does_nothing_again(province: Province) -> None:
    first = province.run(province.intend("refund"))
    again = province.run(province.intend("refund", replaces=first.ref))
    assert (again.state, again.facts["stands"]) == (states.DONE, first.ref)
    assert (effects_of(province.bss, first.ref), effects_of(province.bss, again.ref)) == (1, 0)
    assert books.compare(province.bss, NUMBER, case_ref=first.case_ref, by=province.by).true


def test_an_order_that_was_replaced_can_never_arrive_after_all(province: Province) -> None:
    late = province.intend("refund")
    again = province.run(province.intend("refund", replaces=late.ref))
    assert (again.state, province.run(late).state) == (states.DONE, states.REFUSED)
    assert (effects_of(province.bss, late.ref), effects_of(province.bss, again.ref)) == (0, 1)


def test_a_stale_copy_of_the_book_proves_nothing(province: Province) -> None:
    set_temper(province.bss, Temper.HONEST, stale={"effects": stale_book(clock.now() - HOUR)})
    command = province.run(province.intend("stop_charging"))
    number, case_ref = province.lines["stop_charging"]
    found = books.compare(province.bss, number, case_ref=case_ref, by=province.by)
    assert (found.answered, found.lies) == (False, ())
    assert Command.objects.get(pk=command.pk).state == states.DONE


def stale_book(at: Any) -> dict[str, Any]:
    """A reply to `effects` from before anything was done."""
    return {"ending": "done", "clock": at.isoformat(), "facts": {"effects": [], "sum_fen": 0}}


def about_everything(case_ref: str = CASE) -> Mapping[str, Mapping[str, Any]]:
    """What each question needs."""
    about = {"number": NUMBER, "name": SPEC.holder_name, "id": SPEC.holder_id, "case_ref": case_ref}
    return dict.fromkeys(QUESTIONS, about)


def test_an_answer_that_comes_after_the_deadline_is_not_taken_for_the_next(province: Province) -> None:
    in_force("bss.deadline", 400)
    province.befall("late", "package")
    about = {"number": NUMBER}
    assert ask(province.bss, "package", about, case_ref=CASE, by=province.by).ending is Ending.UNKNOWN
    assert ask(province.bss, "prepayment", about, case_ref=CASE, by=province.by).facts.keys() == {"buckets", "clock"}


@pytest.mark.parametrize("fault", [one for one in FAULTS if one != "late"])
def test_every_question_meets_every_fault_and_is_answered_the_next_time(
    province: Province, fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    honest = {
        one.question: one.facts for one in ask_all(province.bss, about_everything(), case_ref=CASE, by=province.by)
    }
    unread = fault in (*LOST_AFTER, "error", "lost", "naive_clock", "no_clock")
    for question, about in about_everything().items():
        province.befall(fault, question)
        first = ask(province.bss, question, about, case_ref=CASE, by=province.by)
        assert (question, first.ending) == (question, Ending.UNKNOWN if unread else Ending.DONE)
        assert ask(province.bss, question, about, case_ref=CASE, by=province.by).facts == honest[question]
    assert not any(secret in caplog.text for secret in (SPEC.holder_name, SPEC.holder_id, NUMBER))


def test_of_an_answer_to_another_exchange_only_its_mark_and_hash_are_kept(province: Province) -> None:
    province.befall("swapped", "prepayment")
    found = ask(province.bss, "prepayment", {"number": NUMBER}, case_ref=CASE, by=province.by)
    assert (found.ending, found.code) == (Ending.UNKNOWN, answers.SWAPPED)
    kept = answer_text(Evidence.objects.get(ref=found.evidence_ref))
    assert "buckets" not in kept
    assert len(kept) < 200


def test_an_hour_of_errors_opens_the_breaker_and_loses_nothing(province: Province) -> None:
    ParameterValue.objects.all().delete()
    set_temper(province.bss, Temper.HONEST, fault="error")
    command = province.intend("close_line")
    for minute in range(0, 60, 10):
        with clock.frozen(clock.now() + timedelta(minutes=minute)):
            assert not commands.run(command.ref, by=province.by).ended
    assert Health.objects.get().failures >= 5
    set_temper(province.bss, Temper.HONEST)
    with clock.frozen(clock.now() + HOUR - timedelta(minutes=1)):
        assert province.run(command).state == states.DONE
    assert line_row(province.bss, province.lines["close_line"][0])["state"] == "closed"


@pytest.mark.parametrize("shift", [-26 * 3600, -7200, 7200, 26 * 3600])
def test_a_wrong_clock_ends_an_order_once_or_never(province: Province, shift: int) -> None:
    set_temper(province.bss, Temper.HONEST, clock_s=shift)
    command = province.run(province.intend("close_line"))
    done = command.state == states.DONE
    assert (command.state, effects_of(province.bss, command.ref)) == (command.state, int(done))
    assert done is (shift < 0)
