"""The adapters of the campaign: the simulated province, crash points around each effect, and faults to order."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from functools import partial
from typing import Any

from bss import gateway
from bss.adapters import Adapter, Order, Said
from bss.exchange import Reply
from bss.provinces import Bss
from bss.simulated.adapter import SimulatedBss
from bss.tmforum.adapter import TmForumBss
from chaos import points
from chaos.faults import FAULTS


class Watched:
    """Says where it is, then does what the adapter below does, faults aside."""

    below: Adapter

    def ask(self, bss: Bss, question: str, about: Mapping[str, Any], *, exchange_id: str, timeout_s: float) -> bytes:
        """A question: one point before it is sent, one after its reply came."""
        send = partial(self.below.ask, bss, question, about, exchange_id=exchange_id, timeout_s=timeout_s)
        return _between(f"ask.{question}", question, send, exchange_id)

    def order(self, bss: Bss, order: Order, *, timeout_s: float) -> bytes:
        """An order: one point before the effect, one after it and before anybody here knows."""
        send = partial(self.below.order, bss, order, timeout_s=timeout_s)
        return _between(f"order.{order.verb}", order.verb, send, order.command_id)

    def enquire(self, bss: Bss, command_id: str, *, verb: str = "", timeout_s: float) -> bytes:
        """An enquiry."""
        send = partial(self.below.enquire, bss, command_id, verb=verb, timeout_s=timeout_s)
        return _between("enquire", "enquire", send, command_id)


class WatchedBss(Watched):
    """A province in this process."""

    below = SimulatedBss()


class WatchedOverHttp(Watched):
    """A province behind HTTPS."""

    below = TmForumBss()


def _between(site: str, name: str, send: Callable[[], bytes | Said], re: str) -> bytes:
    points.reach(f"{site}.before")
    reply = FAULTS.befall(name, lambda: _meant(send()))
    points.reach(f"{site}.after")
    return _answering(reply, re)


def _meant(said: bytes | Said) -> bytes:
    """What the gateway reads of a reply."""
    return said.envelope if isinstance(said, Said) else said


def _answering(reply: bytes, re: str) -> bytes:
    """A reply made up by a fault answers this very exchange, as a liar's would; any other is left as it is."""
    try:
        body = json.loads(reply)
    except (ValueError, RecursionError):
        return reply
    return json.dumps({**body, "re": re}).encode() if isinstance(body, dict) and "re" not in body else reply


class OneByOne:
    """Lanes that work in the caller's thread: the same points in the same order, every time."""

    limit = 99

    def start(self, work: Callable[[], Reply]) -> Future[Reply]:
        """The exchange, done."""
        done: Future[Reply] = Future()
        done.set_result(work())
        return done


def one_by_one() -> None:
    """Make the gateway of this process ask one thing after the other."""
    gateway.lanes_of = lambda bss, limit: OneByOne()  # type: ignore[attr-defined, assignment, return-value]
