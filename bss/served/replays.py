"""Which requests may be taken: signed by the province's key, of this minute, and not taken before."""

from __future__ import annotations

import threading

from bss.tmforum import signatures
from bss.tmforum.signatures import WINDOW_S, Request

NOT_SIGNED, OFF_CLOCK, REPLAYED = "not_signed", "off_clock", "replayed"
_MOST = 200_000
_MOST_DIGITS = 15


class Replays:
    """What was taken within the window. In memory: what was sent before it began to remember is refused as well.

    Milliseconds of the real clock, whatever the demo's says.
    """

    def __init__(self, window_s: int = WINDOW_S) -> None:
        self.window_ms = window_s * 1000
        self.began = signatures.now_ms()
        self._taken: dict[str, int] = {}
        self._guard = threading.Lock()

    def __len__(self) -> int:
        return len(self._taken)

    def fault(self, secret: bytes, one: Request, signature: str, *, now: int) -> str:
        """Why the request must not be taken, "" when it may; then it is remembered."""
        if not signatures.same(signatures.of_request(secret, one), signature):
            return NOT_SIGNED
        if not (one.sent_at.isascii() and one.sent_at.isdigit() and len(one.sent_at) <= _MOST_DIGITS):
            return OFF_CLOCK
        sent_at = int(one.sent_at)
        if abs(now - sent_at) > self.window_ms or sent_at < self.began:
            return OFF_CLOCK
        with self._guard:
            self._forget(now)
            if one.nonce in self._taken or len(self._taken) >= _MOST:
                return REPLAYED
            self._taken[one.nonce] = sent_at
        return ""

    def _forget(self, now: int) -> None:
        """Let go of what the window itself refuses by now; the oldest stand first, give or take the window."""
        while self._taken:
            nonce, sent_at = next(iter(self._taken.items()))
            if now - sent_at <= 2 * self.window_ms:
                return
            del self._taken[nonce]
