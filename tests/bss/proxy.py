"""A loopback socket between the gateway and a served province that gives the faults a wire can give."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_PIECE = 65_536
_RESET = struct.pack("ii", 1, 0)
NOTHING_WENT_THROUGH = ("silent", "reset at once")
HELD = "held"
WENT_THROUGH = ("cut before the reply", "reset in the reply", "drip")


class FaultySocket:
    """Passes bytes both ways, except: `fault` befalls the next `times` connections.

    silent (taken, and nothing comes) · reset at once · cut before the reply · reset in
    the reply (before its last bytes) · drip (the reply comes one byte at a time, never a whole read without one) ·
    held (the request waits until `release`, when its caller has long gone: all that waits arrives at once).
    """

    def __init__(self, target: tuple[str, int]) -> None:
        self.target = target
        self.fault, self.times = "", 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self.listener.getsockname()[1])
        self.met = 0
        self._ended = threading.Event()
        self._released = threading.Event()
        threading.Thread(target=self._take, daemon=True).start()

    def befall(self, fault: str, times: int = 1) -> None:
        """From now on."""
        self.fault, self.times = fault, times

    def release(self) -> None:
        """Everything held goes on its way."""
        self._released.set()

    def close(self) -> None:
        """No more connections; those that hang end."""
        self._ended.set()
        with contextlib.suppress(OSError):  # wakes who waits for a connection; closing alone would take one more
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def _take(self) -> None:
        while not self._ended.is_set():
            try:
                caller, _ = self.listener.accept()
            except OSError:
                return
            fault, self.times = (self.fault, self.times - 1) if self.times > 0 else ("", 0)
            self.met += bool(fault)
            threading.Thread(target=self._serve, args=(caller, fault), daemon=True).start()

    def _serve(self, caller: socket.socket, fault: str) -> None:
        with caller, contextlib.suppress(OSError):
            if fault == "reset at once":
                _reset(caller)
            elif fault == "silent":
                self._ended.wait(20)
            else:
                self._pass_on(caller, fault)

    def _pass_on(self, caller: socket.socket, fault: str) -> None:
        """Up as it is; down as it is too, until the caller has answered the handshake: what comes then is spoilt."""
        begun, answered = threading.Event(), threading.Event()
        with socket.create_connection(self.target) as province:
            gate = self._released if fault == HELD else None
            up = (caller, province, begun, answered, gate)
            threading.Thread(target=_carry_up, args=up, daemon=True).start()
            reply = bytearray()
            while piece := province.recv(_PIECE):
                if fault and answered.is_set():
                    reply += piece  # to its end: the province has done what it was asked
                else:
                    begun.set()  # first: the caller may answer before this thread goes on
                    caller.sendall(piece)
            if fault == "reset in the reply":
                caller.sendall(reply[: len(reply) - 40])
                _reset(caller)
            elif fault == "drip":
                self._drip(caller, bytes(reply))

    def _drip(self, caller: socket.socket, reply: bytes) -> None:
        for byte in reply:
            if self._ended.wait(0.02):
                return
            caller.sendall(bytes([byte]))


def _carry_up(
    source: socket.socket,
    sink: socket.socket,
    begun: threading.Event,
    answered: threading.Event,
    gate: threading.Event | None,
) -> None:
    """Carry the caller's bytes; with a `gate`, what follows the handshake's first word waits there."""
    held = bytearray()
    with contextlib.suppress(OSError):
        while piece := source.recv(_PIECE):
            if begun.is_set():
                answered.set()
            if gate is not None and answered.is_set():
                held += piece
            else:
                sink.sendall(piece)
    if gate is not None and gate.wait(30):
        with contextlib.suppress(OSError):
            sink.sendall(held)


def _reset(one: socket.socket) -> None:
    one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    one.close()


@contextmanager
def faulty(target: tuple[str, int]) -> Iterator[FaultySocket]:
    """A faulty socket before a served province."""
    socket_ = FaultySocket(target)
    try:
        yield socket_
    finally:
        socket_.close()
