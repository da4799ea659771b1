"""The door to sealed fields, blind indexes and the data keys of single cases (D-01)."""

import base64
import os
from dataclasses import dataclass

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
    "OpenKey",
    "Sealed",
    "Unsealable",
    "blind_index",
    "blind_indexes",
    "destroy_key",
    "ensure_key",
    "new_key",
    "open_key",
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


def _end_of_prefix(token: bytes, key_ref: str, aad: str) -> int:
    end, head = 3 + len(key_ref), bytes(token[: 3 + len(key_ref)])
    if len(head) < end or head[0] != VERSION or head[3:] != key_ref.encode():
        raise Unsealable(aad)
    return end


@dataclass(frozen=True)
class OpenKey:
    """A case's data key in hand for one piece of work, so that many texts cost one reading of it.

    Never kept longer: who destroys a key relies on nobody having it.
    """

    ref: str
    secret: str

    def __repr__(self) -> str:
        return f"OpenKey({self.ref!r})"

    def seal(self, text: str, aad: str) -> bytes:
        """Seal a text."""
        cipher = active_cipher()
        return seal_bytes(text.encode(), aad, self.secret, token_prefix(cipher, self.ref), cipher)

    def unseal(self, token: bytes, aad: str) -> str:
        """Open what was sealed under this key; raises Unsealable when it was changed, moved or is another key's."""
        return unseal_bytes(bytes(token), aad, self.secret, _end_of_prefix(token, self.ref, aad)).decode()


def open_key(key_ref: str) -> OpenKey:
    """A case's data key, made on first use; raises Unsealable when it was destroyed."""
    key = DataKey.objects.filter(ref=key_ref).first()
    if key is None:
        ensure_key(key_ref)
        key = DataKey.objects.get(ref=key_ref)
    secret: str | None = key.secret
    if secret is None:
        raise Unsealable(key_ref)
    return OpenKey(key_ref, secret)


def seal_under(key_ref: str, text: str, aad: str) -> bytes:
    """Seal a text under a case's data key, made on first use; raises Unsealable when that key was destroyed."""
    return open_key(key_ref).seal(text, aad)


def unseal_under(key_ref: str, token: bytes, aad: str) -> str:
    """Open what ``seal_under`` sealed; raises Unsealable when it was changed, moved, or the key destroyed."""
    _end_of_prefix(token, key_ref, aad)  # a token of another key costs no reading of this one
    return open_key(key_ref).unseal(token, aad)


def destroy_key(key_ref: str) -> None:
    """Delete what a key sealed by forgetting the key (N-08); once destroyed it stays so."""
    DataKey.objects.filter(ref=key_ref, destroyed_at=None).update(secret_box=None, destroyed_at=now())
