"""What both sides sign with the province's key: a request over everything in it, a reply over what it answers.

TLS ends at whatever stands in front of a system; the signature does not. A request is taken once, within the window:
`sent_at` is the real clock in milliseconds (a demo's may be moved), `nonce` is remembered by who takes it. A reply
signs the nonce of its request, so that it cannot be given to another.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from dataclasses import dataclass

WINDOW_S = 60
EXCHANGE, PROVINCE_CLOCK = "X-Exchange-Id", "X-Province-Clock"
SENT_AT, NONCE, SIGNATURE, OVERRIDE = "X-Sent-At", "X-Nonce", "X-Signature", "X-HTTP-Method-Override"


@dataclass(frozen=True)
class Request:
    """A request as it is signed. `search`: it only reads (POST with the override, docs/provinces-over-http.md)."""

    path: str
    search: bool
    body: bytes
    exchange_id: str
    sent_at: str
    nonce: str

    @property
    def content_type(self) -> str:
        return "application/x-www-form-urlencoded" if self.search else "application/json"


def request(path: str, body: bytes, exchange_id: str, *, search: bool) -> Request:
    """A request of this moment."""
    return Request(path, search, body, exchange_id, str(now_ms()), secrets.token_hex(16))


def now_ms() -> int:
    """The real clock, in milliseconds since 1970."""
    return time.time_ns() // 1_000_000


def of_request(secret: bytes, one: Request) -> str:
    """The signature of a request."""
    verb = "SEARCH" if one.search else "POST"
    return _mac(secret, verb, one.path, one.exchange_id, one.sent_at, one.nonce, _digest(one.body))


def of_reply(secret: bytes, nonce: str, status: int, exchange_id: str, clock: str, body: bytes) -> str:
    """The signature of a reply to the request with this nonce."""
    return _mac(secret, "REPLY", nonce, str(status), exchange_id, clock, _digest(body))


def same(one: str, other: str) -> bool:
    """Whether two signatures are equal, in constant time."""
    return hmac.compare_digest(one.encode(), other.encode())


def _mac(secret: bytes, *parts: str) -> str:
    text = "".join(f"{len(part)}:{part}\n" for part in parts)
    return hmac.new(secret, text.encode(), hashlib.sha256).hexdigest()


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()
