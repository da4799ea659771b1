"""Several clients at once, each a process of its own, for a fixed time."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable

from django.db import connections


def together(clients: int, seconds: float, one: Callable[[int, int], None]) -> tuple[int, float]:
    """`one(client, n)` again and again in each of so many processes; gives how often in all, and their CPU seconds."""
    connections.close_all()
    readers = [_begin(client, seconds, one) for client in range(clients)]
    done, cpu_s = 0, 0.0
    for pid, reader in readers:
        with os.fdopen(reader, encoding="ascii") as told:
            text = told.read()
        os.waitpid(pid, 0)
        if not text:
            raise RuntimeError("a client failed")
        facts = json.loads(text)
        done, cpu_s = done + facts["done"], cpu_s + facts["cpu_s"]
    return done, cpu_s


def _begin(client: int, seconds: float, one: Callable[[int, int], None]) -> tuple[int, int]:
    reader, writer = os.pipe()
    pid = os.fork()
    if pid:
        os.close(writer)
        return pid, reader
    os.close(reader)
    try:
        one(client, -1)  # the connection, and whatever is read once
        count, cpu, end = 0, time.process_time(), time.monotonic() + seconds
        while time.monotonic() < end:
            one(client, count)
            count += 1
        os.write(writer, json.dumps({"done": count, "cpu_s": time.process_time() - cpu}).encode())
    finally:
        os._exit(0)
