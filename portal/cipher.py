"""Sealed fields and blind indexes: the primitives (D-01). ``portal.sealing`` is the door other apps use.

A token is ``version · cipher · length of key id · key id · nonce · ciphertext and tag``. The associated data names
table, column and row, so that a cell moved elsewhere does not open. Keys live in the settings, never in the database.
"""

import base64
import os
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

VERSION = 1
AES_256_GCM, SM4_GCM = 1, 2
CIPHERS = {"aes-256-gcm": AES_256_GCM, "sm4-gcm": SM4_GCM}
NONCE_BYTES, TAG_BYTES = 12, 16


Indexes = Mapping[str, tuple[str, str]]
"""A model's ``INDEXED``: index column → field name of the index, and where in the row its text is found."""


class Unsealable(Exception):
    """The token was changed, moved, or made under a key we do not hold."""


@lru_cache(maxsize=64)
def _working_key(secret: str, cipher: int) -> bytes:
    length = 32 if cipher == AES_256_GCM else 16
    derive = HKDF(hashes.SHA256(), length, salt=None, info=b"tongban seal %d" % cipher)
    return derive.derive(base64.b64decode(secret))


@lru_cache(maxsize=64)
def _aes(secret: str) -> AESGCM:
    return AESGCM(_working_key(secret, AES_256_GCM))


def _sm4_seal(key: bytes, nonce: bytes, plain: bytes, aad: bytes) -> bytes:
    encryptor = Cipher(algorithms.SM4(key), modes.GCM(nonce)).encryptor()
    encryptor.authenticate_additional_data(aad)
    return encryptor.update(plain) + encryptor.finalize() + encryptor.tag


def _sm4_unseal(key: bytes, nonce: bytes, body: bytes, aad: bytes) -> bytes:
    decryptor = Cipher(algorithms.SM4(key), modes.GCM(nonce, body[-TAG_BYTES:])).decryptor()
    decryptor.authenticate_additional_data(aad)
    return decryptor.update(body[:-TAG_BYTES]) + decryptor.finalize()


def token_prefix(cipher: int, key_id: str) -> bytes:
    """What every token under this cipher and key begins with."""
    name = key_id.encode()
    return bytes((VERSION, cipher, len(name))) + name


def active_prefix() -> bytes:
    """The beginning of tokens made now; others are due for rewrapping."""
    return token_prefix(active_cipher(), settings.SEALING_ACTIVE)


def active_cipher() -> int:
    """The cipher of this deployment (``SEALING_CIPHER``)."""
    return CIPHERS[getattr(settings, "SEALING_CIPHER", "aes-256-gcm")]


def seal_bytes(plain: bytes, aad: str, secret: str, prefix: bytes, cipher: int) -> bytes:
    """Seal under a given secret (base64); the prefix is authenticated too."""
    nonce, bound = os.urandom(NONCE_BYTES), prefix + aad.encode()
    if cipher == AES_256_GCM:
        return prefix + nonce + _aes(secret).encrypt(nonce, plain, bound)
    return prefix + nonce + _sm4_seal(_working_key(secret, cipher), nonce, plain, bound)


def unseal_bytes(token: bytes, aad: str, secret: str, prefix_length: int) -> bytes:
    """Open a token made by ``seal_bytes``; raises Unsealable."""
    prefix, rest = token[:prefix_length], token[prefix_length:]
    nonce, body, bound = rest[:NONCE_BYTES], rest[NONCE_BYTES:], prefix + aad.encode()
    try:
        if prefix[1] == AES_256_GCM:
            return _aes(secret).decrypt(nonce, body, bound)
        return _sm4_unseal(_working_key(secret, prefix[1]), nonce, body, bound)
    except (InvalidTag, ValueError, IndexError):
        raise Unsealable(aad) from None


def seal(text: str, aad: str) -> bytes:
    """Seal a text under the active key of the settings, bound to ``aad``."""
    cipher = active_cipher()
    secret = settings.SEALING_KEYS[settings.SEALING_ACTIVE]
    return seal_bytes(text.encode(), aad, secret, active_prefix(), cipher)


def unseal(token: bytes, aad: str) -> str:
    """Open a sealed text; raises Unsealable when it was changed or moved, or its key is gone."""
    token = bytes(token)
    if len(token) < 3 or token[0] != VERSION:
        raise Unsealable(aad)
    end = 3 + token[2]
    secret = settings.SEALING_KEYS.get(token[3:end].decode("utf-8", "replace"))
    if secret is None:
        raise Unsealable(aad)
    return unseal_bytes(token, aad, secret, end).decode()


def keyed_hash(secret: str, *parts: str) -> bytes:
    """HMAC-SM3 over parts, each preceded by its length so that no two lists of parts look alike."""
    mac = hmac.HMAC(base64.b64decode(secret), hashes.SM3())
    for part in parts:
        raw = part.encode()
        mac.update(len(raw).to_bytes(4, "big") + raw)
    return mac.finalize()


def active_index_key() -> str:
    """The id of the key that new indexes are made with (``INDEX_ACTIVE``, else the last one named)."""
    return getattr(settings, "INDEX_ACTIVE", "") or next(reversed(settings.INDEX_KEYS))


def blind_index(field: str, text: str) -> str:
    """64 hex digits by which a sealed value is found; the same text differs from field to field."""
    return keyed_hash(settings.INDEX_KEYS[active_index_key()], "index", field, text).hex()


def blind_indexes(field: str, text: str) -> list[str]:
    """What a row may be found under while index keys rotate: one index a key we hold, the active one first."""
    active = active_index_key()
    keys = [active, *(name for name in settings.INDEX_KEYS if name != active)]
    return [keyed_hash(settings.INDEX_KEYS[name], "index", field, text).hex() for name in keys]


class _Kind(Protocol):
    def __call__(self, plain: str, /) -> Any: ...


class Sealed(property):
    """A property that opens and seals a BinaryField: ``number = Sealed("number_box", Phone)``.

    The row needs its ``ref`` at construction, for the associated data is ``<db_table>.<box>:<ref>``. ``kind`` is str
    or a masked type; None stays None.
    """

    def __init__(self, box: str, kind: _Kind = str) -> None:
        self.box = box
        super().__init__(
            lambda row: open_cell(row, box, kind),
            lambda row, value: setattr(row, box, None if value is None else seal_cell(row, box, value)),
        )


def cell_aad(row: Any, box: str) -> str:
    """What binds a cell to its place."""
    return f"{row._meta.db_table}.{box}:{row.ref}"


def seal_cell(row: Any, box: str, value: Any) -> bytes:
    """The token for a value in this cell."""
    return seal(getattr(value, "plain", value), cell_aad(row, box))


def open_cell(row: Any, box: str, kind: _Kind = str) -> Any:
    """The value of this cell, or None."""
    token = getattr(row, box)
    return None if token is None else kind(unseal(bytes(token), cell_aad(row, box)))
