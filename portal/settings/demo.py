"""The demo: this checkout's own servers unless the environment names others, generated keys, the demo world."""

from __future__ import annotations

import os

from portal.servers.keys import ensure_keys
from portal.servers.places import DATA, World
from portal.settings import environment
from portal.settings.base import *  # noqa: F403
from portal.settings.base import BSS_ADAPTERS, INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "demo"]
ALLOWED_HOSTS = ["*"]
DEMO = True
SMS_ADAPTER = "demo.sms.HandsetSms"

_WORLD = World(os.environ.get("TONGBAN_WORLD", "demo"))
_ROLE = "OWNER" if os.environ.get("TONGBAN_DB_ROLE") == "owner" else "APP"
_SERVER = os.environ.get("DATABASE_URL") or _WORLD.postgres_url(f"tongban_{_ROLE.lower()}", "tongban")
DATABASES = {"default": environment.database(os.environ.get(f"DATABASE_{_ROLE}_URL") or _SERVER)}
BSS_DATABASE_URL = os.environ.get("BSS_DATABASE_URL") or _WORLD.postgres_url("tongban_bss", "postgres")
# The provinces that the supervisor serves over HTTPS are reached that way, the others in process.
BSS_LINKS = environment.links(os.environ.get("BSS_LINKS", ""))
BSS_ADAPTERS = {**BSS_ADAPTERS, **dict.fromkeys(BSS_LINKS, "bss.tmforum.adapter.TmForumBss")}
REDIS_URL = os.environ.get("REDIS_URL") or _WORLD.redis_url()
BROKER_URL = environment.broker(REDIS_URL)

_KEYS = ensure_keys(DATA / "keys.json")
SECRET_KEY = _KEYS["secret_key"]
SEALING_KEYS = _KEYS["sealing_keys"]
SEALING_ACTIVE = _KEYS["sealing_active"]
INDEX_KEYS = _KEYS["index_keys"]
CODE_KEY = _KEYS["code_key"]
AUDIT_KEY = _KEYS["audit_key"]
CALLBACK_KEY = _KEYS["callback_key"]
SIGNING_KEY = _KEYS["signing_key"]

CLOCK_FILE = DATA / f"clock-{_WORLD.name}"
# Files are served from where they lie; WhiteNoise only wants the folder of the collected ones to exist.
WHITENOISE_USE_FINDERS = True
STATIC_ROOT = DATA / "collected"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
