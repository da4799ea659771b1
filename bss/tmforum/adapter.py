"""The gateway's adapter to a province behind TM Forum resources (DESIGN "The gateway").

A question is a search, an order creates a resource, an enquiry searches it by its command id. What came over the wire
is kept word for word; what it means is put into the envelope of `bss.questions`, which the gateway checks like any.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from bss import answers
from bss.adapters import Order, Said, Unreachable, Unreadable
from bss.answers import Ending
from bss.exchange import plain_json
from bss.provinces import Bss
from bss.shapes import Fields, Malformed, Text
from bss.tmforum import ordering, readings, searches, signatures, wire
from bss.tmforum.links import Link, link_of
from bss.tmforum.wire import Received

_ERROR = Fields({"code": Text(64), "reason": Text(500)})
# Said by the province's own desk before anything was taken up.
NOT_TAKEN = frozenset({401, 413, 429, 503})
REFUSED = frozenset({400, 403, 404, 409, 422})

_log = logging.getLogger(__name__)


class TmForumBss:
    """Speaks to a province over HTTPS."""

    def ask(self, bss: Bss, question: str, about: Mapping[str, Any], *, exchange_id: str, timeout_s: float) -> Said:
        """The facts of a question, or the province's refusal."""
        plain = json.loads(plain_json(about))
        filter_ = urlencode(searches.filter_of(question, plain)).encode()
        reading, ends_at = readings.READINGS[question], wire.deadline(timeout_s)
        got = _sent(bss, reading.collection, filter_, exchange_id, search=True, ends_at=ends_at)
        if got.status != 200 or got.exchange_id != exchange_id:
            return _refused(got, exchange_id)
        facts = _checked(got, lambda body: reading.back(body, str(plain.get("number", ""))))
        return _said(got, "done", facts)

    def order(self, bss: Bss, order: Order, *, timeout_s: float) -> Said:
        """The outcome of an order; the province answers a repeated command id with the first one."""
        collection, resource = ordering.written(order, json.loads(plain_json(order.payload)))
        body, ends_at = plain_json(resource).encode(), wire.deadline(timeout_s)
        got = _sent(bss, collection, body, order.command_id, search=False, ends_at=ends_at)
        if got.status not in (200, 201) or got.exchange_id != order.command_id:
            return _refused(got, order.command_id)
        return _outcome(got, collection, order.command_id)

    def enquire(self, bss: Bss, command_id: str, *, verb: str = "", timeout_s: float) -> Said:
        """The first outcome of that id, or not_found. Without its `verb` each collection is asked in turn."""
        where = (ordering.FORMS[verb].collection,) if verb else ordering.COLLECTIONS
        ends_at = wire.deadline(timeout_s)
        for collection in where:
            name = "externalId" if collection == readings.ORDER else "correlatorId"
            got = _sent(
                bss, collection, urlencode({name: command_id}).encode(), command_id, search=True, ends_at=ends_at
            )
            if got.status != 200 or got.exchange_id != command_id:
                return _refused(got, command_id)
            listing = _checked(got, _at_most_one)
            if listing:
                return _outcome(got, collection, command_id, listed=True)
        return _said(got, "not_found", {})


def _sent(bss: Bss, collection: str, body: bytes, exchange_id: str, *, search: bool, ends_at: float) -> Received:
    link: Link = link_of(bss)
    one = signatures.request(f"{link.base}{collection}", body, exchange_id, search=search)
    got = wire.exchanged(link, one, ends_at=ends_at)
    if got.status in NOT_TAKEN:
        _log.warning("province %s did not take a request: %s", bss, got.status)
        raise Unreachable(str(got.status))
    return got


def _refused(got: Received, exchange_id: str) -> Said:
    """The province's own "no". A reply to another exchange is handed on unread: the gateway finds it by its name."""
    if got.exchange_id != exchange_id:
        return _said(got, "done", {})
    if got.status not in REFUSED:
        raise Unreadable(answers.MALFORMED, got.body)
    error = _checked(got, lambda body: _ERROR.read(body, "$"))
    return _said(got, "refused", {}, error["code"], error["reason"])


def _outcome(got: Received, collection: str, command_id: str, *, listed: bool = False) -> Said:
    def understood(body: Any) -> tuple[Ending, dict[str, Any], str, str]:
        return ordering.understood(collection, body[0] if listed else body, command_id)

    try:
        ending, facts, code, words = _checked(got, understood)
    except ordering.Under as under:
        raise Unreadable(answers.UNDER_WAY, got.body) from under
    return _said(got, ending.value, facts, code, words)


def _at_most_one(body: Any) -> list[Any]:
    if not isinstance(body, list) or len(body) > 1:
        raise Malformed("$")
    return body


def _checked(got: Received, read: Any) -> Any:
    """What `read` makes of the decoded body. Raises Unreadable, with the body, when it is not what was asked for."""
    try:
        return read(json.loads(got.body.decode("utf-8"), parse_constant=_no_constant))
    except (ValueError, OverflowError, RecursionError, Malformed) as error:
        raise Unreadable(answers.MALFORMED, got.body) from error


def _no_constant(text: str) -> Any:
    raise Malformed(text)


def _said(got: Received, ending: str, facts: Mapping[str, Any], code: str = "", words: str = "") -> Said:
    envelope = {"re": got.exchange_id, "ending": ending, "facts": facts, "code": code, "words": words}
    if got.clock:
        envelope["clock"] = got.clock
    return Said(json.dumps(envelope, ensure_ascii=False).encode(), got.body)
