"""The tests: the demo's settings on the test servers, fast hashes, no manifest of static files."""

from __future__ import annotations

import os

os.environ.setdefault("TONGBAN_WORLD", "test")

from portal.settings.demo import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
