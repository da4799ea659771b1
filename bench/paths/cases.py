"""Cases: the checks of one with provinces that take their time, and whole closings by several workers."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any
from unittest import mock

import redis

from bench.cast import HOME, ROBOT, filed, provinces
from bench.clients import split
from bench.clocks import Spent, interleaved, window
from bench.ground import Ground
from bench.report import Row
from bss.gateway import ask
from bss.simulated import Temper, set_temper
from closure import states
from closure.models import Case
from closure.services import advance, certificate, charging, payment, unbinding
from closure.services import verification as verification_step
from portal.models import LineAccount
from portal.queries.people import line_actor
from portal.settings import environment
from settlement.simulated import provider

WORKERS, LATENCY_MS, CHECKED = 2, 50, 30
A_ROUND, ROUNDS = 60, 3
PEERS = Path(__file__).parent.parent / "peers"


def verification(ground: Ground) -> list[Row]:
    """From the filing until the page has every answer at 50 ms a question, beside the slowest of them asked alone.

    The findings and the quote that come after it have a row of their own.
    """
    with provinces(ground):
        refs = filed(0, CHECKED)
        for ref in refs:
            charging.stop(Case.objects.get(ref=ref), by=ROBOT)
        set_temper(HOME, Temper.HONEST, latency_ms=LATENCY_MS)
        alone, shown, whole = (median(times[5:]) for times in zip(*map(_verified, refs), strict=True))
    more, name, beside = shown - alone, "verification", ("-", None, "one question", alone)
    return [
        Row(name, shown, "ms", *beside, more, "≤ 10 ms more", more <= 10),
        Row(f"{name}, quoted", whole, "ms", *beside, whole - alone, "reported", ok=True),
    ]


def _verified(ref: str) -> tuple[float, float, float]:
    """How long one question takes alone, all of them until the last is on the page, and all with findings and quote."""
    number = Case.objects.get(ref=ref).number.plain
    alone = _ms(partial(ask, HOME, "snapshot", {"number": number}, case_ref=ref, by=ROBOT))
    concluding = []

    def conclude(*given: Any, **named: Any) -> None:
        concluding.append(time.perf_counter())
        real(*given, **named)

    real = verification_step.conclude
    with mock.patch.object(verification_step, "conclude", conclude):
        began = time.perf_counter()
        advance.advance(ref, by=ROBOT)
        ended = time.perf_counter()
    if Case.objects.get(ref=ref).state != states.QUOTED:
        raise RuntimeError("a case was not verified in one go")
    return alone, 1000 * (concluding[0] - began), 1000 * (ended - began)


def saga(ground: Ground) -> list[Row]:
    """From a filed case to a closed line: the checks, the money, every commit and every message, but for the PDF."""
    # The certificate is drawn off the case's path, and has a figure of its own.
    with provinces(ground), _chord_workers(ground) as worker, mock.patch.object(certificate, "render"):
        refs = iter(range(ROUNDS))
        batches = [filed(n * A_ROUND, A_ROUND) for n in range(ROUNDS)]
        found = interleaved(
            ROUNDS,
            {
                "ours": lambda: _closed(ground, batches[next(refs)]),
                "peer": partial(_chords, ground, worker, A_ROUND),
            },
        )
    ours, peer = found["ours"], found["peer"]
    ratio, name = ours.rate / peer.rate, "closure saga"
    return [
        Row(name, ours.rate, "1/s", "Celery chord", peer.rate, "-", None, ratio, "≥ 1.5 × the peer", ratio >= 1.5),
        Row(
            f"{name}, CPU",
            ours.cpu_ms,
            "ms",
            "Celery chord",
            peer.cpu_ms,
            "-",
            None,
            ours.cpu_ms,
            "≤ 15 ms",
            ours.cpu_ms <= 15,
        ),
    ]


def _closed(ground: Ground, refs: list[str]) -> Spent:
    spent = window(ground.postmaster, lambda: split(WORKERS, refs, _close))
    if Case.objects.filter(ref__in=refs, state=states.CLOSED).count() != len(refs):
        raise RuntimeError("a case was not closed")
    return spent


def _close(ref: str) -> None:
    """What the workers do for a case as it is told to them, and the two words its person says in between."""
    case = Case.objects.get(ref=ref)
    by = line_actor(LineAccount.objects.get(ref=case.account_ref))
    charging.stop(case, by=ROBOT)
    advance.advance(ref, by=ROBOT)
    unbinding.acknowledge(Case.objects.get(ref=ref), by=by)
    told = provider.decide(payment.pay(Case.objects.get(ref=ref), "card", 1, by=by).ref, "paid")
    if told is None:
        raise RuntimeError("a payment was not decided")
    advance.advance(ref, by=ROBOT)


@contextmanager
def _chord_workers(ground: Ground) -> Iterator[subprocess.Popen[bytes]]:
    redis.Redis.from_url(ground.servers.redis_url).flushdb()
    command = [sys.executable, "-m", "celery", "-A", "chord_app", "worker", "-c", str(WORKERS), "-l", "ERROR"]
    worker = subprocess.Popen(command, cwd=PEERS, env=_environment(ground))
    try:
        yield worker
    finally:
        worker.terminate()
        worker.wait(30)


def _environment(ground: Ground) -> dict[str, str]:
    env = {**os.environ, "PEER_BROKER": environment.broker(ground.servers.redis_url)}
    env.pop("DJANGO_SETTINGS_MODULE", None)
    return env


def _chords(ground: Ground, worker: subprocess.Popen[bytes], count: int) -> Spent:
    """The worker and its children burn their CPU outside this process, and so does the client."""
    before, own = _tree_s(worker.pid), _children_s()
    command = [sys.executable, "chord_app.py", str(count)]
    done = subprocess.run(
        command, cwd=PEERS, env=_environment(ground), capture_output=True, text=True, timeout=180, check=True
    )
    cpu_s = _tree_s(worker.pid) - before + _children_s() - own
    return Spent(count, float(done.stdout), cpu_s, 0.0)


def _children_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _tree_s(pid: int) -> float:
    """CPU seconds of a process and its living children."""
    pids = [pid, *map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split())]
    ticks = 0
    for one in pids:
        ticks += sum(
            int(n) for n in Path(f"/proc/{one}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[11:13]
        )
    return ticks / os.sysconf("SC_CLK_TCK")


def _ms(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - began)
