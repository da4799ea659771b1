"""`python -m portal.servers demo|stop|test-servers|where`."""

from __future__ import annotations

import sys

from portal.servers import sharing

COMMANDS = {"test-servers": sharing.serve}


def main() -> None:
    """Run the named command."""
    name = sys.argv[1] if len(sys.argv) > 1 else ""
    if name not in COMMANDS:
        raise SystemExit(f"usage: python -m portal.servers {'|'.join(COMMANDS)}")
    COMMANDS[name]()


if __name__ == "__main__":
    main()
