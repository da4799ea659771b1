"""Finds Chromium and a Chinese font for the journeys, or installs them: `python -m tests.browser`."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from playwright.sync_api import sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ATTEMPTS = 3


def find() -> str:
    """The browser's path: CHROMIUM, one of the system's, Playwright's own; empty when there is none."""
    named = os.environ.get("CHROMIUM", "")
    candidates = [named, *(shutil.which(name) or "" for name in NAMES)]
    for path in candidates:
        if path and Path(path).exists():
            return path
    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    return own if Path(own).exists() else ""


def has_chinese_font() -> bool:
    """Whether fontconfig knows a font with Han; without fontconfig nothing can be said, so no."""
    if not shutil.which("fc-list"):
        return False
    listed = subprocess.run(["fc-list", ":lang=zh", "family"], capture_output=True, text=True, check=False)
    return bool(listed.stdout.strip())


def install() -> None:
    """As root through apt, browser and fonts; else Playwright's own browser."""
    if os.getuid() == 0 and shutil.which("apt-get"):
        _apt("chromium", "fonts-noto-cjk", "fontconfig")
    elif not find():
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=True)


def main() -> None:
    """Leave with an error when there is no browser in the end: the journeys are never skipped in silence."""
    if not (find() and has_chinese_font()):
        print("Installing Chromium and a Chinese font ...", flush=True)
        install()
    path = find()
    if not path:
        raise SystemExit("No Chromium: install it, or set CHROMIUM=/path/to/chromium")
    if not has_chinese_font():
        print("No Chinese font found: pages will show boxes; install fonts-noto-cjk.", file=sys.stderr)
    print(f"Browser: {path}")


def _apt(*packages: str) -> None:
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for attempt in range(1, ATTEMPTS + 1):
        updated = subprocess.run(["apt-get", "update", "-qq"], env=quiet, check=False)
        wanted = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]
        if not updated.returncode and not subprocess.run(wanted, env=quiet, stdout=subprocess.DEVNULL).returncode:
            return
        time.sleep(5 * attempt)
    raise SystemExit(f"apt could not install {' '.join(packages)}")


if __name__ == "__main__":
    main()
