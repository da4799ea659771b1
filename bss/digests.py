"""The digest of a book: one number that is the same where the same money was booked (docs/book-digest.md, S-03).

A row of a digest is what one case moved on one account on one day in Shanghai, in signed whole fen; a row of zero is
none. Order does not matter, because the rows' hashes are added.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

MODULUS = 2**64
BUCKETS = 64
MOST_BUCKETS = 256
PAGE_ROWS = 200


@dataclass(frozen=True, order=True)
class Net:
    """One row of a digest."""

    case_ref: str
    account: str
    on: date
    fen: int

    @property
    def text(self) -> str:
        """The canonical text that is hashed."""
        return f"{self.case_ref}|{self.account}|{self.on.isoformat()}|{self.fen}"


def digest_of(nets: Iterable[Net]) -> str:
    """The digest in decimal digits: the sum modulo 2^64 of the first 8 bytes of each row's SHA-256, big-endian."""
    total = sum(int.from_bytes(hashlib.sha256(net.text.encode()).digest()[:8], "big") for net in nets)
    return str(total % MODULUS)


def bucket_of(case_ref: str, buckets: int) -> int:
    """Which of `buckets` a case falls into, for good: the first 4 bytes of its SHA-256, big-endian, modulo."""
    return int.from_bytes(hashlib.sha256(case_ref.encode()).digest()[:4], "big") % buckets
