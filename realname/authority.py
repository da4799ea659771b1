"""The identity authority: compares a live photo with the picture on file for an ID (C-08, DESIGN).

An adapter of its own, chosen by `settings.IDENTITY_AUTHORITY`. A face match is never the only way (C-08); the photo is
passed on and not kept here.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol, cast

from django.conf import settings
from django.utils.module_loading import import_string

from portal.errors import Invalid
from portal.masked import IdNumber, PersonName

LARGEST_PHOTO = 5_000_000
MAGIC = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")


class Match(StrEnum):
    """How a comparison ended; UNKNOWN when the authority did not answer."""

    MATCH = "match"
    NO_MATCH = "no_match"
    NO_PICTURE = "no_picture"
    UNKNOWN = "unknown"


class IdentityAuthority(Protocol):
    """What an adapter offers."""

    def match(self, name: PersonName, id_number: IdNumber, photo: bytes) -> Match:
        """Compare one live photo with the picture on file."""
        ...


def authority() -> IdentityAuthority:
    """The adapter in force."""
    return cast(IdentityAuthority, import_string(settings.IDENTITY_AUTHORITY)())


def checked_photo(content: bytes) -> bytes:
    """The bytes of a JPEG or PNG of at most 5 MB; Invalid `error.photo.empty | large | kind` otherwise."""
    if not content:
        raise Invalid("error.photo.empty", field="photo", rule_id="C-08")
    if len(content) > LARGEST_PHOTO:
        raise Invalid("error.photo.large", field="photo", rule_id="C-08")
    if not content.startswith(MAGIC):
        raise Invalid("error.photo.kind", field="photo", rule_id="C-08")
    return content
