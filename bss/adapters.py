"""What the gateway needs of an adapter, and which adapter speaks to which province."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Protocol, cast

from django.conf import settings
from django.utils.module_loading import import_string

from bss.provinces import Bss


class Unreachable(Exception):
    """No connection was made, or nothing was sent: surely nothing happened."""


class NoReply(Exception):
    """Something was sent and no whole reply came: whether it took effect is unknown."""


@dataclass(frozen=True)
class Order:
    """What travels with a command: the id the province deduplicates by, and the two instants it must judge."""

    command_id: str
    verb: str
    payload: Mapping[str, Any]
    case_ref: str
    not_after: datetime
    effective_at: datetime | None


class Adapter(Protocol):
    """One way of talking to provinces. Called in a worker thread, so it touches no Django database.

    Each verb returns the reply's bytes as they came, within about `timeout_s`, or raises Unreachable or NoReply.
    """

    def ask(self, bss: Bss, question: str, about: Mapping[str, Any], *, timeout_s: float) -> bytes: ...

    def order(self, bss: Bss, order: Order, *, timeout_s: float) -> bytes: ...

    def enquire(self, bss: Bss, command_id: str, *, timeout_s: float) -> bytes: ...


def adapter_of(bss: Bss) -> Adapter:
    """The adapter named for this province in settings.BSS_ADAPTERS, or the default one."""
    named = settings.BSS_ADAPTERS
    return _made(named.get(bss.code) or named["default"])


@cache
def _made(dotted: str) -> Adapter:
    return cast(Adapter, import_string(dotted)())
