"""One hash of every file that shapes a database: migrations, SQL, reference data, the grants."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from portal.servers.places import CHECKOUT

PATTERNS = ("migrations/*.py", "**/*.sql", "**/grant_roles.py", "reference/**/*")


@cache
def fingerprint() -> str:
    """Twelve hex digits, the same for the same files. Only the apps' folders are read."""
    apps = [manifest.parent for manifest in CHECKOUT.glob("*/apps.py")]
    files = sorted({path for app in apps for pattern in PATTERNS for path in app.glob(pattern) if _counts(path)})
    digest = hashlib.sha256()
    for path in files:
        digest.update(str(path.relative_to(CHECKOUT)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]


def _counts(path: Path) -> bool:
    return path.is_file() and path.suffix != ".pyc"
