"""Starting the server of served provinces from a file of links."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import urlsplit

from bss.provinces import Bss
from bss.served.replays import Replays
from bss.served.server import ProvinceServer, Served
from bss.tmforum.links import server_context

HOST = "127.0.0.1"


def server_of(links_file: Path, *, port: int | None = None) -> ProvinceServer:
    """A bound server for every province of the file, with the server's certificate beside it; `port` 0 picks one."""
    links = json.loads(links_file.read_text(encoding="utf-8"))
    folder = links_file.parent
    context = server_context(str(folder / "ca.pem"), str(folder / "server.pem"), str(folder / "server.key"))
    provinces = {
        code: Served(Bss(*code.split("_")), Path(link["secret"]).read_bytes(), Replays())
        for code, link in links.items()
    }
    named = urlsplit(next(iter(links.values()))["url"]).port or 0
    return ProvinceServer((HOST, named if port is None else port), context, provinces)
