"""Hashes of what shapes a database (migrations, SQL, reference data, the grants) and of all that seeds one."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from portal.servers.places import CHECKOUT

PATTERNS = ("migrations/*.py", "**/*.sql", "**/grant_roles.py", "reference/**/*")


@cache
def fingerprint() -> str:
    """Twelve hex digits, the same for the same files. Only the apps' folders are read."""
    return _hash_of(PATTERNS)


@cache
def source() -> str:
    """Like `fingerprint`, over everything the apps are made of: whatever of it changed, the world is looked at anew."""
    return _hash_of(("**/*.py", "**/*.sql", "**/*.toml", "reference/**/*"))


def _hash_of(patterns: tuple[str, ...]) -> str:
    apps = [manifest.parent for manifest in CHECKOUT.glob("*/apps.py")]
    files = sorted({path for app in apps for pattern in patterns for path in app.glob(pattern) if _counts(path)})
    digest = hashlib.sha256()
    for path in files:
        digest.update(str(path.relative_to(CHECKOUT)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]


def _counts(path: Path) -> bool:
    return path.is_file() and path.suffix != ".pyc"
