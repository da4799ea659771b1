"""Production: every address and key from the environment; it refuses to start without an owner's name (SITE_OWNER)."""

from __future__ import annotations

import json
import os

from portal.settings import environment
from portal.settings.base import *  # noqa: F403

SITE_OWNER = environment.required("SITE_OWNER")
DEMO = False
ALLOWED_HOSTS = environment.required("ALLOWED_HOSTS").split(",")
_APP_URL = environment.required("DATABASE_URL")
_OWNER = os.environ.get("TONGBAN_DB_ROLE") == "owner"
DATABASES = {"default": environment.database(environment.required("DATABASE_OWNER_URL") if _OWNER else _APP_URL)}
# A province without a link is unreachable; the simulated ones are no way out.
BSS_ADAPTERS = {"default": "bss.tmforum.adapter.TmForumBss"}
BSS_LINKS = environment.links(os.environ.get("BSS_LINKS", ""))
BSS_DATABASE_URL = os.environ.get("BSS_DATABASE_URL", "")
REDIS_URL = environment.required("REDIS_URL")
BROKER_URL = environment.broker(REDIS_URL)

SECRET_KEY = environment.required("SECRET_KEY")
SECRET_KEY_FALLBACKS = [key for key in os.environ.get("SECRET_KEY_FALLBACKS", "").split(",") if key]
SEALING_KEYS: dict[str, str] = json.loads(environment.required("SEALING_KEYS"))
SEALING_ACTIVE = environment.required("SEALING_ACTIVE")
INDEX_KEYS: dict[str, str] = json.loads(environment.required("INDEX_KEYS"))
CODE_KEY = environment.required("CODE_KEY")
AUDIT_KEY = environment.required("AUDIT_KEY")
CALLBACK_KEY = environment.required("CALLBACK_KEY")
SIGNING_KEY = environment.required("SIGNING_KEY")

SECURE_SSL_REDIRECT = True
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SESSION_COOKIE_SECURE = True
SESSION_COOKIE_NAME = "__Host-session"
CSRF_COOKIE_SECURE = True
CSRF_COOKIE_NAME = "__Host-csrf"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
