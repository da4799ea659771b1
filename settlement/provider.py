"""The payment provider behind an adapter, and the callbacks it signs.

Three endings, as everywhere: it says so, it refuses, or nobody knows. `ref` is ours and is the provider's idempotency
key: opening or paying the same ref again brings the first back.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Protocol, cast

from django.conf import settings
from django.utils.module_loading import import_string


class ProviderUnreachable(Exception):
    """Surely nothing was sent."""


class ProviderSilent(Exception):
    """Something was sent and no answer came."""


class Money(StrEnum):
    """What the provider says of one ref."""

    PENDING = "pending"
    PAID = "paid"
    REFUSED = "refused"
    EXPIRED = "expired"  # surely not paid, and never will be
    NOT_FOUND = "not_found"


@dataclass(frozen=True)
class Said:
    """One answer of the provider: what, since when by its clock, its own reference and the payer's page."""

    money: Money
    clock: datetime
    provider_ref: str = ""
    pay_url: str = ""
    code: str = ""


class PaymentProvider(Protocol):
    """What an adapter offers; outside transactions: answers, or raises ProviderUnreachable, ProviderSilent."""

    def open_charge(self, ref: str, fen: int, *, method: str, not_after: datetime) -> Said: ...

    def enquire(self, ref: str) -> Said: ...

    def payout(self, ref: str, fen: int, *, route: str, destination: str, not_after: datetime) -> Said: ...

    def enquire_payout(self, ref: str) -> Said: ...


def provider() -> PaymentProvider:
    """The adapter of settings.PAYMENT_PROVIDER."""
    return _made(settings.PAYMENT_PROVIDER)


@cache
def _made(dotted: str) -> PaymentProvider:
    return cast(PaymentProvider, import_string(dotted)())


@dataclass(frozen=True)
class Callback:
    """A message the provider sends us: the body byte for byte, unix seconds, hex HMAC-SHA256 over both."""

    body: bytes
    timestamp: str
    signature: str


def sign_callback(body: bytes, at: datetime) -> Callback:
    """Sign a body as the provider does."""
    stamp = str(int(at.timestamp()))
    return Callback(body, stamp, _mac(body, stamp))


def is_genuine(callback: Callback, *, at: datetime, window_s: int) -> bool:
    """Whether signature and age hold: signed with our key, and no older or newer than the window."""
    if not (callback.timestamp.isascii() and callback.timestamp.isdigit() and len(callback.timestamp) <= 12):
        return False
    fresh = abs(at.timestamp() - int(callback.timestamp)) <= window_s
    return hmac.compare_digest(_mac(callback.body, callback.timestamp).encode(), callback.signature.encode()) and fresh


def _mac(body: bytes, stamp: str) -> str:
    key = base64.b64decode(settings.CALLBACK_KEY)
    return hmac.new(key, stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
