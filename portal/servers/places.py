"""Where this checkout keeps its servers' data and sockets: two checkouts side by side never meet.

Data lies in the checkout's `.data/`. PostgreSQL refuses to run as root, so root starts it as `nobody`; where nobody
cannot enter the checkout (root's home), data and binaries go to a folder of /var/tmp named by the checkout's hash.
"""

from __future__ import annotations

import hashlib
import os
import pwd
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
HASH = hashlib.sha256(str(CHECKOUT).encode()).hexdigest()[:10]
DATA = CHECKOUT / ".data"


@dataclass(frozen=True)
class World:
    """One set of servers (`demo`, `test`): its folders and its sockets."""

    name: str

    @property
    def home(self) -> Path:
        """The folder of data; owned by the account that runs PostgreSQL."""
        return _root() / self.name

    @property
    def postgres_data(self) -> Path:
        """PostgreSQL's cluster."""
        return self.home / "postgres"

    @property
    def sockets(self) -> Path:
        """The folder of both sockets; short, because a socket's path must stay under 108 bytes."""
        return Path("/tmp") / f"tongban-{os.getuid()}-{HASH}" / self.name

    @property
    def valkey_socket(self) -> Path:
        """Valkey's socket."""
        return self.sockets / "valkey.sock"

    def postgres_url(self, role: str, database: str) -> str:
        """A libpq address over the socket; trust is safe because only this account may enter the folder."""
        return f"postgresql://{role}@/{database}?host={self.sockets}"

    def redis_url(self, number: int = 0) -> str:
        """Valkey's address for redis-py; `number` picks the logical database."""
        return f"unix://{self.valkey_socket}?db={number}"

    def broker_url(self, number: int = 0) -> str:
        """Valkey's address in Celery's spelling."""
        return f"redis+socket://{self.valkey_socket}?virtual_host={number}"


def nobody_can_enter(path: Path) -> bool:
    """Whether every folder above `path` lets other accounts pass."""
    return all(parent.stat().st_mode & 0o001 for parent in path.resolve().parents)


def server_account() -> pwd.struct_passwd | None:
    """The account PostgreSQL must be started as, or None for the present one."""
    return pwd.getpwnam("nobody") if os.getuid() == 0 else None


def _root() -> Path:
    if server_account() is None or nobody_can_enter(DATA):
        return DATA
    return Path("/var/tmp") / f"tongban-{HASH}"
