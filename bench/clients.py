"""Several clients at once, each a process of its own, for a fixed time or until the work is done."""

from __future__ import annotations

import json
import os
import time
import traceback
from collections.abc import Callable, Sequence

from django.db import connections


def together(clients: int, seconds: float, one: Callable[[int, int], None]) -> tuple[int, float]:
    """`one(client, n)` again and again in each of so many processes; gives how often in all, and their CPU seconds."""

    def again(client: int) -> int:
        count, end = 0, time.monotonic() + seconds
        while time.monotonic() < end:
            one(client, count)
            count += 1
        return count

    return _all_of(clients, lambda client: one(client, -1), again)


def split(clients: int, refs: Sequence[str], one: Callable[[str], None]) -> tuple[int, float]:
    """`one(ref)` for every ref, shared out among so many processes; gives how many, and their CPU seconds."""

    def mine(client: int) -> int:
        for ref in refs[client::clients]:
            one(ref)
        return len(refs[client::clients])

    return _all_of(clients, lambda _: None, mine)


def _all_of(clients: int, first: Callable[[int], None], work: Callable[[int], int]) -> tuple[int, float]:
    connections.close_all()
    readers = [_begin(client, first, work) for client in range(clients)]
    done, cpu_s, failed = 0, 0.0, False
    for pid, reader in readers:
        with os.fdopen(reader, encoding="ascii") as told:
            text = told.read()
        os.waitpid(pid, 0)
        facts = json.loads(text or "{}")
        failed = failed or not text
        done, cpu_s = done + facts.get("done", 0), cpu_s + facts.get("cpu_s", 0)
    if failed:
        raise RuntimeError("a client failed")
    return done, cpu_s


def _begin(client: int, first: Callable[[int], None], work: Callable[[int], int]) -> tuple[int, int]:
    """A process that first does what is not counted (connects, reads what is read once), then its work."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid:
        os.close(writer)
        return pid, reader
    os.close(reader)
    try:
        first(client)
        cpu = time.process_time()
        count = work(client)
        os.write(writer, json.dumps({"done": count, "cpu_s": time.process_time() - cpu}).encode())
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(0)
