"""Keys of a demo or test checkout, made once into `.data/keys.json` (0600, never committed).

Production gets its keys from the environment and never reads this file.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
import tempfile
from pathlib import Path
from typing import TypedDict


class Keys(TypedDict):
    """Every secret the product needs; binary ones in base64."""

    secret_key: str
    sealing_keys: dict[str, str]
    sealing_active: str
    index_keys: dict[str, str]
    code_key: str
    audit_key: str
    callback_key: str
    signing_key: str


def make_keys() -> Keys:
    """A fresh set; 32 random bytes each."""
    return Keys(
        secret_key=secrets.token_urlsafe(64),
        sealing_keys={"k1": _random()},
        sealing_active="k1",
        index_keys={"i1": _random()},
        code_key=_random(),
        audit_key=_random(),
        callback_key=_random(),
        signing_key=_random(),
    )


def ensure_keys(path: Path) -> Keys:
    """The keys of `path`, made if absent; two processes starting together agree on one set."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, fresh = tempfile.mkstemp(dir=path.parent, prefix="keys-")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(make_keys(), file, indent=2)
        try:
            os.link(fresh, path)
        except FileExistsError:
            pass
        finally:
            os.unlink(fresh)
    keys: Keys = json.loads(path.read_text(encoding="utf-8"))
    return keys


def _random() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()
