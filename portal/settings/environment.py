"""Reading addresses from the environment in the forms Django and Celery want."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from psycopg2.extensions import parse_dsn


def database(url: str) -> dict[str, Any]:
    """Django's entry for a libpq URL; limits of RELIABILITY 6.17 on every connection."""
    parts = parse_dsn(url)
    options = {key: value for key, value in parts.items() if key not in _NAMED}
    options.setdefault("connect_timeout", "5")
    options["options"] = "-c lock_timeout=3s -c statement_timeout=30s -c idle_in_transaction_session_timeout=15s"
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.get("dbname", "tongban"),
        "USER": parts.get("user", ""),
        "PASSWORD": parts.get("password", ""),
        "HOST": parts.get("host", ""),
        "PORT": parts.get("port", ""),
        "OPTIONS": options,
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "ATOMIC_REQUESTS": False,
    }


def broker(redis_url: str) -> str:
    """Celery's spelling of a redis-py URL: sockets are `redis+socket://` there."""
    split = urlsplit(redis_url)
    if split.scheme != "unix":
        return redis_url
    number = parse_qs(split.query).get("db", ["0"])[0]
    return f"redis+socket://{split.path}?virtual_host={number}"


def links(path: str) -> dict[str, dict[str, str]]:
    """The links to provinces in a JSON file (bss.tmforum.links); none without a file. An unreadable one raises."""
    found: dict[str, dict[str, str]] = json.loads(Path(path).read_text(encoding="utf-8")) if path else {}
    return found


def required(name: str) -> str:
    """The variable's value; a deployment without it does not start."""
    value = os.environ.get(name, "")
    if not value:
        raise RuntimeError(f"{name} is not set; see docs/operations.md")
    return value


_NAMED = frozenset({"dbname", "user", "password", "host", "port"})
