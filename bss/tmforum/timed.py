"""A TLS socket with one end for everything: a timeout per read can be stretched for ever by a slow drip (trap 33)."""

from __future__ import annotations

import ssl
import time
from typing import Any


class TimedSocket(ssl.SSLSocket):
    """Each operation may take what is left until `ends_at` (monotonic seconds); past it, TimeoutError."""

    ends_at: float = 0.0

    def do_handshake(self, block: bool = False) -> None:
        self._hurry()
        super().do_handshake(block)

    def send(self, data: Any, flags: int = 0) -> int:
        self._hurry()
        return super().send(data, flags)

    def recv_into(self, buffer: Any, nbytes: int | None = None, flags: int = 0) -> int:
        self._hurry()
        return super().recv_into(buffer, nbytes, flags)

    def _hurry(self) -> None:
        self.settimeout(left_until(self.ends_at))


def left_until(ends_at: float) -> float:
    """The seconds that are left. Raises TimeoutError when none are."""
    left = ends_at - time.monotonic()
    if left <= 0:
        raise TimeoutError("the deadline is past")
    return left
