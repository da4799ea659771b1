"""The tests: the demo's settings on the test servers, fast hashes, no manifest of static files."""

from __future__ import annotations

import os

os.environ.setdefault("TONGBAN_WORLD", "test")

from portal.settings.demo import *  # noqa: F403

# Only the seeded world of the journeys has handsets; elsewhere every message arrives.
if os.environ["TONGBAN_WORLD"] != "journeys":
    SMS_ADAPTER = "portal.sms.SimulatedSms"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
