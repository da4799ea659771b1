"""The certificates and keys of a demo's or a test's link to served provinces, made anew at each start (0600).

An authority that is thrown away as soon as it has signed: one certificate for the server on loopback, one for the
portal; and a key for each province that both sides sign with. Production brings its own (docs/operations.md).
"""

from __future__ import annotations

import datetime as dt
import ipaddress
import json
import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

PORTAL = "portal.tongban.invalid"
HOST = "127.0.0.1"
LINKS = "links.json"
_YEAR = dt.timedelta(days=400)
_HOUR = dt.timedelta(hours=1)


@dataclass(frozen=True)
class Authority:
    """Who signs certificates: only in memory."""

    name: x509.Name
    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate


def new_authority(name: str = "Tongban link") -> Authority:
    """An authority of its own."""
    key = ec.generate_private_key(ec.SECP256R1())
    named = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    built = _builder(named, key, named, dt.datetime.now(dt.UTC) - _HOUR, _YEAR)
    built = built.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
    return Authority(named, key, built.add_extension(usage, critical=True).sign(key, hashes.SHA256()))


def issue(
    authority: Authority, folder: Path, name: str, *, host: str = "", begins: dt.datetime | None = None
) -> tuple[Path, Path]:
    """A certificate of a server at the address `host`, or else of a caller named `name`; gives its file and its key's.

    `begins` in the past makes an expired one, for tests.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    since = begins or dt.datetime.now(dt.UTC) - _HOUR
    alternative = x509.IPAddress(ipaddress.ip_address(host)) if host else x509.DNSName(name)
    use = ExtendedKeyUsageOID.SERVER_AUTH if host else ExtendedKeyUsageOID.CLIENT_AUTH
    built = _builder(subject, key, authority.name, since, dt.timedelta(days=1) if begins else _YEAR)
    built = built.add_extension(x509.SubjectAlternativeName([alternative]), critical=False)
    built = built.add_extension(x509.ExtendedKeyUsage([use]), critical=False)
    built = built.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    signed = built.sign(authority.key, hashes.SHA256())
    label = "server" if host else name.split(".", maxsplit=1)[0]
    certificate = _write(folder / f"{label}.pem", signed.public_bytes(serialization.Encoding.PEM))
    plain = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return certificate, _write(folder / f"{label}.key", plain)


def make_links(folder: Path, port: int, codes: Iterable[str]) -> Path:
    """Everything both sides need for the provinces named by `codes` (`164_32`); gives the file of the links."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    authority = new_authority()
    ca = _write(folder / "ca.pem", authority.certificate.public_bytes(serialization.Encoding.PEM))
    issue(authority, folder, "province", host=HOST)
    certificate, key = issue(authority, folder, PORTAL)
    links = {
        code: {
            "url": f"https://{HOST}:{port}/{code}",
            "ca": str(ca),
            "certificate": str(certificate),
            "key": str(key),
            "secret": str(_write(folder / f"{code}.secret", secrets.token_bytes(32))),
        }
        for code in codes
    }
    return _write(folder / LINKS, json.dumps(links, indent=1).encode())


def _builder(
    subject: x509.Name, key: ec.EllipticCurvePrivateKey, issuer: x509.Name, since: dt.datetime, span: dt.timedelta
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(since)
        .not_valid_after(since + span)
    )


def _write(path: Path, content: bytes) -> Path:
    """A file only this account may read; whoever reads it meanwhile sees the old one or the new one, never half."""
    fresh = path.with_suffix(f"{path.suffix}.new")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    fresh.rename(path)
    return path
