"""The product's own programs, started as the product starts them, on the bench's ground."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import redis
from django.conf import settings

from bench.ground import Ground
from portal.celery_app import QUEUES
from portal.servers.places import CHECKOUT
from portal.servers.process import wait_for
from portal.servers.product import free_port

_CELERY = ("celery", "-A", "portal.celery_app", "worker", "-P", "threads", "-c", "16", "-Q", ",".join(QUEUES))
_QUIET = ("--without-gossip", "--without-mingle", "--without-heartbeat", "-l", "ERROR")
_GUNICORN = ("gunicorn", "--worker-class", "gthread", "--workers", "2", "--threads", "8", "--no-control-socket")


@contextmanager
def worker(ground: Ground) -> Iterator[None]:
    """The product's worker, idle: its queues are emptied first."""
    queues = redis.Redis.from_url(ground.servers.redis_url)
    queues.flushdb()
    with _program(ground, (*_CELERY, *_QUIET)):
        wait_for(lambda: bool(queues.exists("_kombu.binding.default")), what="the worker", limit_s=60)
        yield


@contextmanager
def web(ground: Ground, application: str) -> Iterator[int]:
    """An application under the product's web server; gives the port."""
    port = free_port()
    with _program(ground, (*_GUNICORN, "--log-level", "error", "--bind", f"127.0.0.1:{port}", application)):
        wait_for(lambda: _listens(port), what=application, limit_s=60)
        yield port


@contextmanager
def _program(ground: Ground, argv: Sequence[str]) -> Iterator[None]:
    own = {"REDIS_URL": ground.servers.redis_url, "BSS_DATABASE_PREFIX": settings.BSS_DATABASE_PREFIX}
    env = {**os.environ, **ground.addresses.environment(), **own, "DJANGO_SETTINGS_MODULE": "portal.settings.test"}
    command, nowhere = [sys.executable, "-m", *argv], subprocess.DEVNULL
    running = subprocess.Popen(command, cwd=CHECKOUT, env=env, stdout=nowhere, stderr=nowhere)
    try:
        yield
    finally:
        running.terminate()
        running.wait(60)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
