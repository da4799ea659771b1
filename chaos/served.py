"""The provinces of a ground behind HTTPS, in a process of their own that lives by the play's clock."""

from __future__ import annotations

import json
import os
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bss.served.running import server_of
from bss.served.server import ProvinceServer
from chaos.ground import PROVINCES, leave
from chaos.stage import VirtualClock
from portal.servers.certificates import make_links
from portal.servers.process import die_with_parent

OVER_HTTP = "chaos.provinces.WatchedOverHttp"
Links = dict[str, dict[str, str]]


@contextmanager
def served(hands: VirtualClock) -> Iterator[Links]:
    """Serve every province of the campaign until the block ends; gives what settings.BSS_LINKS has to be."""
    with tempfile.TemporaryDirectory() as folder:
        file = make_links(Path(folder), 0, [bss.code for bss in PROVINCES])
        server = server_of(file, port=0)
        links: Links = json.loads(file.read_text(encoding="utf-8"))
        for code, link in links.items():
            link["url"] = f"https://127.0.0.1:{server.server_address[1]}/{code}"
        leave()
        orphaned = die_with_parent(signal.SIGKILL)
        pid = os.fork()
        if pid == 0:
            _serve(server, hands, orphaned)
        server.socket.close()
        try:
            yield links
        finally:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


def _serve(server: ProvinceServer, hands: VirtualClock, orphaned: Any) -> None:
    try:
        if orphaned:
            orphaned()
        take = server.process_request

        def by_the_hands(request: Any, client_address: Any) -> None:
            hands.enter()
            take(request, client_address)

        server.process_request = by_the_hands  # type: ignore[method-assign]
        server.serve_forever()
    finally:
        os._exit(1)
