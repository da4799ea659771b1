"""The server of one operator's simulated provinces: HTTPS on loopback, a thread an exchange, everything bounded.

What is refused, before anything is read into a question: a caller without a certificate of our authority, or with
one that is not the portal's (the handshake, or 401); no such province (404); a body without its length, too long
or not as announced (400, 413); a signature that is not this province's over this very request, another minute, a
request taken before (401).
"""

from __future__ import annotations

import contextlib
import http.server
import logging
import socket
import socketserver
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from bss.adapters import NoReply
from bss.provinces import Bss
from bss.served.answering import Reply, answered, failed
from bss.served.replays import Replays
from bss.tmforum import signatures
from bss.tmforum.ordering import COLLECTIONS
from bss.tmforum.readings import READINGS
from bss.tmforum.signatures import EXCHANGE, NONCE, OVERRIDE, PROVINCE_CLOCK, SENT_AT, SIGNATURE, Request
from bss.tmforum.timed import TimedSocket

PORTAL = "portal.tongban.invalid"
LIMIT_BYTES = 1_048_576
EXCHANGE_S = 15.0
AT_ONCE = 128
_KNOWN = {*COLLECTIONS, *(reading.collection for reading in READINGS.values())}

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Served:
    """One province behind the server: its key, and what it took lately."""

    bss: Bss
    secret: bytes
    replays: Replays


class ProvinceServer(socketserver.ThreadingTCPServer):
    """Serves `/161_35/<collection>` for each province of `provinces`."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 64

    def __init__(self, address: tuple[str, int], context: ssl.SSLContext, provinces: Mapping[str, Served]) -> None:
        super().__init__(address, Exchange)
        self.context, self.provinces = context, dict(provinces)
        self.answer: Callable[[Bss, str, Request], Reply] = answered
        self.busy = 0  # exchanges under way
        self._guard = threading.Lock()

    def process_request(self, request: Any, client_address: Any) -> None:
        """A thread an exchange, as many as there is room for; one more is turned away before it said anything."""
        with self._guard:
            room = self.busy < AT_ONCE
            self.busy += room
        if room:
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """The exchange, in its thread."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            with self._guard:
                self.busy -= 1

    def finish_request(self, request: Any, client_address: Any) -> None:
        """TLS first, under the exchange's own deadline."""
        stream = cast(TimedSocket, self.context.wrap_socket(request, server_side=True, do_handshake_on_connect=False))
        stream.ends_at = time.monotonic() + EXCHANGE_S
        try:
            stream.do_handshake()
            super().finish_request(stream, client_address)
        finally:
            with contextlib.suppress(OSError):
                stream.shutdown(socket.SHUT_WR)
            stream.close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Nothing of an exchange is logged: a caller that goes away, or may not come in, is no fault of ours."""
        _log.info("an exchange broke off")


class Exchange(http.server.BaseHTTPRequestHandler):
    """One request and its reply."""

    protocol_version = "HTTP/1.1"
    server: ProvinceServer

    def do_POST(self) -> None:
        """The only verb: searches are POST with the override."""
        self.close_connection = True
        _, code, rest = [*self.path.split("/", 2), "", ""][:3]
        served = self.server.provinces.get(code)
        one = self._request()
        if served is None or one is None:
            self._send(Reply(404 if served is None else 413, b"{}", ""), None, "")
            return
        try:
            reply = self._judged(served, f"/{rest}", one)
        except NoReply:
            return
        self._send(reply, served.secret, one.nonce)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing."""

    def _request(self) -> Request | None:
        """The request with its body; None when it does not say how long it is, or is too long."""
        announced = self.headers.get("Content-Length", "")
        if not (announced.isascii() and announced.isdigit() and len(announced) < 9 and int(announced) <= LIMIT_BYTES):
            return None
        body = self.rfile.read(int(announced))
        named = {name: self.headers.get(name, "")[:64] for name in (EXCHANGE, SENT_AT, NONCE)}
        search = self.headers.get(OVERRIDE, "") == "GET"
        return Request(self.path, search, body, named[EXCHANGE], named[SENT_AT], named[NONCE])

    def _judged(self, served: Served, collection: str, one: Request) -> Reply:
        if not self._is_portal():
            return failed(401, "not_the_portal", one)
        fault = served.replays.fault(served.secret, one, self.headers.get(SIGNATURE, ""), now=signatures.now_ms())
        if fault:
            _log.warning("province %s refused a request: %s", served.bss, fault)
            return failed(401, fault, one)
        if collection not in _KNOWN or len(one.body) != int(self.headers["Content-Length"]):
            return failed(400, "no_such_resource", one)
        return self.server.answer(served.bss, collection, one)

    def _is_portal(self) -> bool:
        shown = cast(TimedSocket, self.connection).getpeercert() or {}
        return ("DNS", PORTAL) in shown.get("subjectAltName", ())

    def _send(self, reply: Reply, secret: bytes | None, nonce: str) -> None:
        clock = reply.clock if reply.clock.isascii() and reply.clock.isprintable() else ""
        headers = {"Content-Type": "application/json", "Content-Length": str(len(reply.body)), "Connection": "close"}
        headers |= {EXCHANGE: reply.exchange_id, PROVINCE_CLOCK: clock}
        if secret is not None:
            signed = signatures.of_reply(secret, nonce, reply.status, reply.exchange_id, clock, reply.body)
            headers[SIGNATURE] = signed
        self.send_response_only(reply.status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(reply.body)
