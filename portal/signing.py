"""Signed documents: Ed25519 over the document's bytes, appended as a comment a PDF reader ignores.

`%Tongban-Signature: <key id> <base64>` stands after the end of the PDF, so one file carries its own proof and is
verified offline with the published key.
"""

from __future__ import annotations

import base64
import hashlib
import re

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings

_TAIL = re.compile(rb"\n%Tongban-Signature: ([0-9a-f]{16}) ([A-Za-z0-9+/=]{88})\n\Z")


def _key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(base64.b64decode(settings.SIGNING_KEY))


def public_key() -> bytes:
    """The 32 raw bytes of the key that verifies our documents."""
    return _key().public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def key_id(public: bytes) -> str:
    """16 hex digits that name a public key."""
    return hashlib.sha256(public).hexdigest()[:16]


def sign_document(document: bytes) -> bytes:
    """The document with its signature appended."""
    signature = base64.b64encode(_key().sign(document))
    return document + b"\n%Tongban-Signature: " + key_id(public_key()).encode() + b" " + signature + b"\n"


def is_genuine(signed: bytes, public: bytes | None = None) -> bool:
    """Whether the bytes are a document we signed, unchanged to the bit."""
    tail = _TAIL.search(signed)
    key = public or public_key()
    if tail is None or tail[1].decode() != key_id(key):
        return False
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(base64.b64decode(tail[2]), signed[: tail.start()])
    except InvalidSignature:
        return False
    return True
