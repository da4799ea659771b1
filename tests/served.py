"""Provinces served over HTTPS from a thread of the test, with certificates and keys of their own."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bss.provinces import Bss
from bss.served.running import server_of
from bss.served.server import ProvinceServer
from portal.servers.certificates import make_links

OVER_HTTP = "bss.tmforum.adapter.TmForumBss"


@dataclass(frozen=True)
class Serving:
    """A running server: its links as the settings hold them, and the folder of the files they name."""

    server: ProvinceServer
    links: dict[str, dict[str, str]]
    folder: Path


@contextmanager
def serving(folder: Path, *provinces: Bss) -> Iterator[Serving]:
    """Serve these provinces on a free port until the block ends."""
    codes = [bss.code for bss in provinces]
    server = server_of(make_links(folder, 0, codes), port=0)
    links = json.loads((folder / "links.json").read_text(encoding="utf-8"))
    for code, link in links.items():
        link["url"] = f"https://127.0.0.1:{server.server_address[1]}/{code}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield Serving(server, links, folder)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
