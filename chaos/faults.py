"""What a province can do wrong with one exchange, at the adapter: the gateway sees bytes, an exception, or nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from bss.adapters import NoReply, Unreachable
from bss.simulated.replies import encoded, envelope
from portal import clock

Send = Callable[[], bytes]
HUGE = 10 * 1024 * 1024
HOUR = timedelta(hours=1)


class Faults:
    """The faults of this process: one kind at one exchange, so many times or for so long."""

    def __init__(self) -> None:
        self.at = ""
        self.kind = ""
        self.left = 0
        self.until = clock.now()
        self.fired = 0
        self.last = b""
        self.held: list[Send] = []

    def plan(self, at: str, kind: str) -> None:
        """From now on `kind` befalls the exchange `at` (a verb, a question or "enquire")."""
        self.at, self.kind, self.fired = at, kind, 0
        self.left = TIMES.get(kind, 1)
        self.until = clock.now() + HOUR

    def befall(self, name: str, send: Send) -> bytes:
        """The exchange as the gateway meets it."""
        if not self._hits(name):
            self.last = send()
            return self.last
        self.fired += 1
        self.left -= 1
        return KINDS[self.kind](self, send)

    def _hits(self, name: str) -> bool:
        if self.kind == "hour_of_500":
            return clock.now() < self.until
        return name == self.at and self.left > 0 and self.kind in KINDS


def _unreachable(faults: Faults, send: Send) -> bytes:
    raise Unreachable("down")


def _timeout_before(faults: Faults, send: Send) -> bytes:
    raise NoReply("timeout before the effect")


def _timeout_after(faults: Faults, send: Send) -> bytes:
    send()
    raise NoReply("timeout after the effect")


def _reset(faults: Faults, send: Send) -> bytes:
    whole = send()
    return whole[: len(whole) // 2]


def _malformed(faults: Faults, send: Send) -> bytes:
    send()
    return b"<html><body>502 Bad Gateway</body></html>"


def _huge(faults: Faults, send: Send) -> bytes:
    return send() + b" " * HUGE


def _doubled(faults: Faults, send: Send) -> bytes:
    send()
    return send()


def _swapped(faults: Faults, send: Send) -> bytes:
    other, mine = faults.last, send()
    return other or mine


def _late_double(faults: Faults, send: Send) -> bytes:
    faults.held.append(send)
    return send()


def _says_done(faults: Faults, send: Send) -> bytes:
    return encoded(envelope("done", clock.now(), facts={"at": clock.now()}))


def _says_refused(faults: Faults, send: Send) -> bytes:
    send()
    return encoded(envelope("refused", clock.now(), code="2009", words="号码状态异常"))


def _error_500(faults: Faults, send: Send) -> bytes:
    return b'{"error": 500}'


def _queued(faults: Faults, send: Send) -> bytes:
    faults.held.append(send)
    raise NoReply("queued, to be done when the province is back")


KINDS: dict[str, Callable[[Faults, Send], bytes]] = {
    "down": _unreachable,
    "timeout_before": _timeout_before,
    "timeout_after": _timeout_after,
    "reset": _reset,
    "malformed": _malformed,
    "huge": _huge,
    "doubled": _doubled,
    "doubled_late": _late_double,
    "swapped": _swapped,
    "says_done": _says_done,
    "says_refused": _says_refused,
    "hour_of_500": _error_500,
    "queued": _queued,
}
TIMES = {"down": 3, "timeout_before": 2, "timeout_after": 2, "malformed": 2, "hour_of_500": 10**6}
OF_QUESTIONS = frozenset(KINDS) - {"says_done", "says_refused", "doubled_late", "queued"}


@dataclass(frozen=True)
class OfTheProvince:
    """Faults that the simulated province makes by itself: its temper's knobs."""

    kind: str
    code: str
    words: str


REFUSALS = (
    OfTheProvince("refused", "2009", "号码状态异常"),
    OfTheProvince("unlawful", "4999", "您在优惠期内，不能销户"),
)


def deliver_held(faults: Faults) -> int:
    """The province comes back and does everything it had queued, all at once; gives how many."""
    held, faults.held = faults.held, []
    for send in held:
        send()
    return len(held)


FAULTS = Faults()
