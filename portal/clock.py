"""The one clock: aware instants in Asia/Shanghai (CONVENTIONS 11).

A demo may run ahead or behind: the file named by ``settings.CLOCK_FILE`` holds an offset in seconds. It is read again
only when its modification time changes, so that every process of the demo moves together.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from django.conf import settings

SHANGHAI = ZoneInfo("Asia/Shanghai")

_frozen: datetime | None = None
_read: tuple[int, timedelta] = (-1, timedelta(0))


def _offset() -> timedelta:
    global _read
    path: Path | None = getattr(settings, "CLOCK_FILE", None)
    if path is None:
        return timedelta(0)
    try:
        stamp = os.stat(path).st_mtime_ns
    except FileNotFoundError:
        return timedelta(0)
    if stamp != _read[0]:
        _read = (stamp, timedelta(seconds=float(Path(path).read_text().strip() or "0")))
    return _read[1]


def now() -> datetime:
    """The present instant, aware, in Asia/Shanghai."""
    if _frozen is not None:
        return _frozen
    return datetime.now(SHANGHAI) + _offset()


def today() -> date:
    """The present date in Shanghai (RELIABILITY 36: never in UTC)."""
    return now().date()


def day_of(instant: datetime) -> date:
    """The date in Shanghai on which an aware instant falls."""
    return instant.astimezone(SHANGHAI).date()


@contextmanager
def frozen(at: datetime) -> Iterator[datetime]:
    """Hold the clock at an aware instant, in every thread of this process (tests only)."""
    global _frozen
    if at.tzinfo is None:
        raise ValueError("an instant must be aware")
    before, _frozen = _frozen, at.astimezone(SHANGHAI)
    try:
        yield _frozen
    finally:
        _frozen = before
