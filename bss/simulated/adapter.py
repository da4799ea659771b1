"""The gateway's adapter to the simulated provinces: temper first, then the province's own transaction."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import psycopg2
from psycopg2.extensions import cursor

from bss.adapters import NoReply, Order, Unreachable
from bss.exchange import plain_json
from bss.provinces import Bss
from bss.simulated import databases, faults, pools, tempers
from bss.simulated.book import BOOK_QUESTIONS, book_answer
from bss.simulated.orders import lie, logged, take, verb_logged
from bss.simulated.replies import Refusal, Row, answer, envelope
from bss.simulated.tempers import Mood, Temper
from portal import clock

_SILENT = (Temper.SILENT, Temper.SILENT_BEFORE)


class SimulatedBss:
    """Speaks to a province's own database as that province's own role."""

    def ask(self, bss: Bss, question: str, about: Mapping[str, Any], *, exchange_id: str, timeout_s: float) -> bytes:
        """The facts, or the obstructive refusal of a question; a stale copy where the temper keeps one."""
        mood, fault = _met(bss, question)
        if (instead := faults.before(fault)) is not None:
            return instead
        if mood.temper in _SILENT and mood.hits(question):
            _say_nothing(mood, timeout_s)
        with _entered(bss) as db:
            reply = mood.knobs.get("stale", {}).get(question) or _answered(db, question, about, mood)
        return faults.spoilt(fault, {**reply, "re": exchange_id}, mood, timeout_s)

    def order(self, bss: Bss, order: Order, *, timeout_s: float) -> bytes:
        """The outcome; an order sent twice under one id gets the first outcome twice."""
        mood, fault = _met(bss, order.verb)
        if (instead := faults.before(fault)) is not None:
            return instead
        if mood.temper is Temper.SILENT_BEFORE and mood.hits(order.verb):
            _say_nothing(mood, timeout_s)
        with _entered(bss, autocommit=False) as db:
            lies = fault == "lie" or (mood.temper is Temper.LYING and mood.hits(order.verb))
            reply = lie(order, _now(mood)) if lies else take(db, order, _now(mood), mood, misreport=fault == "refused")
            if fault == "doubled":
                reply = take(db, order, _now(mood), mood)
        if mood.temper is Temper.SILENT and mood.hits(order.verb):
            _say_nothing(mood, timeout_s)
        return faults.spoilt(fault, {**reply, "re": order.command_id}, mood, timeout_s)

    def enquire(self, bss: Bss, command_id: str, *, verb: str = "", timeout_s: float) -> bytes:
        """The first outcome of that id, or `not_found` with the province's clock; a liar says done."""
        mood, fault = _met(bss, "enquire")
        if (instead := faults.before(fault)) is not None:
            return instead
        if mood.temper in _SILENT and mood.hits("enquire"):
            _say_nothing(mood, timeout_s)
        with _entered(bss) as db:
            found = logged(db, command_id)
        lies = fault == "lie" or mood.temper is Temper.LYING
        reply = found or envelope("done" if lies else "not_found", _now(mood))
        return faults.spoilt(fault, {**reply, "clock": _now(mood).isoformat(), "re": command_id}, mood, timeout_s)

    def verb_of(self, bss: Bss, command_id: str) -> str:
        """The verb of a command the province has in its log, "" for any other."""
        with _entered(bss) as db:
            return verb_logged(db, command_id)


@contextmanager
def _entered(bss: Bss, *, autocommit: bool = True) -> Iterator[cursor]:
    """The province's own connection for one exchange; its errors leave no reply."""
    try:
        with pools.taken(bss, lambda: databases.dsn(bss), autocommit=autocommit) as opened, opened.cursor() as db:
            yield db
    except psycopg2.Error as error:
        raise NoReply(type(error).__name__) from error


def _answered(db: cursor, question: str, about: Mapping[str, Any], mood: Mood) -> Row:
    obstructed = mood.obstructs(question) and not about.get("directive")
    if obstructed or tempers.refuse_once(db.connection, question, mood):
        code, words = mood.refusal
        return envelope("refused", _now(mood), code=code, words=words)
    try:
        if question in BOOK_QUESTIONS:
            return envelope("done", _now(mood), facts=book_answer(db, question, _plain(about), _now(mood)))
        return envelope("done", _now(mood), facts=answer(db, question, _plain(about), _now(mood), mood))
    except Refusal as refusal:
        return envelope("refused", _now(mood), code=refusal.code, words=refusal.words)


def _met(bss: Bss, name: str) -> tuple[Mood, str]:
    """The province's mood after its latency, and the fault that hits this exchange.

    Unreachable when the province is down, by temper or in truth.
    """
    mood = _mood(bss)
    if mood.temper is Temper.DOWN and mood.hits(name):
        raise Unreachable(bss.code)
    if mood.latency_s:
        time.sleep(mood.latency_s)
    if not mood.knobs.get("fault"):
        return mood, ""
    with _entered(bss) as db:
        return mood, faults.drawn(db, name, mood)


def _mood(bss: Bss) -> Mood:
    try:
        return tempers.temper_of(bss)
    except psycopg2.Error:
        pools.forget(bss)  # its connections may have died with the server: once more with a fresh one
    try:
        return tempers.temper_of(bss)
    except psycopg2.Error as error:
        raise Unreachable(type(error).__name__) from error


def _say_nothing(mood: Mood, timeout_s: float) -> None:
    time.sleep(float(mood.knobs.get("wait_ms", timeout_s * 1000)) / 1000)
    raise NoReply("silent")


def _now(mood: Mood) -> datetime:
    """The province's own clock."""
    return clock.now() + timedelta(seconds=float(mood.knobs.get("clock_s", 0)))


def _plain(about: Mapping[str, Any]) -> Mapping[str, Any]:
    """What the province sees of a question: plain JSON values, as over a wire."""
    return dict(json.loads(plain_json(about)))
