"""Pictures for tests: real ones, with whatever a test puts beside the picture."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO


def chunk(name: bytes, data: bytes) -> bytes:
    """One chunk of a PNG."""
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def a_png(width: int = 4, height: int = 3, *, extra: bytes = b"", tail: bytes = b"", pixels: bytes = b"") -> bytes:
    """A real picture in one colour; `extra` are chunks beside it, `tail` what follows its end."""
    rows = b"".join(b"\x00" + b"\x20\x40\x60" * width for _ in range(height))
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    body = header + extra + chunk(b"IDAT", pixels or zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body + tail


def segment(marker: int, data: bytes) -> bytes:
    """One segment of a JPEG."""
    return bytes((0xFF, marker)) + struct.pack(">H", len(data) + 2) + data


def a_jpeg(*, extra: bytes = b"", tail: bytes = b"", width: int = 4, height: int = 3) -> bytes:
    """The frame of a JPEG: its segments are right, its scan holds nothing that could be drawn."""
    size = segment(0xC0, struct.pack(">BHHB", 8, height, width, 1) + b"\x01\x11\x00")
    scan = segment(0xDA, b"\x01\x01\x00\x00\x3f\x00") + b"\x12\xff\x00\x34\xff\xd0\x56"
    return (
        b"\xff\xd8"
        + segment(0xE0, b"JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00")
        + extra
        + size
        + scan
        + b"\xff\xd9"
        + tail
    )


def a_file(content: bytes, name: str = "paper.png") -> BytesIO:
    """A file as a browser sends it."""
    stream = BytesIO(content)
    stream.name = name
    return stream
