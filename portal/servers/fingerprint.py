"""One hash of every file that shapes a database: migrations, SQL, reference data, the grants."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from portal.servers.places import CHECKOUT

PATTERNS = ("*/migrations/*.py", "*/**/*.sql", "*/**/grant_roles.py", "*/reference/**/*")


@cache
def fingerprint() -> str:
    """Twelve hex digits, the same for the same files."""
    files = sorted({path for pattern in PATTERNS for path in CHECKOUT.glob(pattern) if _ours(path)})
    digest = hashlib.sha256()
    for path in files:
        digest.update(str(path.relative_to(CHECKOUT)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]


def _ours(path: Path) -> bool:
    return path.is_file() and not path.relative_to(CHECKOUT).parts[0].startswith(".")
