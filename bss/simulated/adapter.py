"""The gateway's adapter to the simulated provinces: temper first, then the province's own transaction."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import psycopg2

from bss.adapters import NoReply, Order, Unreachable
from bss.exchange import plain_json
from bss.provinces import Bss
from bss.simulated import databases, pools, tempers
from bss.simulated.orders import logged, take
from bss.simulated.replies import Refusal, Row, answer, encoded, envelope
from bss.simulated.tempers import Mood, Temper
from portal import clock

_SILENT = (Temper.SILENT, Temper.SILENT_BEFORE)


class SimulatedBss:
    """Speaks to a province's own database as that province's own role."""

    def ask(self, bss: Bss, question: str, about: Mapping[str, Any], *, timeout_s: float) -> bytes:
        """The facts, or the obstructive refusal of a question."""
        mood = _met(bss, question)
        if mood.temper in _SILENT and mood.hits(question):
            _say_nothing(mood, timeout_s)
        return encoded(_asked(bss, question, about, mood))

    def order(self, bss: Bss, order: Order, *, timeout_s: float) -> bytes:
        """The outcome; an order sent twice under one id gets the first outcome twice."""
        mood = _met(bss, order.verb)
        if mood.temper is Temper.SILENT_BEFORE and mood.hits(order.verb):
            _say_nothing(mood, timeout_s)
        if mood.temper is Temper.LYING and mood.hits(order.verb):
            return encoded(envelope("done", _now(mood), facts={"at": _now(mood)}))
        try:
            with pools.taken(bss, lambda: databases.dsn(bss)) as opened, opened.cursor() as db:
                reply = take(db, order, _now(mood), mood)
        except psycopg2.Error as error:
            raise NoReply(type(error).__name__) from error
        if mood.temper is Temper.SILENT and mood.hits(order.verb):
            _say_nothing(mood, timeout_s)
        return encoded(reply)

    def enquire(self, bss: Bss, command_id: str, *, timeout_s: float) -> bytes:
        """The first outcome of that id, or `not_found` with the province's clock; a liar says done."""
        mood = _met(bss, "enquire")
        if mood.temper in _SILENT and mood.hits("enquire"):
            _say_nothing(mood, timeout_s)
        try:
            with pools.taken(bss, lambda: databases.dsn(bss), autocommit=True) as opened, opened.cursor() as db:
                found = logged(db, command_id)
        except psycopg2.Error as error:
            raise NoReply(type(error).__name__) from error
        if found is not None:
            return encoded({**found, "clock": _now(mood).isoformat()})
        lies = mood.temper is Temper.LYING
        return encoded(envelope("done" if lies else "not_found", _now(mood)))


def _asked(bss: Bss, question: str, about: Mapping[str, Any], mood: Mood) -> Row:
    try:
        with pools.taken(bss, lambda: databases.dsn(bss), autocommit=True) as opened, opened.cursor() as db:
            if (mood.obstructs(question) and not about.get("directive")) or tempers.refuse_once(opened, question, mood):
                code, words = mood.refusal
                return envelope("refused", _now(mood), code=code, words=words)
            facts = answer(db, question, _plain(about), _now(mood), mood)
    except Refusal as refusal:
        return envelope("refused", _now(mood), code=refusal.code, words=refusal.words)
    except psycopg2.Error as error:
        raise NoReply(type(error).__name__) from error
    return envelope("done", _now(mood), facts=facts)


def _met(bss: Bss, name: str) -> Mood:
    """The province's mood after its latency; Unreachable when it is down, by temper or in truth."""
    mood = _mood(bss)
    if mood.temper is Temper.DOWN and mood.hits(name):
        raise Unreachable(bss.code)
    if mood.latency_s:
        time.sleep(mood.latency_s)
    return mood


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
