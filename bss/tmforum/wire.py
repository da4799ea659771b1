"""One request over HTTPS and its reply, within one deadline over everything and one limit of bytes.

By the standard library alone (docs/decisions/0021): no redirect is followed, no proxy of the environment is used,
nothing is sent twice, nothing is unpacked. Nothing of a body is logged.
"""

from __future__ import annotations

import http.client
import logging
import socket
import ssl
import time
from dataclasses import dataclass

from bss import answers
from bss.adapters import NoReply, Unreachable, Unreadable
from bss.tmforum import signatures
from bss.tmforum.links import Link
from bss.tmforum.signatures import EXCHANGE, NONCE, OVERRIDE, PROVINCE_CLOCK, SENT_AT, SIGNATURE, Request
from bss.tmforum.timed import TimedSocket, left_until

LIMIT_BYTES = 1_048_576
_PIECE = 65_536
# Told by the province's own TLS when it refuses our certificate: its handshake never ended, so nothing was taken.
_CERTIFICATE_REFUSED = ("CERTIFICATE", "UNKNOWN_CA", "ACCESS_DENIED")

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Received:
    """A whole reply signed by the province: it answers the exchange it names, which need not be ours."""

    status: int
    exchange_id: str
    clock: str
    body: bytes


def exchanged(link: Link, one: Request, *, ends_at: float) -> Received:
    """Send and receive, before `ends_at` (monotonic seconds).

    Raises Unreachable when nothing was sent, NoReply when something was and no whole reply came, Unreadable when one
    came that is too large or not signed by the province.
    """
    stream = _connected(link, ends_at)
    caller = http.client.HTTPConnection(link.host, link.port)
    caller.auto_open = 0
    caller.sock = stream
    try:
        return _answered(caller, link, one)
    except ssl.SSLError as error:
        if any(word in (error.reason or "") for word in _CERTIFICATE_REFUSED):
            raise Unreachable("our certificate is refused") from error
        raise NoReply(type(error).__name__) from error
    except (OSError, http.client.HTTPException) as error:
        raise NoReply(type(error).__name__) from error
    finally:
        caller.close()
        stream.close()


def _connected(link: Link, ends_at: float) -> TimedSocket:
    """An open connection, each side's certificate checked."""
    try:
        plain = _plain(link, ends_at)
    except OSError as error:
        raise Unreachable(type(error).__name__) from error
    stream: ssl.SSLSocket | None = None
    try:
        stream = link.context.wrap_socket(plain, server_hostname=link.host, do_handshake_on_connect=False)
        assert isinstance(stream, TimedSocket)
        stream.ends_at = ends_at
        stream.do_handshake()
    except (OSError, ValueError) as error:
        (stream or plain).close()
        _log.warning("no TLS with a province: %s", type(error).__name__)
        raise Unreachable(type(error).__name__) from error
    return stream


def _plain(link: Link, ends_at: float) -> socket.socket:
    """A connection to the first address that takes it. (Looking a name up has no deadline: the gateway's own holds.)"""
    failed: OSError = OSError("no address")
    for family, kind, protocol, _, address in socket.getaddrinfo(link.host, link.port, type=socket.SOCK_STREAM):
        one = socket.socket(family, kind, protocol)
        try:
            one.settimeout(left_until(ends_at))
            one.connect(address)
        except OSError as error:
            one.close()
            failed = error
        else:
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return one
    raise failed


def _answered(caller: http.client.HTTPConnection, link: Link, one: Request) -> Received:
    headers = {
        "Content-Type": one.content_type,
        "Accept": "application/json",
        "Connection": "close",
        EXCHANGE: one.exchange_id,
        SENT_AT: one.sent_at,
        NONCE: one.nonce,
        SIGNATURE: signatures.of_request(link.secret, one),
    }
    if one.search:
        headers[OVERRIDE] = "GET"
    caller.request("POST", one.path, one.body, headers)
    reply = caller.getresponse()
    body = _body(reply)
    exchange_id, clock = reply.headers.get(EXCHANGE, ""), reply.headers.get(PROVINCE_CLOCK, "")
    signed = signatures.of_reply(link.secret, one.nonce, reply.status, exchange_id, clock, body)
    if not signatures.same(signed, reply.headers.get(SIGNATURE, "")):
        raise Unreadable(answers.MALFORMED, body)
    return Received(reply.status, exchange_id, clock, body)


def _body(reply: http.client.HTTPResponse) -> bytes:
    """The body, never more than the limit and one piece of it in memory; NoReply when it breaks off."""
    if reply.length is not None and reply.length > LIMIT_BYTES:
        raise Unreadable(answers.TOO_LARGE, reply.read(_PIECE))
    body = bytearray()
    while piece := reply.read(_PIECE):
        body += piece
        if len(body) > LIMIT_BYTES:
            raise Unreadable(answers.TOO_LARGE, bytes(body[:LIMIT_BYTES]))
    if reply.length:
        raise NoReply("broken off")
    return bytes(body)


def deadline(timeout_s: float) -> float:
    """The instant `timeout_s` from now on the monotonic clock."""
    return time.monotonic() + timeout_s
