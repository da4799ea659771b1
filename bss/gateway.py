"""The one door to a province: ask, order, enquire (DESIGN "The gateway").

Every exchange has a total deadline, a lane of its own province, a breaker, a size limit and a shape; and it leaves an
evidence row. Never called inside a transaction (CONVENTIONS 6): the gateway raises.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any

from django.db import connection, transaction

from bss import answers, parameters
from bss.adapters import Adapter, Order, Said, adapter_of
from bss.answers import Answer, Ending, Outcome
from bss.exchange import Reply, exchange, lanes_of, no_reply, plain_json
from bss.provinces import Bss
from bss.questions import DONE_FACTS, QUESTIONS, VERBS
from bss.services import evidence, health
from bss.services.evidence import Exchanged
from bss.shapes import Shape
from portal import clock
from portal.actors import Actor
from portal.parameters import snapshot
from portal.refs import new_ref

__all__ = ["Answer", "Bss", "Ending", "Outcome", "ask", "ask_all", "ask_groups", "enquire", "order"]


# Answers that arrive this close together share one evidence transaction; nobody sees the difference on a page.
_GATHER_S = 0.003


@dataclass(frozen=True)
class _Limits:
    """The gateway's parameters in force for one province today."""

    deadline_s: float
    lanes: int
    bytes_: int
    failures: int
    open_s: int


def ask(bss: Bss, question: str, about: Mapping[str, Any], *, case_ref: str, by: Actor) -> Answer:
    """Ask one question; see `ask_all`."""
    return next(ask_all(bss, {question: about}, case_ref=case_ref, by=by))


def ask_all(bss: Bss, questions: Mapping[str, Mapping[str, Any]], *, case_ref: str, by: Actor) -> Iterator[Answer]:
    """The answers of `ask_groups`, one by one."""
    return chain.from_iterable(ask_groups(bss, questions, case_ref=case_ref, by=by))


def ask_groups(
    bss: Bss, questions: Mapping[str, Mapping[str, Any]], *, case_ref: str, by: Actor
) -> Iterator[list[Answer]]:
    """Ask in parallel and yield what arrived together, its evidence already stored; the slowest decides the total.

    Raises RuntimeError inside a transaction, KeyError on a question that is not in `bss.questions`; never raises
    because of what the province does: see the four endings of `Answer`.
    """
    _no_transaction()
    shapes = {question: QUESTIONS[question] for question in questions}
    return _answers(bss, dict(questions), shapes, case_ref=case_ref, by=by)


def order(bss: Bss, command: Order, *, by: Actor) -> Outcome:
    """Give one order, once per command id: a repeated id brings the first outcome back.

    UNKNOWN must be settled by `enquire` before the order is given again under the same id (CONVENTIONS 7).
    """
    if command.verb not in VERBS:
        raise KeyError(command.verb)
    adapter = adapter_of(bss)
    asked = plain_json({"command_id": command.command_id, "verb": command.verb, "payload": command.payload})

    def send(timeout_s: float) -> bytes | Said:
        return adapter.order(bss, command, timeout_s=timeout_s)

    one = _Sending(command.verb, asked, command.command_id, DONE_FACTS, send, re=command.command_id)
    return _outcome(bss, one, case_ref=command.case_ref, by=by)


def enquire(bss: Bss, command_id: str, *, case_ref: str, by: Actor, verb: str = "") -> Outcome:
    """Ask what became of a command id, of this `verb` where it is known.

    `found` False is final only once `clock` is past the command's not_after.
    """
    adapter = adapter_of(bss)

    def send(timeout_s: float) -> bytes | Said:
        return adapter.enquire(bss, command_id, verb=verb, timeout_s=timeout_s)

    asked = plain_json({"command_id": command_id})
    one = _Sending("enquire", asked, command_id, DONE_FACTS, send, re=command_id)
    return _outcome(bss, one, case_ref=case_ref, by=by)


@dataclass(frozen=True)
class _Sending:
    """One exchange about to start."""

    question: str
    asked: str
    command_ref: str
    shape: Shape
    send: Callable[[float], bytes | Said]
    re: str


def _answers(
    bss: Bss, questions: Mapping[str, Mapping[str, Any]], shapes: Mapping[str, Shape], *, case_ref: str, by: Actor
) -> Iterator[list[Answer]]:
    adapter = adapter_of(bss)
    sendings = [_asking(adapter, bss, question, about, shapes[question]) for question, about in questions.items()]
    for group in _run(bss, sendings, case_ref=case_ref, by=by):
        yield [
            Answer(one.question, reply.ending, reply.facts, reply.code, reply.words, at, reply.ms, ref, bss)
            for one, reply, at, ref in group
        ]


def _asking(adapter: Adapter, bss: Bss, question: str, about: Mapping[str, Any], shape: Shape) -> _Sending:
    ref = new_ref()

    def send(timeout_s: float) -> bytes | Said:
        return adapter.ask(bss, question, about, exchange_id=ref, timeout_s=timeout_s)

    return _Sending(question, plain_json(about), "", shape, send, re=ref)


def _outcome(bss: Bss, one: _Sending, *, case_ref: str, by: Actor) -> Outcome:
    _no_transaction()
    ((_, reply, at, ref),) = next(_run(bss, [one], case_ref=case_ref, by=by))
    return Outcome(
        verb=one.question,
        ending=reply.ending,
        found=reply.found,
        clock=reply.clock,
        facts=reply.facts,
        code=reply.code,
        words=reply.words,
        at=at,
        ms=reply.ms,
        evidence_ref=ref,
        bss=bss,
    )


def _run(
    bss: Bss, sendings: list[_Sending], *, case_ref: str, by: Actor
) -> Iterator[list[tuple[_Sending, Reply, datetime, str]]]:
    """Start everything, keep and hand out replies in groups as they arrive, and count once for the breaker."""
    limits = _limits(bss)
    if not health.may_pass(bss, at=clock.now(), probe_s=limits.deadline_s * 2):
        yield [(one, no_reply(Ending.UNREACHABLE, answers.BREAKER_OPEN), clock.now(), "") for one in sendings]
        return
    running, refused = _start(bss, sendings, limits)
    deadline = time.monotonic() + limits.deadline_s
    counted = False
    if refused:
        yield [(one, no_reply(Ending.UNREACHABLE, answers.BUSY), clock.now(), "") for one in refused]
    while running:
        arrived = _arrived(running, deadline, limits)
        at = clock.now()
        kept = [Exchanged(one.question, one.asked, reply, one.command_ref) for one, reply in arrived]
        with transaction.atomic(durable=True):
            refs = evidence.keep(bss, kept, case_ref=case_ref, at=at, by=by)
            if not counted and (any(map(_is_answer, arrived)) or not running):
                counted = True
                _count(bss, ok=any(map(_is_answer, arrived)), at=at, limits=limits)
        yield [(one, reply, at, ref) for (one, reply), ref in zip(arrived, refs, strict=True)]


def _start(bss: Bss, sendings: list[_Sending], limits: _Limits) -> tuple[dict[Future[Reply], _Sending], list[_Sending]]:
    lanes = lanes_of(bss, limits.lanes)
    running: dict[Future[Reply], _Sending] = {}
    refused: list[_Sending] = []
    for one in sendings:
        future = lanes.start(_work(one, limits))
        if future is None:
            refused.append(one)
        else:
            running[future] = one
    return running, refused


def _work(one: _Sending, limits: _Limits) -> Callable[[], Reply]:
    return lambda: exchange(lambda: one.send(limits.deadline_s), one.shape, limit=limits.bytes_, re=one.re)


def _arrived(running: dict[Future[Reply], _Sending], deadline: float, limits: _Limits) -> list[tuple[_Sending, Reply]]:
    """What has arrived by now (at least one, or the deadline), taken out of `running`."""
    done, late = wait(running, timeout=max(0.0, deadline - time.monotonic()), return_when=FIRST_COMPLETED)
    if done and late:
        done, late = wait(running, timeout=min(_GATHER_S, max(0.0, deadline - time.monotonic())))
    if done:
        return [(running.pop(future), future.result()) for future in done]
    silence = no_reply(Ending.UNKNOWN, answers.NO_REPLY, ms=round(limits.deadline_s * 1000))
    return [(running.pop(future), silence) for future in late]


def _is_answer(arrived: tuple[_Sending, Reply]) -> bool:
    return arrived[1].ending in (Ending.DONE, Ending.REFUSED)


def _count(bss: Bss, *, ok: bool, at: datetime, limits: _Limits) -> None:
    if ok:
        health.answered(bss, at=at)
    else:
        health.failed(bss, at=at, limit=limits.failures, open_s=limits.open_s)


def _limits(bss: Bss) -> _Limits:
    values = snapshot(parameters.PARAMETERS, operator=bss.operator, province=bss.province, on=clock.today())
    return _Limits(
        deadline_s=values[parameters.DEADLINE_MS.name] / 1000,
        lanes=values[parameters.CONCURRENCY.name],
        bytes_=values[parameters.ANSWER_LIMIT.name],
        failures=values[parameters.BREAKER_FAILURES.name],
        open_s=values[parameters.BREAKER_SECONDS.name],
    )


def _no_transaction() -> None:
    if connection.in_atomic_block:
        raise RuntimeError("a province must not be called inside a transaction (CONVENTIONS 6)")
