"""The product under one supervisor: servers, databases, provinces, web, worker and beat, in demo and journeys."""

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
from dataclasses import dataclass, replace
from io import TextIOWrapper
from pathlib import Path

import psycopg2
from psycopg2 import sql

from portal.rules.places import PROVINCES
from portal.servers import certificates, postgres, valkey
from portal.servers.fingerprint import fingerprint, source
from portal.servers.orphans import end_orphans, mark
from portal.servers.places import CHECKOUT, DATA, HASH, World
from portal.servers.process import Program, die_with_parent
from portal.servers.provision import Addresses, provision
from portal.servers.supervisor import Supervisor

SERVED_OPERATOR = "164"
"""The operator of the demo world whose provinces are reached over HTTPS, as a real one's would be."""
QUEUES = "default,verification,closing,settlement,notices,sweeps"


@dataclass(frozen=True)
class Product:
    """One running product: which world, which settings, which port.

    `fresh` begins with empty databases; `apart` gives the provinces a cluster of their own, which may crash alone.
    """

    world: World
    settings: str
    port: int
    fresh: bool = False
    host: str = "127.0.0.1"
    apart: bool = False

    @property
    def provinces_world(self) -> World:
        """Where the provinces' own cluster lies."""
        return World(f"{self.world.name}-bss")

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
            end_orphans(self.world)
            if port_is_taken(self.host, self.port):
                raise SystemExit(f"Port {self.port} is taken; choose another: make demo PORT={self.port + 1}")
            env = self._servers(supervisor)
            self._databases(env)
            programs = self._programs(env)
            for program in programs:
                supervisor.start(program)
            supervisor.wait_until(self._is_ready, what="the web server", limit_s=60)
            supervisor.wait_until(lambda: all(map(_answers, programs)), what="the provinces", limit_s=60)
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
        shutil.rmtree(DATA / "logs" / self.world.name, ignore_errors=True)
        return lock

    def _servers(self, supervisor: Supervisor) -> dict[str, str]:
        """Start what no address names; gives the environment of every process of the product."""
        if self.fresh:
            shutil.rmtree(self.world.home, ignore_errors=True)
            (DATA / f"clock-{self.world.name}").unlink(missing_ok=True)
        admin = os.environ.get("DATABASE_URL", "")
        broker = os.environ.get("REDIS_URL", "")
        if not admin:
            admin = self.world.postgres_url("postgres", "postgres")
            supervisor.start(self._marked(postgres.program(self.world, fast=self.fresh)))
        if not broker:
            broker = self.world.redis_url()
            supervisor.start(self._marked(valkey.program(self.world)))
        supervisor.wait_until(lambda: postgres.answers(admin), what="PostgreSQL", limit_s=60)
        supervisor.wait_until(lambda: valkey.answers(broker), what="Valkey", limit_s=30)
        if self.fresh:
            drop_database(admin, self.database)
        addresses = provision(admin, self.database, bss_url=self._provinces(supervisor))
        return self._environment(addresses, broker)

    def _provinces(self, supervisor: Supervisor) -> str:
        """The account that makes the provinces' databases; empty when they lie beside the central one."""
        given = os.environ.get("BSS_DATABASE_URL", "")
        if given or not self.apart:
            return given
        if self.fresh:
            shutil.rmtree(self.provinces_world.home, ignore_errors=True)
        url = self.provinces_world.postgres_url("postgres", "postgres")
        cluster = postgres.program(self.provinces_world, fast=self.fresh)
        supervisor.start(self._marked(replace(cluster, name="bss")))
        supervisor.wait_until(lambda: postgres.answers(url), what="the provinces' PostgreSQL", limit_s=60)
        return url

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
            **mark(self.world),
        }

    def _links(self, port: int) -> str:
        """The file of this start's certificates and keys, for both sides of the served provinces."""
        codes = [f"{SERVED_OPERATOR}_{place}" for place in PROVINCES]
        return str(certificates.make_links(DATA / f"links-{self.world.name}", port, codes))

    def _marked(self, program: Program) -> Program:
        return replace(program, env={**program.env, **mark(self.world)})

    def _databases(self, env: dict[str, str]) -> None:
        """Migrate and grant as the owner, then seed: each when its files have changed; repeating changes nothing."""
        owner = {**env, "TONGBAN_DB_ROLE": "owner"}
        self._unless_done("migrated", fingerprint(), owner, "migrate", "grant_roles")
        if (CHECKOUT / "demo/management/commands/seed_demo.py").exists():
            self._unless_done("seeded", f"{source()} {os.environ.get('PROVINCES', '')}", env, "seed_demo")

    def _unless_done(self, name: str, state: str, env: dict[str, str], *commands: str) -> None:
        """Run the commands unless this cluster says that it was done in this state; the note goes with the cluster."""
        stamp = self.world.postgres_data / f"tongban.{name}"
        external = bool(os.environ.get("DATABASE_URL"))
        if not external and stamp.exists() and stamp.read_text(encoding="utf-8") == state:
            return
        for command in commands:
            manage(command, env)
        if not external:
            stamp.write_text(state, encoding="utf-8")

    def _programs(self, env: dict[str, str]) -> list[Program]:
        served = free_port()
        env = {**env, "BSS_LINKS": self._links(served)}
        provinces = (sys.executable, "manage.py", "serve_provinces", env["BSS_LINKS"])
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
            replace(self._program("provinces", provinces, env), port=served),
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


def _answers(program: Program) -> bool:
    return not program.port or port_is_taken(certificates.HOST, program.port)


def manage(command: str, env: dict[str, str]) -> None:
    """Run a management command in a process of its own; its words appear only if it fails."""
    done = subprocess.run(
        [sys.executable, "manage.py", *command.split()],
        cwd=CHECKOUT,
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=die_with_parent(signal.SIGKILL),
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
