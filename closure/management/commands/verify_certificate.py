"""Verify a certificate's file: offline with the published key, or against the portal's own records."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from closure.queries.after import certificate_by_hash, standing_of
from portal.signing import is_genuine, key_id, public_key


class Command(BaseCommand):
    """``manage.py verify_certificate file.pdf``: ends with an error when the file is not one of ours, bit for bit.

    ``--key`` takes the published public key in hex, so that nothing but the file and the key is needed; without
    ``--offline`` the certificate's standing today is told too.
    """

    help = "Check the signature of a closure certificate's PDF, and what the certificate still says today."

    def add_arguments(self, parser: CommandParser) -> None:
        """The file, and how to check it."""
        parser.add_argument("pdf", type=Path, nargs="?")
        parser.add_argument("--show-key", action="store_true", help="print our public key, to be published")
        parser.add_argument("--key", default="", help="the published public key, 64 hex digits (default: our own)")
        parser.add_argument("--offline", action="store_true", help="judge the signature only; ask no database")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the verdict; no personal data is printed."""
        if options["show_key"]:
            self.stdout.write(public_key().hex())
            return
        if options["pdf"] is None:
            raise CommandError("name the file")
        content = _content(options["pdf"])
        public = _key(options["key"])
        if not is_genuine(content, public):
            raise CommandError("not genuine: no signature of this key, or a byte was changed")
        digest = hashlib.sha256(content).hexdigest()
        self.stdout.write(f"genuine: signed with key {key_id(public)}, sha256 {digest}")
        if options["offline"]:
            return
        certificate = certificate_by_hash(digest)
        if certificate is None:
            raise CommandError("signed, but not among the certificates of this portal")
        standing = standing_of(certificate)
        at = f" ({standing.at:%Y-%m-%d})" if standing.at else ""
        self.stdout.write(f"standing: {standing.word}{at}")
        if not standing.in_force:
            raise CommandError("genuine, but no longer in force")


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise CommandError(f"cannot read the file: {error.strerror}") from error


def _key(text: str) -> bytes:
    if not text:
        return public_key()
    try:
        key = bytes.fromhex(text)
    except ValueError as error:
        raise CommandError("the key is 64 hex digits") from error
    if len(key) != 32:
        raise CommandError("the key is 64 hex digits")
    return key
