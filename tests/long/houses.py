"""Small houses in checkouts of their own, as the tests start, kill and look at them."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psycopg2

from portal.servers.places import CHECKOUT
from portal.servers.process import wait_for
from portal.servers.product import free_port, port_is_taken

OUTSIDE = ("DATABASE_URL", "REDIS_URL", "BSS_DATABASE_URL")


@dataclass
class House:
    """One checkout with a small house in it; `start` and `kill` it as often as needed."""

    checkout: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def hash(self) -> str:
        """The checkout's mark in the names of its folders."""
        return hashlib.sha256(str(self.checkout).encode()).hexdigest()[:10]

    @property
    def sockets(self) -> Path:
        """Where its servers listen."""
        return Path(f"/tmp/tongban-{os.getuid()}-{self.hash}/demo")  # the supervisor's own choice

    @property
    def words(self) -> Path:
        """What the supervisor says."""
        return self.checkout / "words.log"

    def start(self) -> None:
        """Start it, and wait until it says that it is up."""
        env = {name: value for name, value in os.environ.items() if name not in OUTSIDE}
        with self.words.open("wb") as words:
            self.process = subprocess.Popen(
                [sys.executable, "small_house.py", str(self.port)],
                cwd=self.checkout,
                env=env,
                stdout=words,
                stderr=words,
                start_new_session=True,
            )
        wait_for(self._is_up, what="the small house", limit_s=60)

    def _is_up(self) -> bool:
        process = self.process
        assert process is not None
        if process.poll() is not None:
            raise RuntimeError(self.words.read_text(encoding="utf-8"))
        found = self._state()
        return found.get("supervisor") == process.pid

    def _state(self) -> dict[str, object]:
        try:
            found: dict[str, object] = json.loads((self.checkout / ".data/demo.json").read_text(encoding="ascii"))
        except (OSError, ValueError):
            return {}
        return found

    def pids(self) -> dict[str, int]:
        """Its programs, as the supervisor names them."""
        return dict(self._state()["pids"])  # type: ignore[call-overload, no-any-return]

    def processes(self) -> list[int]:
        """Every living process that names this checkout's folders or bears its mark."""
        return [int(entry.name) for entry in Path("/proc").glob("[0-9]*") if self._is_ours(entry)]

    def _is_ours(self, entry: Path) -> bool:
        words = b""
        for name in ("cmdline", "environ"):
            with suppress(OSError):
                words += (entry / name).read_bytes()
        return any(mark.encode() in words for mark in (self.hash, f"TONGBAN_HOUSE={self.checkout}:"))

    def is_open(self) -> bool:
        """Whether somebody listens on its port."""
        return port_is_taken("127.0.0.1", self.port)

    def kill_all(self) -> None:
        """SIGKILL to the supervisor and everything it started, at once."""
        assert self.process is not None
        for pid in {self.process.pid, *self.pids().values(), *self.processes()}:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait(10)

    def kill_supervisor(self) -> None:
        """SIGKILL to the supervisor alone."""
        assert self.process is not None
        self.process.kill()
        self.process.wait(10)

    def leave_behind(self) -> subprocess.Popen[bytes]:
        """A program of this house that outlived it, deaf to Ctrl-C, on the house's port."""
        deaf = "import signal, socket, time; signal.signal(signal.SIGINT, signal.SIG_IGN); s = socket.socket();"
        deaf += " s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1);"
        deaf += f" s.bind(('127.0.0.1', {self.port})); s.listen(); time.sleep(3600)"
        left = subprocess.Popen(
            [sys.executable, "-c", deaf], env={**os.environ, "TONGBAN_HOUSE": f"{self.checkout}:demo"}
        )
        wait_for(self.is_open, what="the leftover", limit_s=10)
        return left

    def interrupt(self) -> None:
        """Ctrl-C: SIGINT to the terminal's whole foreground process group."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGINT)
        self.process.wait(30)

    def write(self, words: str) -> None:
        """A committed row."""
        with closing(self._connect()) as opened, opened, opened.cursor() as db:
            db.execute("CREATE TABLE IF NOT EXISTS kept (words text)")
            db.execute("INSERT INTO kept VALUES (%s)", [words])

    def rows(self) -> list[str]:
        """What was committed."""
        with closing(self._connect()) as opened, opened.cursor() as db:
            db.execute("SELECT words FROM kept ORDER BY words")
            return [str(words) for (words,) in db.fetchall()]

    def _connect(self) -> psycopg2.extensions.connection:
        return psycopg2.connect(host=str(self.sockets), user="postgres", dbname="tongban")

    def clear(self) -> None:
        """Kill what is left, the supervisor first so that it starts nothing again, and remove the folders."""
        if self.process is not None:
            self.kill_supervisor()
        for pid in self.processes():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        for folder in (self.checkout, self.sockets.parent, Path(f"/var/tmp/tongban-{self.hash}")):
            shutil.rmtree(folder, ignore_errors=True)


def make_checkout(folder: Path) -> House:
    """A checkout with nothing but the ground floor's servers and the small house."""
    (folder / "portal").mkdir(parents=True)
    shutil.copy(CHECKOUT / "portal/__init__.py", folder / "portal")
    for room in ("rules", "servers"):
        shutil.copytree(CHECKOUT / "portal" / room, folder / "portal" / room)
    shutil.copy(CHECKOUT / "tests/long/small_house.py", folder)
    return House(folder.resolve())
