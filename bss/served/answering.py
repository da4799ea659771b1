"""What a served province answers: the request is read into a question or an order, put to the simulated province, and
its envelope is written as TM Forum resources. A spoilt envelope goes out as it is: the province misbehaves here too.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from bss import answers
from bss.adapters import Unreachable
from bss.provinces import Bss
from bss.shapes import Malformed
from bss.simulated.adapter import SimulatedBss
from bss.simulated.replies import NO_SUCH_LINE
from bss.tmforum import ordering, readings, searches
from bss.tmforum.signatures import Request

PATIENCE_S = 3.0
_MOST_FIELDS = 50
_ID = {"externalId", "correlatorId"}
_PROVINCE = SimulatedBss()


@dataclass(frozen=True)
class Reply:
    """What goes out, before it is signed."""

    status: int
    body: bytes
    exchange_id: str
    clock: str = ""


def answered(bss: Bss, collection: str, one: Request) -> Reply:
    """The reply to an authentic request. Raises NoReply when the province says nothing."""
    try:
        return _searched(bss, collection, one) if one.search else _ordered(bss, collection, one)
    except Unreachable:
        return failed(503, "down", one)
    except (Malformed, ValueError, RecursionError):
        return failed(400, answers.MALFORMED_ORDER, one, "报文不合格式")


def failed(status: int, code: str, one: Request, words: str = "") -> Reply:
    """TM Forum's Error."""
    error = {"code": code, "reason": words or code, "status": str(status)}
    return Reply(status, json.dumps(error, ensure_ascii=False).encode(), one.exchange_id)


def _searched(bss: Bss, collection: str, one: Request) -> Reply:
    pairs = parse_qsl(
        one.body.decode("utf-8"), keep_blank_values=True, strict_parsing=True, max_num_fields=_MOST_FIELDS
    )
    filter_ = dict(pairs)
    if len(filter_) == 1 and _ID & filter_.keys():
        return _enquired(bss, collection, next(iter(filter_.values())), one)
    question, about = searches.asked_by(collection, filter_)
    raw = _PROVINCE.ask(bss, question, about, exchange_id=one.exchange_id, timeout_s=PATIENCE_S)

    def listing(envelope: Mapping[str, Any]) -> list[Any]:
        reading, facts = readings.READINGS[question], envelope["facts"]
        said = reading.out(facts, str(about.get("number", "")))
        strange = {key: value for key, value in facts.items() if key.startswith("x_")}
        return [{**resource, **strange} for resource in said]

    return _written(raw, listing, one, refused=_refusal)


def _ordered(bss: Bss, collection: str, one: Request) -> Reply:
    order = ordering.read(collection, json.loads(one.body.decode("utf-8")))
    raw = _PROVINCE.order(bss, order, timeout_s=PATIENCE_S)
    return _written(raw, lambda envelope: ordering.told(order.verb, order.command_id, envelope), one, status=201)


def _enquired(bss: Bss, collection: str, command_id: str, one: Request) -> Reply:
    """The order under its id; none when its verb belongs to another collection."""
    verb = _PROVINCE.verb_of(bss, command_id)
    forms = ordering.FORMS
    raw = _PROVINCE.enquire(bss, command_id, timeout_s=PATIENCE_S)
    elsewhere = bool(verb) and forms[verb].collection != collection
    shown = verb or next(name for name, form in forms.items() if form.collection == collection)

    def listing(envelope: Mapping[str, Any]) -> list[Any]:
        none = elsewhere or envelope["ending"] == "not_found"
        return [] if none else [ordering.told(shown, command_id, envelope)]

    return _written(raw, listing, one)


def _written(raw: bytes, resource: Any, one: Request, *, status: int = 200, refused: Any = None) -> Reply:
    try:
        envelope = json.loads(raw)
        clock, named = envelope.get("clock", ""), envelope.get("re", "")
        no = refused is not None and envelope["ending"] == "refused"
        status, body = refused(envelope) if no else (status, resource(envelope))
        text = json.dumps(body, ensure_ascii=False).encode()
    except (ValueError, TypeError, KeyError, AttributeError):
        return Reply(500 if raw.startswith(b"<html") else 200, raw, one.exchange_id)
    if envelope["ending"] == "done" and envelope["words"]:  # "done" has no words, unless the province swells its reply
        text = json.dumps({"words": envelope["words"], "body": body}, ensure_ascii=False).encode()
    return Reply(status, text, named, clock)


def _refusal(envelope: Mapping[str, Any]) -> tuple[int, dict[str, str]]:
    status = 404 if envelope["code"] == NO_SUCH_LINE[0] else 409
    return status, {"code": envelope["code"], "reason": envelope["words"], "status": str(status)}
