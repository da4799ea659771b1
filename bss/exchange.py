"""One exchange over the wire: bytes out, bytes back, checked; plus the threads and limits it runs under.

Nothing here touches Django's database, because it runs in worker threads. Each province has its own pool of threads,
as many as its concurrency limit; a full pool answers "busy" at once, so a province that hangs costs only its own share.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bss import answers
from bss.adapters import NoReply, Said, Unreachable, Unreadable
from bss.answers import Ending
from bss.provinces import Bss
from bss.questions import ENVELOPE
from bss.shapes import Malformed, Shape
from portal.masked import Masked

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Reply:
    """A reply as checked: `raw` is what came, byte for byte (cut at the size limit)."""

    ending: Ending
    found: bool
    clock: datetime | None
    facts: Mapping[str, Any]
    code: str
    words: str
    raw: bytes
    ms: int


def no_reply(ending: Ending, code: str, *, raw: bytes = b"", ms: int = 0) -> Reply:
    """An exchange the gateway ended itself, with one of its own codes."""
    return Reply(ending, True, None, {}, code, "", raw, ms)


class Lanes:
    """The threads of one province in this process."""

    def __init__(self, bss: Bss, limit: int) -> None:
        self.limit = limit
        self._free = threading.Semaphore(limit)
        self._pool = ThreadPoolExecutor(limit, thread_name_prefix=f"bss-{bss}")

    def start(self, work: Callable[[], Reply]) -> Future[Reply] | None:
        """The running exchange, or None when every lane is taken. A lane is free again when its work really ended."""
        if not self._free.acquire(blocking=False):
            return None
        future = self._pool.submit(work)
        future.add_done_callback(lambda _done: self._free.release())
        return future


_lanes: dict[Bss, Lanes] = {}
_guard = threading.Lock()


def lanes_of(bss: Bss, limit: int) -> Lanes:
    """The lanes of one province; made anew when the limit was changed (running work ends in the old ones)."""
    with _guard:
        lanes = _lanes.get(bss)
        if lanes is None or lanes.limit != limit:
            lanes = _lanes[bss] = Lanes(bss, limit)
        return lanes


def _forget_parents_lanes() -> None:
    """Threads do not survive a fork: a worker's child starts with none."""
    global _guard
    _guard = threading.Lock()
    _lanes.clear()


os.register_at_fork(after_in_child=_forget_parents_lanes)


class Swapped(Exception):
    """The reply answers another exchange; `kept` is what may be kept of it: it may speak of another person."""

    def __init__(self, kept: bytes) -> None:
        super().__init__()
        self.kept = kept


def exchange(send: Callable[[], bytes | Said], shape: Shape, *, limit: int, re: str = "") -> Reply:
    """Send, time and check.

    A reply that is too large, is not JSON, breaks its shape or names another exchange than `re` is UNKNOWN: it proves
    nothing either way.
    """
    started = time.perf_counter()
    try:
        said = send()
    except Unreachable:
        return no_reply(Ending.UNREACHABLE, answers.NO_CONNECTION, ms=_ms_since(started))
    except NoReply:
        return no_reply(Ending.UNKNOWN, answers.NO_REPLY, ms=_ms_since(started))
    except Unreadable as unreadable:
        return no_reply(Ending.UNKNOWN, unreadable.code, raw=unreadable.raw[:limit], ms=_ms_since(started))
    except Exception as error:  # an adapter's own fault must not end the case: it proves nothing either way
        _log.error("adapter failed: %s", type(error).__name__)
        return no_reply(Ending.UNKNOWN, answers.NO_REPLY, ms=_ms_since(started))
    ms = _ms_since(started)
    envelope, raw = (said.envelope, said.verbatim) if isinstance(said, Said) else (said, said)
    if max(len(envelope), len(raw)) > limit:
        return no_reply(Ending.UNKNOWN, answers.TOO_LARGE, raw=raw[:limit], ms=ms)
    try:
        return _read(envelope, raw, shape, ms, re)
    except Swapped as swapped:
        return no_reply(Ending.UNKNOWN, answers.SWAPPED, raw=swapped.kept, ms=ms)
    except (ValueError, OverflowError, RecursionError, Malformed):
        return no_reply(Ending.UNKNOWN, answers.MALFORMED, raw=raw, ms=ms)


def plain_json(about: Mapping[str, Any]) -> str:
    """Canonical JSON of a question or a payload; masked values are opened here, on their way out, and nowhere else."""
    return json.dumps(about, default=_plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _plain(value: object) -> str:
    if isinstance(value, Masked):
        return value.plain
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(type(value).__name__)


def _read(said: bytes, raw: bytes, shape: Shape, ms: int, re: str) -> Reply:
    body = json.loads(said.decode("utf-8"), parse_constant=_no_constant)
    envelope = ENVELOPE.read(body, "$")
    if envelope.get("re", "") != re:
        whole = {"re": envelope.get("re", ""), "clock": envelope["clock"], "sha256": hashlib.sha256(raw).hexdigest()}
        raise Swapped(json.dumps(whole).encode())
    ending = Ending.REFUSED if envelope["ending"] == "refused" else Ending.DONE
    found = envelope["ending"] != "not_found"
    done = ending is Ending.DONE and found
    return Reply(
        ending=ending,
        found=found,
        clock=datetime.fromisoformat(envelope["clock"]),
        facts={**shape.read(body.get("facts"), "$.facts"), "clock": envelope["clock"]} if done else {},
        code=envelope.get("code", ""),
        words=envelope.get("words", ""),
        raw=raw,
        ms=ms,
    )


def _no_constant(text: str) -> Any:
    raise Malformed(text)


def _ms_since(started: float) -> int:
    return round((time.perf_counter() - started) * 1000)
