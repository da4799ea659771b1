"""A picture somebody sent: its kind by content, its size, and nothing in it but the picture (RELIABILITY §3.16).

Metadata is dropped, a place where it was taken (EXIF) above all, and so is whatever stands behind the picture's end: a
file that is a picture and something else at once leaves here as a picture only. Nothing is decoded. Of the metadata one
number is read first: which way up the camera was held.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from portal.errors import Invalid

LARGEST = 5_000_000
LARGEST_SIDE, LARGEST_AREA = 12_000, 24_000_000
_PNG, _JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8"
_PNG_KEPT = frozenset({b"IHDR", b"PLTE", b"tRNS", b"gAMA", b"sRGB", b"IDAT", b"IEND"})
_SIZES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_DROPPED = (frozenset(range(0xE1, 0xF0)) - {0xEE}) | {0xFE}
_EXIF, _MOST_ENTRIES = b"Exif\x00\x00", 64
_ALONE = frozenset(range(0xD0, 0xD8)) | {0x01}


@dataclass(frozen=True)
class Picture:
    """`kind` is jpeg or png; `content` holds the picture and nothing else.

    `orientation` is how it is to be shown, 1 to 8 as EXIF numbers them: 1 as it is, 3 upside down, 6 turned clockwise.
    """

    kind: str
    width: int
    height: int
    content: bytes
    orientation: int = 1


def clean_picture(content: bytes, *, field: str = "") -> Picture:
    """The bare picture in `content`; Invalid `error.picture.empty | large | kind | broken | size` otherwise."""
    if not content:
        raise Invalid("error.picture.empty", field=field, rule_id="N-13")
    if len(content) > LARGEST:
        raise Invalid("error.picture.large", field=field, rule_id="N-13")
    if not content.startswith((_PNG, _JPEG)):
        raise Invalid("error.picture.kind", field=field, rule_id="N-13")
    try:
        picture = _bare_png(content) if content.startswith(_PNG) else _bare_jpeg(content)
    except (ValueError, IndexError, struct.error):
        raise Invalid("error.picture.broken", field=field, rule_id="N-13") from None
    if max(picture.width, picture.height) > LARGEST_SIDE or picture.width * picture.height > LARGEST_AREA:
        raise Invalid("error.picture.size", field=field, rule_id="N-13")
    return picture


def _bare_png(content: bytes) -> Picture:
    kept, names = [_PNG], []
    width = height = 0
    orientation = 1
    for name, data, whole in _chunks(content):
        if name == b"IHDR":
            width, height = struct.unpack(">II", data[:8])
        if name == b"eXIf":
            orientation = _orientation(data)
        if name in _PNG_KEPT:
            kept.append(whole)
            names.append(name)
    if names[0] != b"IHDR" or names[-1] != b"IEND" or b"IDAT" not in names or not width or not height:
        raise ValueError("no picture")
    return Picture("png", width, height, b"".join(kept), orientation)


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes, bytes]]:
    """Name, data and the whole of each chunk, to the end of the picture; ValueError where a checksum is wrong."""
    at = len(_PNG)
    while at < len(content):
        length, name = struct.unpack(">I4s", content[at : at + 8])
        data, end = content[at + 8 : at + 8 + length], at + 12 + length
        (check,) = struct.unpack(">I", content[end - 4 : end])
        if zlib.crc32(name + data) != check:
            raise ValueError("checksum")
        yield name, data, content[at:end]
        if name == b"IEND":
            return
        at = end


def _bare_jpeg(content: bytes) -> Picture:
    kept, width, height, scans, orientation = [_JPEG], 0, 0, 0, 1
    for marker, whole in _segments(content):
        if marker in _SIZES:
            height, width = struct.unpack(">HH", whole[5:9])
        if marker == 0xE1 and whole[4:10] == _EXIF:
            orientation = _orientation(whole[10:])
        scans += marker == 0xDA
        if marker not in _DROPPED:
            kept.append(whole)
    if not scans or not width or not height:
        raise ValueError("no picture")
    return Picture("jpeg", width, height, b"".join(kept), orientation)


def _orientation(tiff: bytes) -> int:
    """The orientation in an EXIF block, 1 where it names none that there is; whatever else stands there is not read."""
    order = {b"II*\x00": "<", b"MM\x00*": ">"}.get(tiff[:4])
    if order is None or len(tiff) < 10:
        return 1
    (start,) = struct.unpack(f"{order}I", tiff[4:8])
    count = int.from_bytes(tiff[start : start + 2], "little" if order == "<" else "big")
    for n in range(min(count, _MOST_ENTRIES)):
        entry = tiff[start + 2 + 12 * n : start + 14 + 12 * n]
        if len(entry) < 12:
            return 1
        tag, kind, number, value = struct.unpack(f"{order}HHIH", entry[:10])
        if (tag, kind, number) == (0x0112, 3, 1):
            return int(value) if 1 <= value <= 8 else 1
    return 1


def _segments(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Marker and the whole of each segment, a scan with its data, up to and with the end of the image."""
    at = len(_JPEG)
    while True:
        if content[at] != 0xFF:
            raise ValueError("no marker")
        marker = content[at + 1]
        if marker == 0xD9:
            yield marker, content[at : at + 2]
            return
        end = at + 2
        if marker not in _ALONE:
            (length,) = struct.unpack(">H", content[at + 2 : at + 4])
            end = at + 2 + max(2, length)
        if marker == 0xDA:
            end = _end_of_scan(content, end)
        if end > len(content):
            raise ValueError("cut off")
        yield marker, content[at:end]
        at = end


def _end_of_scan(content: bytes, at: int) -> int:
    """Where the next marker stands that is neither a stuffed byte nor a restart."""
    while True:
        at = content.index(b"\xff", at)
        if content[at + 1] != 0 and content[at + 1] not in _ALONE:
            return at
        at += 2
