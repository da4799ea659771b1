"""What may be attached to an order that came back: a PDF or a picture, whole, and not too large (C-17)."""

from __future__ import annotations

KILOBYTE = 1024
_TAIL = 1024
_KINDS = {
    "pdf": (b"%PDF-", b"%%EOF"),
    "jpeg": (b"\xff\xd8\xff", b"\xff\xd9"),
    "png": (b"\x89PNG\r\n\x1a\n", b"IEND\xaeB`\x82"),
}


def kind_of(content: bytes) -> str:
    """`pdf`, `jpeg` or `png` by what the bytes are, whatever the file is called; "" for anything else or a torn one."""
    for kind, (beginning, ending) in _KINDS.items():
        if content.startswith(beginning) and ending in content[-_TAIL:]:
            return kind
    return ""


def fault_of(content: bytes, *, most_kb: int) -> str:
    """Why a file is not taken: `large`, `kind`, or "" when it is taken. `most_kb` are kilobytes of 1,024 bytes."""
    if len(content) > most_kb * KILOBYTE:
        return "large"
    return "" if kind_of(content) else "kind"
