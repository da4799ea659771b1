"""Where a store is: a link to the store finder, or plain words while there is none (C-08, C-16)."""

from __future__ import annotations

from typing import Any

from portal.pages.home import address

FINDERS = ("closure-stores", "stores")


def store_facts() -> dict[str, Any]:
    """`stores_url`: the finder of own stores, by URL name; "" when no app offers one."""
    return {"stores_url": next((url for url in map(address, FINDERS) if url), "")}
