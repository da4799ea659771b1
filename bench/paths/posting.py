"""Posting: a transfer of three legs by four clients, beside pgbench with the product's own statement."""

from __future__ import annotations

import json
import resource
import subprocess
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

from django.db import transaction

from bench import peers
from bench.clients import together
from bench.clocks import Spent, interleaved, window
from bench.ground import Ground
from bench.report import Row
from portal.actors import robot
from portal.refs import new_ref
from portal.servers.postgres import binaries
from settlement.ledger import BILLS, PAYABLE, PROVIDER, AccountKey, Leg
from settlement.services.ledger import Posting, post, post_all

CLIENTS, SECONDS, ROUNDS = 4, 3, 5
BATCH = 100
PLACES = tuple(f"{place:02d}" for place in range(11, 42))
SCRIPT = """\\set home random(11, 41)
\\set away random(11, 41)
SELECT * FROM settlement_post(substr(md5(random()::text), 1, 26), md5(random()::text || clock_timestamp()::text), \
'bench', '', '', now(), 'bench', NULL, ARRAY['161', '161', '161'], \
ARRAY[(:away)::int::text, (:away)::int::text, (:home)::int::text], ARRAY['provider', 'payable', 'bills'], \
ARRAY['', '161_' || (:home)::int::text, ''], ARRAY[5800, -2000, -3800]::bigint[]);
"""
BATCH_SCRIPT = """WITH p AS (
    SELECT array_agg(substr(md5(random()::text), 1, 26)) AS refs, array_agg(md5(random()::text || n)) AS keys,
        array_agg('bench'::text) AS purposes, array_agg(''::text) AS nothing
    FROM generate_series(1, 100) n
), l AS (
    SELECT array_agg(n) AS posting, array_agg('161'::text) AS operators,
        array_agg((11 + (n + leg * 7) % 31)::text) AS provinces, array_agg(kind) AS kinds,
        array_agg(CASE kind WHEN 'payable' THEN '161_' || 11 + n % 31 ELSE '' END) AS others, array_agg(fen) AS fens
    FROM generate_series(1, 100) n
    CROSS JOIN (VALUES (1, 'provider', 5800), (1, 'payable', -2000), (2, 'bills', -3800)) AS legs(leg, kind, fen)
)
SELECT count(*) FROM p, l, settlement_post_all(p.refs, p.keys, p.purposes, p.nothing, p.nothing, now(), 'bench',
    l.posting, l.operators, l.provinces, l.kinds, l.others, l.fens);
"""


def spread(ground: Ground) -> list[Row]:
    """Accounts of all provinces."""
    sides: dict[str, Callable[[], Spent]] = {
        "limit": partial(_pgbench, ground, SCRIPT),
        "ours": partial(_ours, ground, PLACES),
    }
    if peers.hordak_is_there():
        sides["peer"] = partial(_peer, ground)
    found = interleaved(ROUNDS, sides)
    ours, limit, peer = found["ours"], found["limit"], found.get("peer")
    beside: tuple[str, float | None] = ("django-hordak", peer.rate) if peer else ("django-hordak: not installed", None)
    cpu = ours.cpu_ms / limit.cpu_ms
    ratio = ours.rate / limit.rate
    return [
        Row("posting", ours.rate, "1/s", *beside, "pgbench", limit.rate, ratio, "≥ 0.60", ratio >= 0.60),
        Row("posting, CPU", ours.cpu_ms, "ms", *_cpu(peer), "pgbench", limit.cpu_ms, cpu, "≤ 1.6", cpu <= 1.6),
    ]


def hot(ground: Ground) -> list[Row]:
    """One and the same account in every transfer: nobody waits for anybody."""
    found = interleaved(ROUNDS, {"spread": partial(_ours, ground, PLACES), "hot": partial(_ours, ground, ("32",))})
    ratio = found["hot"].rate / found["spread"].rate
    path, rate, limit = "posting hot account", found["hot"].rate, found["spread"].rate
    return [Row(path, rate, "1/s", "-", None, "ours, spread", limit, ratio, "≥ 0.9", ratio >= 0.9)]


def batch(ground: Ground) -> list[Row]:
    """A hundred transfers in one statement, beside pgbench with the same one."""
    sides = {"limit": partial(_pgbench, ground, BATCH_SCRIPT, BATCH), "ours": partial(_ours_together, ground)}
    found = interleaved(ROUNDS, sides)
    ours, limit = found["ours"], found["limit"]
    ratio, beside = ours.rate / limit.rate, ("-", None)
    return [Row("posting batch", ours.rate, "1/s", *beside, "pgbench", limit.rate, ratio, "≥ 0.5", ratio >= 0.5)]


def _cpu(peer: Spent | None) -> tuple[str, float | None]:
    return ("django-hordak", peer.cpu_ms) if peer else ("django-hordak: not installed", None)


def _ours(ground: Ground, places: tuple[str, ...]) -> Spent:
    by = robot("bench")

    def one(client: int, count: int) -> None:
        with transaction.atomic():
            post("bench", _legs(places, client, count), key=new_ref(), case_ref="", by=by)

    return window(ground.postmaster, lambda: together(CLIENTS, SECONDS, one))


def _ours_together(ground: Ground) -> Spent:
    by = robot("bench")

    def one(client: int, count: int) -> None:
        batch = [Posting("bench", _legs(PLACES, client, BATCH * count + n), new_ref()) for n in range(BATCH)]
        with transaction.atomic():
            post_all(batch, by=by)

    def work() -> tuple[int, float]:
        done, cpu_s = together(CLIENTS, SECONDS, one)
        return done * BATCH, cpu_s

    return window(ground.postmaster, work)


def _legs(places: tuple[str, ...], client: int, count: int) -> list[Leg]:
    visited, home = places[(7 * count + client) % len(places)], places[(11 * count + client) % len(places)]
    return [
        Leg(AccountKey("161", visited, PROVIDER), 5800),
        Leg(AccountKey("161", visited, PAYABLE, f"161_{home}"), -2000),
        Leg(AccountKey("161", home, BILLS), -3800),
    ]


def _pgbench(ground: Ground, script: str, each: int = 1) -> Spent:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "script.sql"
        file.write_text(script, encoding="utf-8")
        command = [str(binaries() / "pgbench"), "-n", "-M", "prepared", "-c", str(CLIENTS), "-j", "2"]
        command += ["-T", str(SECONDS), "-f", str(file), *ground.pgbench]
        return window(ground.postmaster, lambda: _run(command, each))


def _run(command: list[str], each: int) -> tuple[int, float]:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr[-1000:])
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    said = next(line for line in done.stdout.splitlines() if line.startswith("number of transactions actually"))
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return each * int(said.rpartition(":")[2]), cpu


def _peer(ground: Ground) -> Spent:
    def work() -> tuple[int, float]:
        facts = json.loads(peers.hordak(ground, CLIENTS, SECONDS))
        return facts["done"], facts["cpu_s"]

    return window(ground.postmaster, work)
