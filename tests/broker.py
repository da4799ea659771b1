"""Where this process's nudges go."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from portal.celery_app import app as celery_app


@contextmanager
def nudges_to(url: str) -> Iterator[None]:
    """Nudges go to the broker at `url`, and afterwards to the one before; open connections are put aside each time."""
    before = celery_app.conf.broker_url
    _point_at(url)
    try:
        yield
    finally:
        _point_at(before)


def _point_at(url: str) -> None:
    celery_app.conf.broker_url = url  # type: ignore[misc]
    celery_app._after_fork()  # type: ignore[attr-defined]
