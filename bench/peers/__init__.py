"""Peers in an environment of their own, never in the product's."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from bench.ground import Ground
from portal.servers.places import CHECKOUT

HERE = Path(__file__).parent
HOME = CHECKOUT / ".data" / "bench"
PYTHON = HOME / "bin" / "python"
READY = HOME / "ready"


def install() -> None:
    """Make the environment of the peers, once."""
    if READY.exists():
        return
    subprocess.run([sys.executable, "-m", "venv", str(HOME)], check=True)
    wanted = HERE / "requirements.txt"
    subprocess.run([str(PYTHON), "-m", "pip", "install", "-q", "-r", str(wanted)], check=True)
    READY.touch()


def hordak_is_there() -> bool:
    """Whether the peer can be run."""
    return READY.exists()


def hordak(ground: Ground, clients: int, seconds: float) -> str:
    """Transfers by django-hordak on a database of its own; JSON with `done` and `cpu_s`."""
    env = {**os.environ, "PEER_DATABASE": ground.servers.admin_url, "PYTHONPATH": str(HERE)}
    env.pop("DJANGO_SETTINGS_MODULE", None)
    command = [str(PYTHON), str(HERE / "hordak_client.py"), str(clients), str(seconds)]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    return done.stdout.splitlines()[-1]
