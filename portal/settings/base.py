"""What every deployment shares. Addresses and keys come from demo, test or production."""

from __future__ import annotations

import os
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parents[2]
VERSION = "0.1.0"
DEBUG = False

APPS = ["portal", "bss", "settlement", "realname", "closure", "porting", "complaints", "desk"]
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "rest_framework",
    "drf_spectacular",
    *APPS,
]
MIDDLEWARE = [
    "portal.middleware.SafeHeaders",
    "csp.middleware.CSPMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "portal.middleware.Language",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "portal.middleware.WhoAsks",
    "portal.middleware.DefaultDeny",
]
CSRF_FAILURE_VIEW = "portal.pages.errors.csrf_failed"
ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
AUTH_USER_MODEL = "portal.Person"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "portal.pages.frame.frame",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
LANGUAGE_COOKIE_NAME = "lang"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"] if (BASE_DIR / "static").is_dir() else []

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "manifest-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
    },
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200
DATA_UPLOAD_MAX_NUMBER_FILES = 10
FILE_UPLOAD_HANDLERS = [
    "realname.uploads.BoundedUpload",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

REST_FRAMEWORK = {
    "UNAUTHENTICATED_USER": None,
    "DEFAULT_AUTHENTICATION_CLASSES": ["portal.api.entry.Entrance"],
    "DEFAULT_PERMISSION_CLASSES": ["portal.api.entry.Scoped"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["portal.api.reading.StrictJson"],
    "EXCEPTION_HANDLER": "portal.api.problems.problem_response",
    "DEFAULT_SCHEMA_CLASS": "portal.api.schema.OperationSchema",
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "号码通办 Tongban",
    "DESCRIPTION": "Close a number of any province from anywhere, with evidence. How to begin: docs/api.md.",
    "VERSION": VERSION,
    "OAS_VERSION": "3.1.1",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_NO_READ_ONLY_REQUIRED": True,
    "COMPONENT_SPLIT_PATCH": False,
    "LICENSE": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
    "PREPROCESSING_HOOKS": ["portal.api.schema.ours_only"],
    "POSTPROCESSING_HOOKS": ["portal.api.schema.finished"],
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
}

CLOCK_FILE: Path | None = None
# The id of the key that makes new blind indexes; empty is the last of INDEX_KEYS (docs/operations.md, "Changing keys").
INDEX_ACTIVE = os.environ.get("INDEX_ACTIVE", "")
SITE_OWNER = os.environ.get("SITE_OWNER", "")
SMS_ADAPTER = "portal.sms.SimulatedSms"
PAYMENT_PROVIDER = "settlement.simulated.provider.SimulatedProvider"
IDENTITY_AUTHORITY = "realname.simulated.authority.SimulatedAuthority"
SITE_URL = os.environ.get("SITE_URL", "http://127.0.0.1:8000")
BSS_ADAPTERS: dict[str, str] = {"default": "bss.simulated.adapter.SimulatedBss"}
# How to reach provinces over HTTPS (bss.tmforum.links); without a link a province is unreachable.
BSS_LINKS: dict[str, dict[str, str]] = {}
BSS_DATABASE_PREFIX = os.environ.get("BSS_DATABASE_PREFIX", "bss")
TRUSTED_PROXIES: list[str] = [name for name in os.environ.get("TRUSTED_PROXIES", "").split(",") if name]
