"""The peer of a closing: a Celery chord of six tasks that do nothing, and what comes after them.

Run by the worker (`python -m celery -A chord_app worker`) and by the client that sends and waits.
"""

from __future__ import annotations

import os
import sys
import time

from celery import Celery, chord

app = Celery("chord", broker=os.environ["PEER_BROKER"], backend=os.environ["PEER_BROKER"])
app.conf.update(task_acks_late=True, task_reject_on_worker_lost=True, worker_prefetch_multiplier=1)


@app.task(name="read")
def read(case: int) -> int:
    """One check that is always answered at once."""
    return case


@app.task(name="decide")
def decide(answers: list[int]) -> int:
    """What follows when all six are there."""
    return len(answers)


def main() -> None:
    """Send so many chords and wait for the last; prints the seconds from the first one sent."""
    decide.delay([]).get(timeout=60)
    began = time.monotonic()
    results = [chord(read.s(case) for _ in range(6))(decide.s()) for case in range(int(sys.argv[1]))]
    for result in results:
        result.get(timeout=120)
    sys.stdout.write(f"{time.monotonic() - began}\n")


if __name__ == "__main__":
    main()
