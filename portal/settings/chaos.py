"""The fault campaign: the tests' settings, with an adapter whose every exchange can be a crash point."""

from __future__ import annotations

from portal.settings.test import *  # noqa: F403

CHAOS = True
BSS_ADAPTERS = {"default": "chaos.provinces.WatchedBss"}
