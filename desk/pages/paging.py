"""Pages of a list by deadline: where one ends is where the next begins, whatever came between (keyset)."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlencode

NO_LIMIT = "none"


def next_url(tab: str, limit_at: datetime | None, pk: int) -> str:
    """The address of what stands behind the last row of a page."""
    limit = limit_at.isoformat() if limit_at else NO_LIMIT
    return "?" + urlencode({"tab": tab, "after": f"{limit}_{pk}"})


def place_of(text: str) -> tuple[datetime | None, int] | None:
    """Where the page before ended: deadline and row; anything unreadable begins anew."""
    limit, _, key = text.rpartition("_")
    if not (key.isascii() and key.isdigit() and len(key) < 19):
        return None
    if limit == NO_LIMIT:
        return None, int(key)
    try:
        at = datetime.fromisoformat(limit)
    except ValueError:
        return None
    return (at, int(key)) if at.tzinfo is not None else None
