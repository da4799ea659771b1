"""The door to sealed fields, blind indexes and the data keys of single cases (D-01)."""

import base64
import os

from portal.cipher import (
    VERSION,
    Indexes,
    Sealed,
    Unsealable,
    active_cipher,
    blind_index,
    blind_indexes,
    seal,
    seal_bytes,
    token_prefix,
    unseal,
    unseal_bytes,
)
from portal.clock import now
from portal.models.keys import DataKey

__all__ = [
    "DataKey",
    "Indexes",
    "Sealed",
    "Unsealable",
    "blind_index",
    "blind_indexes",
    "destroy_key",
    "ensure_key",
    "new_key",
    "seal",
    "seal_under",
    "unseal",
    "unseal_under",
]


def new_key() -> DataKey:
    """A fresh data key, stored in the caller's transaction."""
    key = DataKey(created_at=now())
    key.secret = base64.b64encode(os.urandom(32)).decode()
    key.save(force_insert=True)
    return key


def ensure_key(key_ref: str) -> None:
    """Make the data key named ``key_ref`` if it is absent; a destroyed key stays destroyed."""
    key = DataKey(ref=key_ref, created_at=now())
    key.secret = base64.b64encode(os.urandom(32)).decode()
    DataKey.objects.bulk_create([key], ignore_conflicts=True)


def _secret(key_ref: str) -> str:
    key = DataKey.objects.filter(ref=key_ref).first()
    if key is None:
        ensure_key(key_ref)
        key = DataKey.objects.get(ref=key_ref)
    secret: str | None = key.secret
    if secret is None:
        raise Unsealable(key_ref)
    return secret


def seal_under(key_ref: str, text: str, aad: str) -> bytes:
    """Seal a text under a case's data key, made on first use; raises Unsealable when that key was destroyed."""
    cipher = active_cipher()
    return seal_bytes(text.encode(), aad, _secret(key_ref), token_prefix(cipher, key_ref), cipher)


def unseal_under(key_ref: str, token: bytes, aad: str) -> str:
    """Open what ``seal_under`` sealed; raises Unsealable when it was changed, moved, or the key destroyed."""
    token = bytes(token)
    end = 3 + len(key_ref)
    if len(token) < end or token[0] != VERSION or token[3:end] != key_ref.encode():
        raise Unsealable(aad)
    return unseal_bytes(token, aad, _secret(key_ref), end).decode()


def destroy_key(key_ref: str) -> None:
    """Delete what a key sealed by forgetting the key (N-08); once destroyed it stays so."""
    DataKey.objects.filter(ref=key_ref, destroyed_at=None).update(secret_box=None, destroyed_at=now())
