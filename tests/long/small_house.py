"""A house of real servers and a web server of three lines, for faults that need nothing more.

Copied into a checkout of its own and run as `python small_house.py PORT`: data, sockets and locks are that checkout's.
"""

from __future__ import annotations

import sys

from portal.servers.places import World
from portal.servers.process import Program
from portal.servers.product import Product

WEB = """
import http.server, sys
class Ready(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers()
    def log_message(self, *_): pass
http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Ready).serve_forever()
"""


class SmallHouse(Product):
    """The product's own life, with nothing to migrate and one program that answers everything."""

    def _databases(self, env: dict[str, str]) -> None:
        """Nothing is migrated and nothing seeded."""

    def _programs(self, env: dict[str, str]) -> list[Program]:
        sleeper = (sys.executable, "-c", "import time; time.sleep(3600)")
        return [
            self._program("web", (sys.executable, "-c", WEB, str(self.port)), env),
            self._program("worker", sleeper, env),
            self._program("beat", sleeper, env),
        ]


if __name__ == "__main__":
    house = SmallHouse(World("demo"), "none", int(sys.argv[1]))
    house.run(lambda _product, _seconds: None)
