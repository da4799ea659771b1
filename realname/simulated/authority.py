"""The demo's authority: it has a picture of everybody, and compares the mark a test or demo photo carries.

A photo whose bytes contain `tongban:other-person` does not match, `tongban:no-picture` finds nothing on file; every
other picture matches. Real photos hold neither mark.
"""

from __future__ import annotations

from portal.masked import IdNumber, PersonName
from realname.authority import Match

OTHER_PERSON = b"tongban:other-person"
NO_PICTURE = b"tongban:no-picture"


class SimulatedAuthority:
    """Answers at once."""

    def match(self, name: PersonName, id_number: IdNumber, photo: bytes) -> Match:
        """Match unless the photo is marked otherwise."""
        if OTHER_PERSON in photo:
            return Match.NO_MATCH
        return Match.NO_PICTURE if NO_PICTURE in photo else Match.MATCH
