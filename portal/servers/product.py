"""The product under one supervisor: servers, databases, web, worker and beat, in the demo and in the journeys."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path

import psycopg2
from psycopg2 import sql

from portal.servers import postgres, valkey
from portal.servers.fingerprint import fingerprint
from portal.servers.places import CHECKOUT, DATA, HASH, World
from portal.servers.process import Program
from portal.servers.provision import Addresses, provision
from portal.servers.supervisor import Supervisor

QUEUES = "default,verification,closing,settlement,notices,sweeps"


@dataclass(frozen=True)
class Product:
    """One running product: which world, which settings, which port; `fresh` begins with empty databases."""

    world: World
    settings: str
    port: int
    fresh: bool = False
    host: str = "127.0.0.1"

    @property
    def url(self) -> str:
        """Its address in a browser."""
        return f"http://{self.host}:{self.port}"

    @property
    def state_file(self) -> Path:
        """Where the running product says its address and process ids."""
        return DATA / f"{self.world.name}.json"

    @property
    def database(self) -> str:
        """The database's name; on an external server it carries the checkout's hash."""
        external = bool(os.environ.get("DATABASE_URL"))
        return f"tongban_{HASH}_{self.world.name}" if external else "tongban"

    def run(self, announce: Callable[[Product, float], None]) -> None:
        """Start everything, say so, and keep it running until a signal."""
        began = time.monotonic()
        with self._alone(), Supervisor() as supervisor:
            env = self._servers(supervisor)
            self._databases(env)
            for program in self._programs(env):
                supervisor.start(program)
            supervisor.wait_until(self._is_ready, what="the web server", limit_s=60)
            announce(self, time.monotonic() - began)
            try:
                supervisor.keep(until=lambda: self._tell(supervisor))
            finally:
                self.state_file.unlink(missing_ok=True)

    def _alone(self) -> TextIOWrapper:
        DATA.mkdir(exist_ok=True)
        lock = (DATA / f"{self.world.name}.lock").open("a", encoding="ascii")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | (0 if self.fresh else fcntl.LOCK_NB))
        except OSError:
            raise SystemExit("This checkout's demo is running already; `make stop` ends it.") from None
        if self.fresh:
            shutil.rmtree(self.world.home, ignore_errors=True)
            (DATA / f"clock-{self.world.name}").unlink(missing_ok=True)
        shutil.rmtree(DATA / "logs" / self.world.name, ignore_errors=True)
        return lock

    def _servers(self, supervisor: Supervisor) -> dict[str, str]:
        """Start what no address names; gives the environment of every process of the product."""
        admin = os.environ.get("DATABASE_URL", "")
        broker = os.environ.get("REDIS_URL", "")
        if not admin:
            admin = self.world.postgres_url("postgres", "postgres")
            supervisor.start(postgres.program(self.world, fast=self.fresh))
        if not broker:
            broker = self.world.redis_url()
            supervisor.start(valkey.program(self.world))
        supervisor.wait_until(lambda: postgres.answers(admin), what="PostgreSQL", limit_s=60)
        supervisor.wait_until(lambda: valkey.answers(broker), what="Valkey", limit_s=30)
        if self.fresh:
            drop_database(admin, self.database)
        addresses = provision(admin, self.database, bss_url=os.environ.get("BSS_DATABASE_URL", ""))
        return self._environment(addresses, broker)

    def _environment(self, addresses: Addresses, broker: str) -> dict[str, str]:
        prefix = f"bss_{HASH}_{self.world.name}" if os.environ.get("DATABASE_URL") else "bss"
        return {
            **addresses.environment(),
            "REDIS_URL": broker,
            "BSS_DATABASE_PREFIX": os.environ.get("BSS_DATABASE_PREFIX", prefix),
            "DJANGO_SETTINGS_MODULE": self.settings,
            "TONGBAN_WORLD": self.world.name,
            "SITE_URL": os.environ.get("SITE_URL") or self.url,
            "PYTHONPATH": str(CHECKOUT),
            "PYTHONUNBUFFERED": "1",
        }

    def _databases(self, env: dict[str, str]) -> None:
        """Migrate and grant as the owner when something changed, then seed; seeding twice changes nothing."""
        stamp = self.world.home / "migrated"
        external = bool(os.environ.get("DATABASE_URL"))
        if external or not stamp.exists() or stamp.read_text(encoding="ascii") != fingerprint():
            owner = {**env, "TONGBAN_DB_ROLE": "owner"}
            manage("migrate", owner)
            manage("grant_roles", owner)
            if not external:
                stamp.write_text(fingerprint(), encoding="ascii")
        if (CHECKOUT / "demo/management/commands/seed_demo.py").exists():
            manage("seed_demo", env)

    def _programs(self, env: dict[str, str]) -> list[Program]:
        celery = (sys.executable, "-m", "celery", "-A", "portal.celery_app")
        quiet = ("--without-gossip", "--without-mingle", "--without-heartbeat")
        schedule = DATA / f"beat-{self.world.name}"
        for leftover in DATA.glob(f"{schedule.name}*"):
            leftover.unlink()
        web = (sys.executable, "-m", "gunicorn", "portal.wsgi", "--bind", f"{self.host}:{self.port}")
        web_size = ("--worker-class", "gthread", "--workers", "2", "--threads", "8", "--no-control-socket", "--preload")
        worker = (*celery, "worker", "-P", "threads", "-c", "16", "-Q", QUEUES, "-l", "INFO", *quiet)
        beat = (*celery, "beat", "--schedule", str(schedule), "--pidfile=", "-l", "INFO")
        return [
            self._program("web", (*web, *web_size), env, orphan_signal=signal.SIGTERM),
            self._program("worker", (*worker, "-n", f"{self.world.name}@%h"), env),
            self._program("beat", beat, env),
        ]

    def _program(
        self, name: str, argv: tuple[str, ...], env: dict[str, str], orphan_signal: signal.Signals = signal.SIGKILL
    ) -> Program:
        log = DATA / "logs" / self.world.name / f"{name}.log"
        return Program(name, argv, log, env, cwd=str(CHECKOUT), orphan_signal=orphan_signal)

    def _is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=2) as answer:  # noqa: S310
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def _tell(self, supervisor: Supervisor) -> bool:
        """Keep the state file true; never a reason to end."""
        state = {"supervisor": os.getpid(), "url": self.url, "pids": supervisor.pids()}
        text = json.dumps(state, indent=2)
        if not self.state_file.exists() or self.state_file.read_text(encoding="ascii") != text:
            fresh = self.state_file.with_suffix(".new")
            fresh.write_text(text, encoding="ascii")
            fresh.rename(self.state_file)
        return False


def manage(command: str, env: dict[str, str]) -> None:
    """Run a management command in a process of its own; its words appear only if it fails."""
    done = subprocess.run(
        [sys.executable, "manage.py", *command.split()],
        cwd=CHECKOUT,
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"manage.py {command} failed:\n{done.stdout}{done.stderr}")


def drop_database(admin_url: str, name: str) -> None:
    """Drop the database, with whoever is in it."""
    connection = psycopg2.connect(admin_url)
    connection.autocommit = True
    with connection.cursor() as db:
        db.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
    connection.close()


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def port_is_taken(host: str, port: int) -> bool:
    """Whether somebody listens there."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((host, port)) == 0
