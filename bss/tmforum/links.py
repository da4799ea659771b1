"""How to reach each operator's system in each province: address, certificates and the key both sides sign with.

`settings.BSS_LINKS` is {"164_32": {"url", "ca", "certificate", "key", "secret"}}, all but the first names of files;
production reads it from the file that BSS_LINKS names. A province without a link is unreachable: nothing is guessed.
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings

from bss.adapters import Unreachable
from bss.provinces import Bss
from bss.tmforum.timed import TimedSocket

SECRET_BYTES = 32
_NAMES = ("url", "ca", "certificate", "key", "secret")


@dataclass(frozen=True)
class Link:
    """One province's link, read and checked. `base` is the path before every collection."""

    host: str
    port: int
    base: str
    context: ssl.SSLContext
    secret: bytes


def link_of(bss: Bss) -> Link:
    """The province's link. Raises Unreachable when it has none, or one that cannot be used."""
    named: Mapping[str, str] | None = settings.BSS_LINKS.get(bss.code)
    if named is None:
        raise Unreachable("no link")
    if missing := [name for name in _NAMES if not named.get(name)]:
        raise Unreachable(f"link without {missing[0]}")
    try:
        return _read(*(named[name] for name in _NAMES))
    except (OSError, ValueError, ssl.SSLError) as error:
        raise Unreachable(f"link: {type(error).__name__}") from error


@lru_cache(maxsize=256)
def _read(url: str, ca: str, certificate: str, key: str, secret: str) -> Link:
    address = urlsplit(url)
    if address.scheme != "https" or not address.hostname or address.username or address.query or address.fragment:
        raise ValueError("a link is https://host:port/base")
    held = Path(secret).read_bytes()
    if len(held) < SECRET_BYTES:
        raise ValueError("a link's secret has at least 32 bytes")
    base = address.path.rstrip("/")
    return Link(address.hostname, address.port or 443, base, client_context(ca, certificate, key), held)


def client_context(ca: str, certificate: str, key: str) -> ssl.SSLContext:
    """TLS 1.2 or later, only the province's own authority trusted, its name checked, our certificate shown."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    return _held(context, ca, certificate, key)


def server_context(ca: str, certificate: str, key: str) -> ssl.SSLContext:
    """The same from the other side: who shows no certificate of this authority does not get in."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.verify_mode = ssl.CERT_REQUIRED
    return _held(context, ca, certificate, key)


def _held(context: ssl.SSLContext, ca: str, certificate: str, key: str) -> ssl.SSLContext:
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.sslsocket_class = TimedSocket
    context.load_verify_locations(cafile=ca)
    context.load_cert_chain(certificate, key, password="")  # a key that wants one fails; nobody is asked for it
    return context
