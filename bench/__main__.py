"""`python -m bench [path]`: measure, print a table, write bench/out.json; see the Makefile."""

from __future__ import annotations

import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.test")
django.setup()

from bench import peers, report  # noqa: E402 (Django must be set up first)
from bench.ground import ground  # noqa: E402
from bench.paths import PATHS  # noqa: E402
from bench.report import Row  # noqa: E402


def main() -> int:
    """Every path whose name begins so; 1 when a target is missed."""
    only = sys.argv[1] if len(sys.argv) > 1 else ""
    peers.install()
    rows: list[Row] = []
    for name in filter(lambda path: path.startswith(only), PATHS):
        with ground() as here:  # a database for each path, so that none meets what another left
            rows += PATHS[name](here)
    report.write(rows)
    sys.stdout.write(report.table(rows) + "\n")
    return 0 if rows and all(row.ok for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
